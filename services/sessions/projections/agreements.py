"""Read model of agreements."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
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


A = TypeVar("A", bound=AgreementRow)


def write_draft(row_type: type[A]) -> Callable[[A | None, AgreementWritten], A]:
    """Make the fold of a new draft: what both signed stays, and the signatures under the draft before are gone."""

    def fold(before: A | None, event: AgreementWritten) -> A:
        row = row_of(row_type, event, version=event.version_number, written_on=event.happened_on)
        if before is not None:
            kept = {name: getattr(before, name) for name in _KEPT}
            row = replace(row, **kept)
        return replace(row, mentors=event.own) if event.by == "mentor" else replace(row, trainees=event.own)

    return fold


_KEPT = (
    *("mentors", "trainees", "agreed_draft", "agreed_on", "agreed_filled", "agreed_for_mentor", "agreed_for_trainee"),
    *("agreed_mentors", "agreed_trainees"),
)


def sign_draft(row: A, event: AgreementSigned) -> A:
    """Add a signature; with the last one the draft is in force."""
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
        AgreementWritten: Step(key_from("relationship_id"), write_draft(AgreementRow)),
        AgreementSigned: Step(key_from("relationship_id"), sign_draft),
    },
)
