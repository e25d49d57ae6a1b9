"""Read models of summaries: the draft and what both have signed, and who has read that."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.summaries import SummaryRead, SummarySigned, SummaryTakenBack, SummaryWritten
from services.sessions.projections.agreements import AgreementRow, sign_draft, write_draft
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class SummaryRow(AgreementRow):
    """A summary as an agreement is kept, with the codes of needs; `agreed_needs` are those that both have signed."""

    needs: tuple[str, ...] = ()
    agreed_needs: tuple[str, ...] = ()


_write_draft = write_draft(SummaryRow)


def _write(before: SummaryRow | None, event: SummaryWritten) -> SummaryRow:
    row = _write_draft(before, event)
    return replace(row, agreed_needs=before.agreed_needs if before else ())


def _sign(row: SummaryRow, event: SummarySigned) -> SummaryRow:
    signed = sign_draft(row, event)
    return replace(signed, agreed_needs=row.needs) if signed.agreed_draft == event.draft else signed


def _take_back(row: SummaryRow, event: SummaryTakenBack) -> SummaryRow:
    return replace(
        row,
        version=event.version_number,
        signed_by=(),
        agreed_draft=None,
        agreed_on=None,
        agreed_filled=None,
        agreed_for_mentor=None,
        agreed_for_trainee=None,
        agreed_mentors=None,
        agreed_trainees=None,
        agreed_needs=(),
    )


SUMMARIES = ReadModel(
    name="summaries",
    row=SummaryRow,
    key=("relationship_id",),
    on={
        SummaryWritten: Step(key_from("relationship_id"), _write),
        SummarySigned: Step(key_from("relationship_id"), _sign),
        SummaryTakenBack: Step(key_from("relationship_id"), _take_back),
    },
)


@dataclass(frozen=True, slots=True)
class SummaryReadRow:
    """Somebody to whom a summary goes read it on a day."""

    relationship_id: UUID
    reader_id: UUID
    read_on: date


SUMMARY_READS = ReadModel(
    name="summary_reads",
    row=SummaryReadRow,
    key=("relationship_id", "reader_id", "read_on"),
    on={
        SummaryRead: Step(
            key_from("relationship_id", "reader_id", "happened_on"),
            lambda _, event: row_of(SummaryReadRow, event, read_on=event.happened_on),
        )
    },
)
