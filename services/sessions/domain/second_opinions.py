"""A second opinion on a version of an assessment: asked for once, and written by another assessor or tutor.

Source: product.md S8. It stands beside the assessment, and changes nothing by itself. All text is about the trainee,
and sealed for them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.domain.assessment_versions import STANDARDS, LevelId, Submission, Version, must_not_be_before
from services.sessions.domain.texts import Text
from shared.events.words import Standard
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotAllowed, NotFound, Personal, Value

OpinionState = Literal["asked", "withdrawn", "written"]


class OpinionStep(Value):
    """The version of the assessment, and the day of the step."""

    on: StepDay
    version: Version


class OpinionRequest(OpinionStep):
    """The version on which somebody wants a second opinion, and why."""

    reason: Text


class SecondOpinion(OpinionStep):
    """What another assessor thinks: a level for each standard, and comments."""

    judgements: Mapping[Standard, LevelId]
    comments: Mapping[Standard, Text] = {}
    summary: Text


class OpinionEvent(Event):
    """The fields that all events of second opinions share; `step` counts the steps for a version from 1."""

    assessment_id: UUID
    trainee_id: UUID
    version_number: int
    step: int
    person_id: UUID


class OpinionAsked(OpinionEvent):
    """Somebody asked for a second opinion on a version."""

    type: ClassVar[str] = "sessions.second_opinion_asked"

    reason: Annotated[str, Personal("trainee_id")]


class OpinionRequestWithdrawn(OpinionEvent):
    """Whoever asked does not want a second opinion any more."""

    type: ClassVar[str] = "sessions.second_opinion_withdrawn"


class OpinionWritten(OpinionEvent):
    """Another assessor or tutor wrote a second opinion, or corrected theirs; `text` holds summary and comments."""

    type: ClassVar[str] = "sessions.second_opinion_written"

    levels: dict[Standard, str]
    text: Annotated[str, Personal("trainee_id")]


class AskForOpinion(Command):
    """Ask for a second opinion on a version."""

    submission: Submission
    rules: AssessmentRules
    person_id: UUID
    request: OpinionRequest


class WithdrawRequest(Command):
    """Take a request back as the person who asked."""

    person_id: UUID
    step: OpinionStep


class WriteOpinion(Command):
    """Write a second opinion; `took_part` says that the person wrote or signed the version."""

    rules: AssessmentRules
    person_id: UUID
    took_part: bool
    opinion: SecondOpinion


Commands = AskForOpinion | WithdrawRequest | WriteOpinion
Events = OpinionAsked | OpinionRequestWithdrawn | OpinionWritten
NOT_ASKED = "Nobody asked for a second opinion on this version."


class NoSecondOpinion(DomainError):
    """The programme knows no second opinion on this kind of assessment."""


class OpinionAskedAlready(DomainError):
    """A second opinion is asked for again on the same version."""


class OpinionIsTaken(DomainError):
    """The second opinion on a version is somebody else's, or is written already."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The second opinion on a version: who asked for it, who wrote it, and the last day on which something happened."""

    assessment_id: UUID
    trainee_id: UUID
    state: OpinionState
    last_on: date
    asked_by: UUID
    steps: int = 1
    author_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opinions:
    """The second opinions on an assessment, by the number of the version."""

    by_version: Mapping[int, Opinion] = field(default_factory=dict)

    @property
    def asked_for(self) -> frozenset[int]:
        """The versions on which there is to be one, or is one."""
        return frozenset(number for number, each in self.by_version.items() if each.state != "withdrawn")


