"""A sample of assessments that others look at once more: drawn by a rule, moderated, agreed or sent back.

Source: product.md S8. The draw is reproducible: the programme's share and the seed give the same sample from the same
assessments, whoever draws it. What is sent back is returned to its assessor before it is acknowledged.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.sessions.domain.texts import Text, long_date
from shared.events.practices import ModerationRules
from shared.events.words import AssessmentKind
from shared.inputs.days import AssessmentDay, StepDay
from shared.inputs.numbers import Whole
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotAllowed, NotFound, Personal, Value

ModerationState = Literal["drawn", "named", "agreed", "sent_back"]
"""How a sampled assessment stands: nobody is named for it, somebody is, they agree, or they sent it back."""


class NewSample(Value):
    """Which assessments a sample is drawn from: of a programme and kind, submitted on these days.

    The same seed draws the same sample from the same assessments.
    """

    programme_id: UUID
    kind: AssessmentKind
    submitted_from: AssessmentDay
    submitted_until: AssessmentDay
    seed: Annotated[Whole, Field(ge=0, le=999_999_999)]
    on: StepDay


class NamedModerator(Value):
    """Who moderates a sampled assessment."""

    on: StepDay
    person_id: UUID


class ModerationStep(Value):
    """The day on which a moderator agrees with an assessment, or a lead discards a sample."""

    on: StepDay


class LookAgain(Value):
    """Why a moderator sends an assessment back to its assessor."""

    on: StepDay
    reason: Text


class Candidate(Value):
    """A version that was submitted and not acknowledged yet: what a sample is drawn from."""

    assessment_id: UUID
    version_number: int
    trainee_id: UUID
    assessor_id: UUID


class SampleDrawn(Event):
    """A lead drew a sample; `sampled` are positions in `candidates`, in the order of the draw."""

    type: ClassVar[str] = "sessions.moderation_sample_drawn"

    moderation_id: UUID
    programme_id: UUID
    kind: AssessmentKind
    submitted_from: date
    submitted_until: date
    seed: int
    share_percent: int
    of_each_assessor: int
    candidates: tuple[Candidate, ...]
    sampled: tuple[int, ...]


class SampleDiscarded(Event):
    """A lead discarded a sample, such as one that was drawn by mistake."""

    type: ClassVar[str] = "sessions.moderation_sample_discarded"

    moderation_id: UUID


class ModerationEvent(Event):
    """The fields that the events of a sampled assessment share."""

    moderation_id: UUID
    assessment_id: UUID
    trainee_id: UUID
    person_id: UUID


class ModeratorNamed(ModerationEvent):
    """A lead named who moderates a sampled assessment, or somebody else in their place."""

    type: ClassVar[str] = "sessions.moderator_named"


class ModerationAgreed(ModerationEvent):
    """The moderator agrees with the assessment."""

    type: ClassVar[str] = "sessions.moderation_agreed"


class ModerationSentBack(ModerationEvent):
    """The moderator asked the assessor to look at the assessment again."""

    type: ClassVar[str] = "sessions.moderation_sent_back"

    reason: Annotated[str, Personal("trainee_id")]


class DrawSample(Command):
    """Draw a sample by the programme's rule; None where it has none."""

    moderation_id: UUID
    rules: ModerationRules | None
    sample: NewSample
    candidates: tuple[Candidate, ...]


class DiscardSample(Command):
    """Discard a sample before anybody has moderated any of it."""

    on: date


class NameModerator(Command):
    """Name a moderator; `took_part` says that they wrote or signed the assessment, or are in its relationship."""

    assessment_id: UUID
    moderator: NamedModerator
    took_part: bool


class AgreeWithAssessment(Command):
    """Agree with a sampled assessment."""

    assessment_id: UUID
    person_id: UUID
    on: date


class SendBack(Command):
    """Ask the assessor to look again."""

    assessment_id: UUID
    person_id: UUID
    look_again: LookAgain


Commands = DrawSample | DiscardSample | NameModerator | AgreeWithAssessment | SendBack
Events = SampleDrawn | SampleDiscarded | ModeratorNamed | ModerationAgreed | ModerationSentBack
MISSING = "There is no such sample, or the assessment is not in it."


class NoModeration(DomainError):
    """The programme has no rule for samples of this kind of assessment."""


class NothingToSample(DomainError):
    """No assessment of these days waits to be acknowledged."""


class ModerationIsDone(DomainError):
    """What is asked of a sampled assessment comes too late."""


@dataclass(frozen=True, slots=True)
class Moderated:
    """A sampled assessment: its version, how it stands, and who moderates it."""

    candidate: Candidate
    state: ModerationState = "drawn"
    moderator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moderation:
    """A sample, by the ids of its assessments."""

    moderation_id: UUID
    drawn_on: date
    sampled: Mapping[UUID, Moderated] = field(default_factory=dict)
    discarded: bool = False


def draw_sample(candidates: Sequence[Candidate], rules: ModerationRules, seed: int) -> tuple[int, ...]:
    """Return the positions of the sampled candidates, in the order of the draw.

    All are put in the order of the SHA-256 of seed, id and version. The first of each assessor are taken, as many as
    the rule says, and then others in this order until the share is reached.
    """
    order = sorted(range(len(candidates)), key=lambda nth: _ticket(candidates[nth], seed))
    taken: list[int] = []
    by_assessor: Counter[UUID] = Counter()
    for nth in order:
        assessor_id = candidates[nth].assessor_id
        if by_assessor[assessor_id] < rules.of_each_assessor:
            by_assessor[assessor_id] += 1
            taken.append(nth)
    wanted = ceil(Fraction(rules.share_percent, 100) * len(candidates))
    taken += [nth for nth in order if nth not in set(taken)][: max(wanted - len(taken), 0)]
    return tuple(taken)


