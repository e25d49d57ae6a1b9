"""Formative feedback on teaching: given by the mentor or a tutor, owned by the mentee, without any grade.

Source: product.md S7; CollectivEd (a mentor who judges is confided in less); the framework for initial training and
early careers is a curriculum, no framework for assessment. No assessment rests on feedback, and what it says of a need
for development counts as raised with the mentee only for those to whom the mentee released it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from services.sessions.domain.access import (
    PRIVATE,
    Access,
    Item,
    ItemRead,
    ItemReleased,
    ItemReleaseRevoked,
    ReadItem,
    ReleaseItem,
    RevokeRelease,
    read,
    release,
    revoke,
)
from services.sessions.domain.amendments import must_be_amendable
from services.sessions.domain.curricula import Areas, Tags, must_be_areas
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.events.practices import FeedbackRules
from shared.events.words import Standard
from shared.inputs.days import MeetingDay, StepDay
from shared.kernel.decider import Command, Decider, Event, Invalid, NotFound, Personal, Value, build_from

_GRADES = frozenset({"grade", "judgement", "judgements", "level", "levels", "mark", "rating", "score"})
MISSING = "There is no such feedback."


class FeedbackDetails(Value):
    """What somebody says of the mentee's teaching: what they saw, what to try next, and what it is about."""

    text: Text
    next_step: Text | None = None
    areas: Areas = ()
    development_needs: Tags = ()

    @model_validator(mode="before")
    @classmethod
    def _has_no_grade(cls, sent: Any) -> Any:
        if isinstance(sent, Mapping) and (grades := sorted(_GRADES & sent.keys())):
            raise PydanticCustomError(
                "no_grade",
                "Feedback has no grade: say what you saw and what to try next. A judgement belongs in an assessment.",
                {"field": grades[0]},
            )
        return sent


class NewFeedback(FeedbackDetails):
    """Feedback on the teaching of a day."""

    on: MeetingDay


class AmendedFeedback(FeedbackDetails):
    """Feedback as it should be; `amended_on` is the day on which this version is written."""

    amended_on: StepDay


class FeedbackAcknowledgement(Value):
    """The day on which the mentee acknowledges feedback."""

    on: StepDay


class FeedbackEvent(Event):
    """The fields that all events of feedback share."""

    feedback_id: UUID
    owner_id: UUID


class FeedbackWritten(FeedbackEvent):
    """Somebody gave feedback in a role of the programme, or amended theirs: the latest version counts.

    `happened_on` is the day that the feedback is about, `written_on` the day on which the version was recorded.
    """

    type: ClassVar[str] = "sessions.feedback_written"

    relationship_id: UUID
    author_id: UUID
    role: str
    version_number: int
    written_on: date
    text: Annotated[str, Personal("owner_id")]
    next_step: Annotated[str | None, Personal("owner_id")] = None
    areas: tuple[str, ...] = ()
    development_needs: tuple[Standard, ...] = ()
    amended_on: date | None = None


class FeedbackAcknowledged(FeedbackEvent):
    """The mentee acknowledged the latest version."""

    type: ClassVar[str] = "sessions.feedback_acknowledged"


class FeedbackReleased(ItemReleased, FeedbackEvent):
    """The mentee released the feedback."""

    type: ClassVar[str] = "sessions.feedback_released"


class FeedbackReleaseRevoked(ItemReleaseRevoked, FeedbackEvent):
    """The mentee took a release back."""

    type: ClassVar[str] = "sessions.feedback_release_revoked"


class FeedbackRead(ItemRead, FeedbackEvent):
    """Somebody other than the mentee and the author read the feedback, for the first time on this day."""

    type: ClassVar[str] = "sessions.feedback_read"


class WriteFeedback(Command):
    """Give feedback to the mentee of a relationship, in a role of the programme."""

    feedback_id: UUID
    relationship: Relationship
    programme: Programme
    author_id: UUID
    role: str
    feedback: NewFeedback


class AmendFeedback(Command):
    """Amend feedback as its author."""

    relationship: Relationship
    programme: Programme
    feedback: AmendedFeedback


class ReadFeedback(ReadItem):
    """Read feedback."""

    relationship: Relationship


class AcknowledgeFeedback(Command):
    """Acknowledge feedback as the mentee."""

    relationship: Relationship
    on: date


Commands = WriteFeedback | AmendFeedback | AcknowledgeFeedback | ReadFeedback | ReleaseItem | RevokeRelease
Events = FeedbackWritten | FeedbackAcknowledged | FeedbackReleased | FeedbackReleaseRevoked | FeedbackRead