def decide(command: Commands, opinions: Opinions, now: datetime) -> Sequence[Events]:
    """Ask for a second opinion once, and write it. Asking again as the same person emits no event."""
    del now
    match command:
        case AskForOpinion():
            return _ask(command, opinions.by_version.get(command.request.version))
        case WithdrawRequest(person_id=person_id, step=step):
            opinion = _opinion_of(opinions, step)
            if opinion.state == "withdrawn":
                return []
            if opinion.state == "written":
                raise OpinionIsTaken("The second opinion is written already.")
            if person_id != opinion.asked_by:
                raise NotAllowed("Whoever asked for the second opinion takes that back.")
            return [OpinionRequestWithdrawn.model_validate(_names(step, opinion, person_id))]
        case WriteOpinion():
            return [_write(command, _opinion_of(opinions, command.opinion))]


def _ask(command: AskForOpinion, opinion: Opinion | None) -> Sequence[OpinionAsked]:
    request, submission = command.request, command.submission
    if not command.rules.plan.second_opinions:
        raise NoSecondOpinion("In this programme there is no second opinion on this assessment.")
    if opinion is not None and opinion.state != "withdrawn":
        if opinion.asked_by == command.person_id:
            return []
        raise OpinionAskedAlready("A second opinion on this version is asked for already.")
    must_not_be_before(request.on, submission.submitted_on if opinion is None else opinion.last_on)
    return [
        OpinionAsked(
            happened_on=request.on,
            assessment_id=submission.assessment_id,
            trainee_id=submission.trainee_id,
            version_number=request.version,
            step=1 if opinion is None else opinion.steps + 1,
            person_id=command.person_id,
            reason=request.reason,
        )
    ]


def _write(command: WriteOpinion, opinion: Opinion) -> OpinionWritten:
    new, rules = command.opinion, command.rules
    if opinion.state == "withdrawn":
        raise NotFound(NOT_ASKED)
    if command.took_part:
        raise NotAllowed("You wrote or signed this assessment, so that another person gives the second opinion.")
    if opinion.author_id not in (None, command.person_id):
        raise OpinionIsTaken("Somebody else has written the second opinion on this version.")
    for standard, level in new.judgements.items():
        rules.level(level, f"/judgements/{standard}")
    if missing := [standard for standard in STANDARDS if standard not in new.judgements]:
        raise Invalid(f"Judge every standard; these have no judgement: {', '.join(missing)}.", pointer="/judgements")
    text = {"summary": new.summary, "comments": dict(new.comments)}
    details = {
        "levels": {standard: new.judgements[standard] for standard in STANDARDS},
        "text": json.dumps(text, ensure_ascii=False, sort_keys=True),
    }
    return OpinionWritten.model_validate({**_names(new, opinion, command.person_id), **details})


def _opinion_of(opinions: Opinions, step: OpinionStep) -> Opinion:
    opinion = opinions.by_version.get(step.version)
    if opinion is None:
        raise NotFound(NOT_ASKED)
    must_not_be_before(step.on, opinion.last_on)
    return opinion


def _names(step: OpinionStep, opinion: Opinion, person_id: UUID) -> dict[str, object]:
    return {
        "happened_on": step.on,
        "assessment_id": opinion.assessment_id,
        "trainee_id": opinion.trainee_id,
        "version_number": step.version,
        "step": opinion.steps + 1,
        "person_id": person_id,
    }


def evolve(opinions: Opinions, event: Events) -> Opinions:
    """Apply an event to the second opinions."""
    before, on = opinions.by_version.get(event.version_number), event.happened_on
    if isinstance(event, OpinionAsked):
        after = Opinion(event.assessment_id, event.trainee_id, "asked", on, event.person_id, event.step)
    elif before is None:
        return opinions
    elif isinstance(event, OpinionWritten):
        after = replace(before, state="written", last_on=on, steps=event.step, author_id=event.person_id)
    else:
        after = replace(before, state="withdrawn", last_on=on, steps=event.step)
    return Opinions({**opinions.by_version, event.version_number: after})


SECOND_OPINIONS: Decider[Opinions, Commands, Events] = Decider(
    "second_opinions", Opinions, decide, evolve, (OpinionAsked, OpinionRequestWithdrawn, OpinionWritten)
)
