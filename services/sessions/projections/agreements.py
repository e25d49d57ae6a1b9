"""Read model of agreements."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.agreements import AgreementSigned, AgreementWritten
from services.sessions.domain.forms import SIDES
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """The last draft of an agreement, and the draft that is in force (`agreed_...`), with their encrypted answers.

    `mentors` and `trainees` are what each answered alone; `for_mentor` and `for_trainee` are the same joint answers,
    encrypted once for each.
    """

    relationship_id: UUID
    draft: int
    version: int
    written_on: date
    filled: tuple[str, ...]
    for_mentor: str
    for_trainee: str
    mentors: str | None = None
    trainees: str | None = None
    signed_by: tuple[str, ...] = ()
    agreed_draft: int | None = None
    agreed_on: date | None = None
    agreed_filled: tuple[str, ...] | None = None
    agreed_for_mentor: str | None = None
    agreed_for_trainee: str | None = None
    agreed_mentors: str | None = None
    agreed_trainees: str | None = None


def _write(before: AgreementRow | None, event: AgreementWritten) -> AgreementRow:
    row = row_of(AgreementRow, event, version=event.version_number, written_on=event.happened_on)
    if before is not None:
        row = replace(
            before,
            draft=row.draft,
            version=row.version,
            written_on=row.written_on,
            filled=row.filled,
            for_mentor=row.for_mentor,
            for_trainee=row.for_trainee,
            signed_by=(),
        )
    return replace(row, mentors=event.own) if event.by == "mentor" else replace(row, trainees=event.own)


def _sign(row: AgreementRow, event: AgreementSigned) -> AgreementRow:
    signed = replace(row, version=event.version_number, signed_by=(*row.signed_by, event.by))
    if not {*signed.signed_by} >= SIDES:
        return signed
    return replace(
        signed,
        agreed_draft=row.draft,
        agreed_on=event.happened_on,
        agreed_filled=row.filled,
        agreed_for_mentor=row.for_mentor,
        agreed_for_trainee=row.for_trainee,
        agreed_mentors=row.mentors,
        agreed_trainees=row.trainees,
    )


AGREEMENTS = ReadModel(
    name="agreements",
    row=AgreementRow,
    key=("relationship_id",),
    on={
        AgreementWritten: Step(key_from("relationship_id"), _write),
        AgreementSigned: Step(key_from("relationship_id"), _sign),
    },
)