def _ticket(candidate: Candidate, seed: int) -> str:
    return sha256(f"{seed}:{candidate.assessment_id}:{candidate.version_number}".encode()).hexdigest()


def decide(command: Commands, moderation: Moderation | None, now: datetime) -> Sequence[Events]:
    """Draw a sample, name moderators, and record what they find. A step that was taken already emits no event."""
    del now
    match command:
        case DrawSample():
            return [_draw(command)] if moderation is None else []
        case _ if moderation is None:
            raise NotFound(MISSING)
        case DiscardSample(on=on):
            _must_not_be_before(on, moderation)
            if moderation.discarded:
                return []
            if any(each.state in ("agreed", "sent_back") for each in moderation.sampled.values()):
                raise ModerationIsDone("Some of this sample is moderated already, so that it stays.")
            return [SampleDiscarded(happened_on=on, moderation_id=moderation.moderation_id)]
        case _:
            return _moderate(command, moderation)


def _draw(command: DrawSample) -> SampleDrawn:
    sample, rules = command.sample, command.rules
    if rules is None:
        raise NoModeration("In this programme no sample of this kind of assessment is moderated.")
    if sample.submitted_until < sample.submitted_from:
        raise Invalid("The last day is not before the first.", pointer="/submitted_until")
    if not command.candidates:
        raise NothingToSample("No assessment that was submitted on these days waits to be acknowledged.")
    return SampleDrawn(
        happened_on=sample.on,
        moderation_id=command.moderation_id,
        **sample.model_dump(exclude={"on"}),
        share_percent=rules.share_percent,
        of_each_assessor=rules.of_each_assessor,
        candidates=command.candidates,
        sampled=draw_sample(command.candidates, rules, sample.seed),
    )


def _moderate(command: NameModerator | AgreeWithAssessment | SendBack, moderation: Moderation) -> Sequence[Events]:
    known = moderation.sampled.get(command.assessment_id)
    if known is None or moderation.discarded:
        raise NotFound(MISSING)
    match command:
        case NameModerator(moderator=moderator, took_part=took_part):
            _must_not_be_before(moderator.on, moderation)
            _must_not_be_sent_back(known)
            if known.moderator_id == moderator.person_id:
                return []
            if took_part:
                raise Invalid(
                    "Choose somebody who neither wrote nor signed this assessment, and is not mentored in it.",
                    pointer="/person_id",
                )
            return [ModeratorNamed.model_validate(_names(known, moderation, moderator.on, moderator.person_id))]
        case AgreeWithAssessment(person_id=person_id, on=on):
            _must_be_moderator(known, person_id)
            _must_not_be_before(on, moderation)
            _must_not_be_sent_back(known)
            if known.state == "agreed":
                return []
            return [ModerationAgreed.model_validate(_names(known, moderation, on, person_id))]
        case SendBack(person_id=person_id, look_again=look_again):
            _must_be_moderator(known, person_id)
            _must_not_be_before(look_again.on, moderation)
            _must_not_be_sent_back(known)
            names = _names(known, moderation, look_again.on, person_id)
            return [ModerationSentBack.model_validate({**names, "reason": look_again.reason})]


def _must_be_moderator(known: Moderated, person_id: UUID) -> None:
    if known.moderator_id != person_id:
        raise NotAllowed("Only whoever is named as moderator of this assessment does that.")


def _must_not_be_sent_back(known: Moderated) -> None:
    if known.state == "sent_back":
        raise ModerationIsDone("This assessment went back to its assessor, who writes it anew.")


def _must_not_be_before(on: date, moderation: Moderation) -> None:
    if on < moderation.drawn_on:
        raise Invalid(f"The sample was drawn on {long_date(moderation.drawn_on)}; choose a later day.", pointer="/on")


def _names(known: Moderated, moderation: Moderation, on: date, person_id: UUID) -> dict[str, object]:
    return {
        "happened_on": on,
        "moderation_id": moderation.moderation_id,
        "assessment_id": known.candidate.assessment_id,
        "trainee_id": known.candidate.trainee_id,
        "person_id": person_id,
    }


def evolve(moderation: Moderation | None, event: Events) -> Moderation | None:
    """Apply an event to the sample."""
    match event:
        case SampleDrawn():
            drawn = [event.candidates[nth] for nth in event.sampled]
            sampled = {each.assessment_id: Moderated(each) for each in drawn}
            return Moderation(event.moderation_id, event.happened_on, sampled)
        case _ if moderation is None:
            return None
        case SampleDiscarded():
            return replace(moderation, discarded=True)
        case ModeratorNamed():
            known = moderation.sampled[event.assessment_id]
            changed = replace(known, state="named", moderator_id=event.person_id)
        case ModerationAgreed():
            changed = replace(moderation.sampled[event.assessment_id], state="agreed")
        case ModerationSentBack():
            changed = replace(moderation.sampled[event.assessment_id], state="sent_back")
    return replace(moderation, sampled={**moderation.sampled, event.assessment_id: changed})


MODERATION: Decider[Moderation | None, Commands, Events] = Decider(
    "moderation",
    lambda: None,
    decide,
    evolve,
    (SampleDrawn, SampleDiscarded, ModeratorNamed, ModerationAgreed, ModerationSentBack),
)
