"""Read models of referrals to others: what was offered, and every step."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.onward_referrals import HelpOffered, HelpStepTaken, HelpStepTakenBack
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class OnwardReferralRow:
    """A referral with its encrypted texts; `steps` are those that hold, each as status, day, and who took it."""

    onward_id: UUID
    relationship_id: UUID
    kind: str
    offered_by: str
    organisation: str | None
    reason: str | None
    steps: tuple[tuple[str, str, str], ...]
    was_agreed: bool = False


def _offer(_: OnwardReferralRow | None, event: HelpOffered) -> OnwardReferralRow:
    steps = (("offered", event.happened_on.isoformat(), event.by),)
    return row_of(OnwardReferralRow, event, offered_by=event.by, steps=steps)


def _take(row: OnwardReferralRow, event: HelpStepTaken) -> OnwardReferralRow:
    step = (event.status, event.happened_on.isoformat(), event.by)
    return replace(row, steps=(*row.steps, step), was_agreed=row.was_agreed or event.status == "agreed")


def _take_back(row: OnwardReferralRow, _: HelpStepTakenBack) -> OnwardReferralRow:
    steps = row.steps[:-1]
    return replace(row, steps=steps, was_agreed=any(step[0] == "agreed" for step in steps))


ONWARD_REFERRALS = ReadModel(
    name="onward_referrals",
    row=OnwardReferralRow,
    key=("onward_id",),
    on={
        HelpOffered: Step(key_from("onward_id"), _offer),
        HelpStepTaken: Step(key_from("onward_id"), _take),
        HelpStepTakenBack: Step(key_from("onward_id"), _take_back),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class OnwardNoteRow:
    """The last encrypted note at a step of a referral."""

    onward_id: UUID
    status: str
    noted_on: date
    note: str | None


ONWARD_NOTES = ReadModel(
    name="onward_notes",
    row=OnwardNoteRow,
    key=("onward_id", "status"),
    on={
        HelpStepTaken: Step(
            key_from("onward_id", "status"),
            lambda _, event: row_of(OnwardNoteRow, event, noted_on=event.happened_on),
        )
    },
)
