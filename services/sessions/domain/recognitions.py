"""A document of what a mentor has done, which anybody can verify by its code: hours, roles, years.

Source: product.md S14. It states facts that are recorded, and judges nobody. Its holder asks for it, gives the name
that stands on it, and can withdraw it; no mentee and no school is named. A new document replaces the one before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.calendar.academic_years import academic_year_of
from shared.inputs.days import StepDay
from shared.inputs.texts import Line
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal, Value, build_from

MISSING = "There is no such document."
NameShown = Literal["initials", "full"]
"""What whoever checks a code is shown of the name: its initials, or all of it."""


class NewRecognition(Value):
    """The name that stands on the document, and what of it is shown to whoever checks the code."""

    on: StepDay
    name: Line
    name_shown: NameShown = "initials"


class RecognitionStep(Value):
    """The day on which the holder withdraws the document."""

    on: StepDay


class NameToCheck(Value):
    """The name of the person who shows the document."""

    name: Line


@dataclass(frozen=True, slots=True)
class MentoringMeeting:
    """A meeting that somebody held as a mentor: in which programme and role, with which mentee, when, and how long."""

    programme: str
    role: str
    mentee_id: UUID
    met_on: date
    minutes: int


class Figures(Value):
    """What was done in recorded meetings: minutes, meetings, with how many mentees, and from which day to which."""

    minutes: int
    meetings: int
    mentees: int
    first_on: date
    last_on: date

    def cover(self, other: "Figures") -> bool:
        """Whether there is at least as much as in the other figures: a document that states those says no more."""
        enough = self.minutes >= other.minutes and self.meetings >= other.meetings and self.mentees >= other.mentees
        return enough and self.first_on <= other.first_on and self.last_on >= other.last_on


class RoleFigures(Figures):
    """What was done in a role of a programme."""

    programme: str
    role: str


class Mentoring(Figures):
    """What somebody has done as a mentor, in all and in each role; the academic years in which they did."""

    academic_years: tuple[str, ...]
    roles: tuple[RoleFigures, ...]


class RecognitionEvent(Event):
    """The field that all events of a document share."""

    recognition_id: UUID


class RecognitionIssued(RecognitionEvent):
    """A mentor got a document of what they have done."""

    type: ClassVar[str] = "sessions.recognition_issued"

    holder_id: UUID
    code: Annotated[str, Personal("holder_id")]
    name: Annotated[str, Personal("holder_id")]
    name_shown: NameShown
    mentoring: Mentoring


class RecognitionReplaced(RecognitionEvent):
    """The holder got a new document, which replaces this one."""

    type: ClassVar[str] = "sessions.recognition_replaced"

    replaced_by: UUID


class RecognitionWithdrawn(RecognitionEvent):
    """The holder withdrew the document: it says nothing any more."""

    type: ClassVar[str] = "sessions.recognition_withdrawn"


class IssueRecognition(Command):
    """Issue a document."""

    recognition_id: UUID
    holder_id: UUID
    code: str
    name: str
    name_shown: NameShown
    mentoring: Mentoring | None
    on: date


class ReplaceRecognition(Command):
    """Let another document stand instead."""

    replaced_by: UUID
    on: date


class WithdrawRecognition(Command):
    """Withdraw the document."""

    on: date


Commands = IssueRecognition | ReplaceRecognition | WithdrawRecognition
Events = RecognitionIssued | RecognitionReplaced | RecognitionWithdrawn


class NothingToRecognise(DomainError):
    """No meeting is recorded that the person held as a mentor."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """A document: of whom, of which day, what it states, and whether it stands; code and name are encrypted."""

    recognition_id: UUID
    holder_id: UUID
    issued_on: date
    code: str
    name: str
    name_shown: NameShown
    mentoring: Mentoring
    replaced: bool = False
    withdrawn: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is neither replaced nor withdrawn."""
        return not (self.replaced or self.withdrawn)


def sum_up(meetings: Iterable[MentoringMeeting]) -> Mentoring | None:
    """Sum up meetings that somebody held as a mentor; None where there are none."""
    by_day = sorted(meetings, key=lambda each: each.met_on)
    if not by_day:
        return None
    roles = sorted({(each.programme, each.role) for each in by_day})
    return Mentoring(
        **_figures(by_day),
        academic_years=tuple(dict.fromkeys(academic_year_of(each.met_on) for each in by_day)),
        roles=tuple(
            RoleFigures(
                programme=programme,
                role=role,
                **_figures([each for each in by_day if (each.programme, each.role) == (programme, role)]),
            )
            for programme, role in roles
        ),
    )


def _figures(by_day: Sequence[MentoringMeeting]) -> dict[str, int | date]:
    return {
        "minutes": sum(each.minutes for each in by_day),
        "meetings": len(by_day),
        "mentees": len({each.mentee_id for each in by_day}),
        "first_on": by_day[0].met_on,
        "last_on": by_day[-1].met_on,
    }


def initials_of(name: str) -> str:
    """Return the initials of a name: of `Anne-Marie de Souza` A. d. S."""
    return " ".join(f"{word[0]}." for word in name.split())


def is_same_name(typed: str, name: str) -> bool:
    """Whether a name is the one on the document; capitals and blanks make no difference."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()


def decide(command: Commands, recognition: Recognition | None, now: datetime) -> Sequence[Events]:
    """Issue, replace or withdraw a document. Idempotent where nothing changes; what was withdrawn is not replaced."""
    del now
    match command, recognition:
        case IssueRecognition(mentoring=None), _:
            raise NothingToRecognise(
                "No meeting that you held as a mentor is recorded up to this day. Record your meetings first."
            )
        case IssueRecognition(), None:
            return [build_from(RecognitionIssued, command, happened_on=command.on)]
        case IssueRecognition(), _:
            return []
        case _, None:
            raise NotFound(MISSING)
        case ReplaceRecognition(), Recognition(stands=True, recognition_id=recognition_id):
            names = {"happened_on": command.on, "recognition_id": recognition_id}
            return [build_from(RecognitionReplaced, command, **names)]
        case WithdrawRecognition(on=on), Recognition(withdrawn=False, recognition_id=recognition_id):
            return [RecognitionWithdrawn(happened_on=on, recognition_id=recognition_id)]
        case _:
            return []


def evolve(recognition: Recognition | None, event: Events) -> Recognition | None:
    """Apply an event to the document."""
    match event:
        case RecognitionIssued():
            return Recognition(
                recognition_id=event.recognition_id,
                holder_id=event.holder_id,
                issued_on=event.happened_on,
                code=event.code,
                name=event.name,
                name_shown=event.name_shown,
                mentoring=event.mentoring,
            )
        case RecognitionReplaced():
            return recognition and replace(recognition, replaced=True)
        case RecognitionWithdrawn():
            return recognition and replace(recognition, withdrawn=True)


RECOGNITION: Decider[Recognition | None, Commands, Events] = Decider(
    "recognition", lambda: None, decide, evolve, (RecognitionIssued, RecognitionReplaced, RecognitionWithdrawn)
)