@dataclass(frozen=True, slots=True)
class FeedbackVersion:
    """A version of feedback, with its encrypted words."""

    version: int
    on: date
    text: str
    next_step: str | None
    areas: tuple[str, ...]
    development_needs: tuple[Standard, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback: by whom and of which day, its versions, whether the mentee acknowledged the last, and who reads it."""

    feedback_id: UUID
    relationship_id: UUID
    owner_id: UUID
    author_id: UUID
    role: str
    given_on: date
    written_on: date
    versions: tuple[FeedbackVersion, ...]
    acknowledged_on: date | None = None
    access: Access = PRIVATE

    def item_on(self, day: date, relationship: Relationship) -> Item:
        """Return what decides who reads the feedback on a day: the mentee, and those to whom the mentee released it.

        Its author does for as long as a mentor reads what the two wrote.
        """
        authors = {self.author_id} if relationship.mentor_reads_on(day) else set()
        return Item(self.owner_id, self.access, frozenset(authors), "feedback", self.relationship_id, self.given_on)


def feedback_rules(programme: Programme) -> FeedbackRules:
    """Return who gives feedback in a programme; raises `NotFound` where nobody does."""
    rules = programme.practice.feedback
    if rules is None:
        raise NotFound("In this programme nobody gives feedback in writing.")
    return rules


def decide(command: Commands, feedback: Feedback | None, now: datetime) -> Sequence[Events]:
    """Give, amend and acknowledge feedback; let its owner release it, and record who reads it.

    A command that changes nothing emits no event.
    """
    match command:
        case WriteFeedback() if feedback is None:
            return [_write(command, now.date())]
        case WriteFeedback():
            return []
        case _ if feedback is None:
            raise NotFound(MISSING)
        case AmendFeedback():
            return _amend(command, feedback, now.date())
        case AcknowledgeFeedback():
            command.relationship.must_be_kept()
            if command.on < feedback.given_on:
                raise Invalid(f"The feedback is of {long_date(feedback.given_on)}.", pointer="/on")
            if feedback.acknowledged_on is not None:
                return []
            return [FeedbackAcknowledged.model_validate({**_names(feedback), "happened_on": command.on})]
        case ReadFeedback():
            item = feedback.item_on(command.on, command.relationship)
            return read(FeedbackRead, command, item, _names(feedback), missing=MISSING)
        case _ if command.owner_id != feedback.owner_id:
            raise NotFound(MISSING)
        case ReleaseItem():
            return release(FeedbackReleased, command, Item(feedback.owner_id, feedback.access), _names(feedback))
        case RevokeRelease():
            return revoke(FeedbackReleaseRevoked, command, Item(feedback.owner_id, feedback.access), _names(feedback))


def _write(command: WriteFeedback, today: date) -> FeedbackWritten:
    relationship, new = command.relationship, command.feedback
    relationship.must_cover(new.on)
    relationship.must_be_confidential("/text")
    _must_fit(new, command.programme)
    return build_from(
        FeedbackWritten,
        new,
        happened_on=new.on,
        feedback_id=command.feedback_id,
        relationship_id=relationship.relationship_id,
        owner_id=relationship.trainee_id,
        author_id=command.author_id,
        role=command.role,
        version_number=1,
        written_on=today,
    )


def _amend(command: AmendFeedback, feedback: Feedback, today: date) -> Sequence[FeedbackWritten]:
    new = command.feedback
    must_be_amendable(
        command.relationship,
        of=feedback.given_on,
        recorded_on=feedback.written_on,
        amended_on=new.amended_on,
        today=today,
        instead="Give new feedback that says what has changed.",
    )
    _must_fit(new, command.programme)
    return [
        build_from(
            FeedbackWritten,
            new,
            **_names(feedback),
            happened_on=feedback.given_on,
            relationship_id=feedback.relationship_id,
            author_id=feedback.author_id,
            role=feedback.role,
            version_number=len(feedback.versions) + 1,
            written_on=today,
        )
    ]


def _must_fit(new: FeedbackDetails, programme: Programme) -> None:
    """Raise `Invalid` for areas of no curriculum of the programme, none at all, and Standards that nobody judges."""
    curriculum = programme.practice.curriculum
    must_be_areas(new.areas, curriculum)
    if curriculum and not new.areas:
        known = ", ".join(area.id for area in curriculum)
        raise Invalid(f"Say what it is about: choose at least one of {known}.", pointer="/areas")
    if new.development_needs and programme.assesses == ():
        raise Invalid(
            "This programme judges nobody against the Teachers' Standards; leave this out.",
            pointer="/development_needs",
        )


def _names(feedback: Feedback) -> dict[str, UUID]:
    return {"feedback_id": feedback.feedback_id, "owner_id": feedback.owner_id}


def evolve(feedback: Feedback | None, event: Events) -> Feedback | None:
    """Apply an event to the feedback."""
    match event:
        case FeedbackWritten():
            version = FeedbackVersion(
                version=event.version_number,
                on=event.amended_on or event.happened_on,
                text=event.text,
                next_step=event.next_step,
                areas=event.areas,
                development_needs=event.development_needs,
            )
            if feedback is not None:
                return replace(feedback, versions=(*feedback.versions, version), acknowledged_on=None)
            return Feedback(
                feedback_id=event.feedback_id,
                relationship_id=event.relationship_id,
                owner_id=event.owner_id,
                author_id=event.author_id,
                role=event.role,
                given_on=event.happened_on,
                written_on=event.written_on,
                versions=(version,),
            )
        case FeedbackAcknowledged():
            return feedback and replace(feedback, acknowledged_on=event.happened_on)
        case FeedbackReleased() | FeedbackReleaseRevoked() | FeedbackRead():
            return feedback and replace(feedback, access=feedback.access.after(event))


FEEDBACK: Decider[Feedback | None, Commands, Events] = Decider(
    "feedback",
    lambda: None,
    decide,
    evolve,
    (FeedbackWritten, FeedbackAcknowledged, FeedbackReleased, FeedbackReleaseRevoked, FeedbackRead),
)
