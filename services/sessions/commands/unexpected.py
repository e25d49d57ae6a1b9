"""Find what an assessment says that was never raised with the trainee before."""

from datetime import date
from uuid import UUID

from services.sessions.commands.access import reading_of
from services.sessions.commands.assessment_rules import AssessmentViewer, load_own_assessment
from services.sessions.commands.observations import concerns_of
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.access import Item, reason_to_read
from services.sessions.domain.assessment_versions import Assessment, AssessmentSubmitted
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.domain.feedback import FEEDBACK, FeedbackWritten
from services.sessions.domain.observation_plans import ObservationPlanned
from services.sessions.domain.observations import OBSERVATION
from services.sessions.domain.targets import TARGET, TargetSet
from services.sessions.domain.trainees import TRAINEE
from services.sessions.domain.unexpected import CONCERNS, Raised, RaisedIn, find_unexpected
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class RaisedConcern(Answer):
    """A standard that was raised with the trainee as a concern: where, and on which day."""

    standard: Standard
    raised_in: RaisedIn
    on: date


class UnexpectedJudgements(Answer):
    """The standards of which a draft says what was never raised with the trainee up to a day, and what was raised.

    With `asks`, the programme asks for a reason for each when the assessment is shared on that day.
    """

    assessment_id: UUID
    on: date
    asks: bool
    unexpected: tuple[Standard, ...]
    raised: list[RaisedConcern]


def show_unexpected(who: Principal, assessment_id: UUID, on: date | None) -> UseCase[UnexpectedJudgements]:
    """Show the assessor what their draft says that would come unexpected on a day, today if `on` is None."""

    async def use_case(unit: Unit) -> UnexpectedJudgements:
        assessment, viewer = await load_own_assessment(unit, who, assessment_id)
        day = on or unit.now.date()
        unexpected, raised = await load_unexpected(unit, viewer, assessment, day)
        return UnexpectedJudgements(
            assessment_id=assessment_id,
            on=day,
            asks=viewer.rules.plan.nothing_unexpected,
            unexpected=unexpected,
            raised=[RaisedConcern(standard=each.standard, raised_in=each.raised_in, on=each.on) for each in raised],
        )

    return use_case


async def load_unexpected(
    unit: Unit, viewer: AssessmentViewer, assessment: Assessment, on: date
) -> tuple[tuple[Standard, ...], list[Raised]]:
    """Return the standards of which an assessment says what was never raised up to a day, and what was raised by then.

    What the version says itself counts as raised for later versions and for other assessments only.
    """
    raised = await _load_raised(unit, viewer, assessment)
    unexpected = find_unexpected(viewer.rules.judge(assessment.levels), raised, on)
    return unexpected, [each for each in raised if each.on <= on]


async def _load_raised(unit: Unit, viewer: AssessmentViewer, assessment: Assessment) -> list[Raised]:
    """Return what was raised with a trainee, in all their relationships, by the day.

    From the stored events: a read model may be behind them.
    """
    (trainee,) = await unit.load(TRAINEE, viewer.relationship.trainee_id)
    relationships = {*trainee.relationships, viewer.relationship.relationship_id}
    raised = [
        *await _in_assessments(unit, relationships, assessment),
        *await _in_targets(unit, relationships),
        *await _in_observations(unit, viewer.who, relationships),
        *await _in_feedback(unit, viewer.who, relationships),
    ]
    return sorted(raised, key=lambda each: (each.on, each.standard, each.raised_in))


async def _in_assessments(unit: Unit, relationships: set[UUID], assessment: Assessment) -> list[Raised]:
    found = []
    own = (assessment.assessment_id, assessment.version)
    for event in await find_events(unit, ASSESSMENT, AssessmentSubmitted, relationship_id=relationships):
        if (event.assessment_id, event.version_number) == own:
            continue
        found += [
            Raised(standard, "assessment", event.happened_on)
            for standard, judgement in event.judgements.items()
            if judgement in CONCERNS
        ]
    return found


async def _in_targets(unit: Unit, relationships: set[UUID]) -> list[Raised]:
    """The Standards that targets are about: the tags are facts, which say nothing of what the two wrote."""
    found = []
    for event in await find_events(unit, TARGET, TargetSet, relationship_id=relationships):
        found += [Raised(standard, "target", event.happened_on) for standard in event.standards]
    return found


async def _in_observations(unit: Unit, who: Principal, relationships: set[UUID]) -> list[Raised]:
    """What observations showed that the assessor may know of: released to them, or their own."""
    planned = await find_events(unit, OBSERVATION, ObservationPlanned, relationship_id=relationships)
    ids = [event.observation_id for event in planned]
    return [Raised(standard, "observation", on) for standard, on in await concerns_of(unit, who, ids)]


async def _in_feedback(unit: Unit, who: Principal, relationships: set[UUID]) -> list[Raised]:
    """What feedback said that the trainee released to the assessor; the latest version counts."""
    found: list[Raised] = []
    written = await find_events(unit, FEEDBACK, FeedbackWritten, relationship_id=relationships)
    for feedback_id in dict.fromkeys(event.feedback_id for event in written):
        (feedback,) = await unit.load(FEEDBACK, feedback_id)
        if feedback is None or not feedback.versions[-1].development_needs:
            continue
        item = Item(feedback.owner_id, feedback.access)
        if reason_to_read((await reading_of(unit, who, item)).reader, item) is not None:
            found += [Raised(each, "feedback", feedback.given_on) for each in feedback.versions[-1].development_needs]
    return found
