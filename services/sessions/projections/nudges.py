"""Read model of nudges."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.nudges import NudgeEnded, NudgeGiven, NudgePassedOn, TalkRecorded, TalkTakenBack
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class NudgeRow:
    """A nudge with its encrypted sign; nobody is told any more of one whose sign is gone."""

    nudge_id: UUID
    relationship_id: UUID
    given_on: date
    sign: str
    pass_on_on: date | None
    talked_on: date | None = None
    passed_on_on: date | None = None
    passed_on_to: tuple[str, ...] = ()


def _give(_: NudgeRow | None, event: NudgeGiven) -> NudgeRow:
    return row_of(NudgeRow, event, given_on=event.happened_on)


def _pass_on(row: NudgeRow, event: NudgePassedOn) -> NudgeRow:
    return replace(row, passed_on_on=event.happened_on, passed_on_to=tuple(event.accounts))


def _talk(row: NudgeRow, event: TalkRecorded) -> NudgeRow:
    return replace(row, talked_on=event.happened_on)


def _take_back(row: NudgeRow, _: TalkTakenBack) -> NudgeRow:
    return replace(row, talked_on=None)


NUDGES = ReadModel(
    name="nudges",
    row=NudgeRow,
    key=("nudge_id",),
    on={
        NudgeGiven: Step(key_from("nudge_id"), _give),
        NudgeEnded: Step(key_from("nudge_id"), remove_row),
        NudgePassedOn: Step(key_from("nudge_id"), _pass_on),
        TalkRecorded: Step(key_from("nudge_id"), _talk),
        TalkTakenBack: Step(key_from("nudge_id"), _take_back),
    },
    indexes=("relationship_id",),
)
