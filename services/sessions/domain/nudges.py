"""Nudges: the two of a relationship are told, each for themselves, that a conversation may help.

Source: product.md S12. The pair is told first. If they have not talked after the programme's working days, those whom
it names are told too: that a conversation may help, and nothing else. Which sign it was is sealed with the mentee's
key; of one that rests on the mentee's pulse only the mentee is ever told (decision 38).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.signs import FOR_MENTEE_ALONE, Sign
from shared.calendar import working_days_after
from shared.events.practices import AccountRole, SignRules
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value

MISSING = "There is no such nudge."


class NudgeStep(Value):
    """The day on which the two have talked, or on which that is taken back."""

    on: StepDay


class NudgeEvent(Event):
    """The field that all events of the nudges of a relationship share."""

    relationship_id: UUID


class NudgeGiven(NudgeEvent):
    """There is a sign. Whoever the programme names is told on `pass_on_on`, if the two have not talked by then."""

    type: ClassVar[str] = "sessions.nudge_given"

    nudge_id: UUID
    trainee_id: UUID
    sign: Annotated[str, Personal("trainee_id")]
    pass_on_on: date | None


class NudgeEnded(NudgeEvent):
    """The sign is there no more, though nobody said that they talked."""

    type: ClassVar[str] = "sessions.nudge_ended"

    nudge_id: UUID


class NudgePassedOn(NudgeEvent):
    """Those in these roles were told that a conversation may help."""

    type: ClassVar[str] = "sessions.nudge_passed_on"

    nudge_id: UUID
    accounts: tuple[AccountRole, ...]


class TalkRecorded(NudgeEvent):
    """One of the two said that they have talked."""

    type: ClassVar[str] = "sessions.talk_recorded"

    nudge_id: UUID
    by: Side


class TalkTakenBack(NudgeEvent):
    """One of the two said that they have not talked after all."""

    type: ClassVar[str] = "sessions.talk_taken_back"

    nudge_id: UUID
    by: Side


class LookPlanned(NudgeEvent):
    """Signs were to be looked for on a day; stored by versions that reckoned here when a target lies untouched."""

    type: ClassVar[str] = "sessions.look_planned"

    on: date


class FollowSigns(Command):
    """Give a nudge for each new sign, and end those whose sign is gone.

    `known` are the signs of the open nudges, decrypted by the use case.
    """

    relationship: Relationship
    rules: SignRules
    signs: frozenset[Sign]
    known: Mapping[UUID, Sign]
    on: date


class PassNudgeOn(Command):
    """Tell those whom the programme names; `sign` is that of the nudge, None where it cannot be read any more."""

    relationship_id: UUID
    nudge_id: UUID
    sign: Sign | None
    accounts: frozenset[AccountRole]
    on: date


class RecordTalk(Command):
    """Say that the two have talked; `sign` is that of the nudge, None where it cannot be read any more."""

    relationship: Relationship
    nudge_id: UUID
    sign: Sign | None
    by: Side
    on: date


class TakeTalkBack(Command):
    """Say that they have not talked after all."""

    relationship: Relationship
    nudge_id: UUID
    sign: Sign | None
    by: Side
    on: date


Commands = FollowSigns | PassNudgeOn | RecordTalk | TakeTalkBack
Events = NudgeGiven | NudgeEnded | NudgePassedOn | TalkRecorded | TalkTakenBack | LookPlanned


class NudgeIsOver(DomainError):
    """The sign of the nudge is there no more."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A nudge with its encrypted sign, and what came of it."""

    given_on: date
    sign: str
    talked_on: date | None = None
    ended: bool = False
    passed_on: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the two may still want to talk."""
        return self.talked_on is None and not self.ended


@dataclass(frozen=True, slots=True)
class Nudges:
    """The nudges of a relationship."""

    by_id: Mapping[UUID, Nudge] = field(default_factory=dict)


def decide(command: Commands, nudges: Nudges, now: datetime) -> Sequence[Events]:
    """Follow the signs, pass a nudge on, record that the two have talked. Idempotent where nothing changes."""
    del now
    match command:
        case FollowSigns():
            return _follow(command, nudges)
        case PassNudgeOn(nudge_id=nudge_id):
            nudge, is_private = nudges.by_id.get(nudge_id), command.sign is None or command.sign in FOR_MENTEE_ALONE
            if nudge is None or not nudge.is_open or nudge.passed_on or is_private or not command.accounts:
                return []
            accounts = tuple(sorted(command.accounts))
            about = {"relationship_id": command.relationship_id, "nudge_id": nudge_id, "accounts": accounts}
            return [NudgePassedOn.model_validate({"happened_on": command.on, **about})]
        case RecordTalk():
            nudge = _own(command, nudges)
            if nudge.ended:
                raise NudgeIsOver("This has settled itself: what it was about is no longer so.")
            talked = TalkRecorded.model_validate(_step(command))
            return [talked] if nudge.talked_on is None else []
        case TakeTalkBack():
            taken_back = TalkTakenBack.model_validate(_step(command))
            return [taken_back] if _own(command, nudges).talked_on is not None else []


def _follow(command: FollowSigns, nudges: Nudges) -> Sequence[Events]:
    relationship, on = command.relationship, command.on
    names = {"happened_on": on, "relationship_id": relationship.relationship_id}
    ended = [
        NudgeEnded.model_validate({**names, "nudge_id": nudge_id})
        for nudge_id, sign in sorted(command.known.items())
        if sign not in command.signs
    ]
    pass_on_on = working_days_after(on, command.rules.pass_on_after) if command.rules.pass_on_to else None
    given = [
        NudgeGiven.model_validate(
            {
                **names,
                "nudge_id": uuid5(relationship.relationship_id, f"nudge {len(nudges.by_id) + nth}"),
                "trainee_id": relationship.trainee_id,
                "sign": sign,
                "pass_on_on": pass_on_on,
            }
        )
        for nth, sign in enumerate(sorted(command.signs - {*command.known.values()}))
    ]
    return [*ended, *given]


def _own(command: RecordTalk | TakeTalkBack, nudges: Nudges) -> Nudge:
    """Return a nudge of which this side was told; raises `NotFound`, and `Invalid` for a day before it."""
    command.relationship.must_be_kept()
    nudge = nudges.by_id.get(command.nudge_id)
    if nudge is None or command.sign is None or (command.by == "mentor" and command.sign in FOR_MENTEE_ALONE):
        raise NotFound(MISSING)
    if command.on < nudge.given_on:
        raise Invalid("Name the day on which you talked, since you were told that it may help.", pointer="/on")
    return nudge


def _step(command: RecordTalk | TakeTalkBack) -> dict[str, object]:
    return {
        "happened_on": command.on,
        "relationship_id": command.relationship.relationship_id,
        "nudge_id": command.nudge_id,
        "by": command.by,
    }


def evolve(nudges: Nudges, event: Events) -> Nudges:
    """Apply an event to the nudges."""
    match event:
        case NudgeGiven():
            return _with(nudges, event.nudge_id, Nudge(event.happened_on, event.sign))
        case NudgeEnded():
            return _with(nudges, event.nudge_id, replace(nudges.by_id[event.nudge_id], ended=True))
        case NudgePassedOn():
            return _with(nudges, event.nudge_id, replace(nudges.by_id[event.nudge_id], passed_on=True))
        case TalkRecorded():
            return _with(nudges, event.nudge_id, replace(nudges.by_id[event.nudge_id], talked_on=event.happened_on))
        case TalkTakenBack():
            return _with(nudges, event.nudge_id, replace(nudges.by_id[event.nudge_id], talked_on=None))
        case LookPlanned():
            return nudges


def _with(nudges: Nudges, nudge_id: UUID, nudge: Nudge) -> Nudges:
    return replace(nudges, by_id={**nudges.by_id, nudge_id: nudge})


NUDGES: Decider[Nudges, Commands, Events] = Decider(
    "nudges",
    Nudges,
    decide,
    evolve,
    (NudgeGiven, NudgeEnded, NudgePassedOn, TalkRecorded, TalkTakenBack, LookPlanned),
)
