"""Load an assessment for somebody who may read it, with the programme's rules and what the person is to its trainee."""

from dataclasses import dataclass
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as, lets_mentor_assess
from services.sessions.commands.merges import kept_record, kept_records
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see
from services.sessions.domain.assessment_rules import AssessmentRules, rules_of
from services.sessions.domain.assessment_versions import MISSING, Assessment, State, Submission
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.second_opinions import SECOND_OPINIONS
from services.sessions.domain.trainees import TRAINEE
from shared.events.words import AssessmentKind
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class AssessmentViewer:
    """Somebody who knows of a trainee's assessments in a relationship, and what they are to the trainee."""

    who: Principal
    person_id: UUID | None
    relationship: Relationship
    rules: AssessmentRules
    assigned: policy.Assigned

    def roles(self, *, writes: bool) -> frozenset[str]:
        """The roles for which the person signs."""
        return policy.roles_to_sign(self.who, self.relationship, self.rules, self.assigned.roles, writes=writes)

    def readable_states(self, *, writes: bool, asked: bool = False) -> frozenset[State]:
        """The states in which the person reads a version; `asked` says that a second opinion on it is asked for."""
        to = (self.who, self.relationship, self.rules, self.assigned.roles)
        return policy.readable_states(*to, writes=writes, asked=asked)

    def receives(self) -> bool:
        """Whether the programme sends the assessment to the person."""
        return policy.receives_assessment(self.who, self.relationship, self.rules, self.assigned.roles)


async def view_assessments(unit: Unit, who: Principal, relationship_id: UUID, kind: AssessmentKind) -> AssessmentViewer:
    """Return what somebody is to the assessments of a kind in a relationship; raises `NotFound`."""
    visible = await load_to_see(who, unit, relationship_id)
    relationship = visible.relationship
    rules = rules_of(await load_programme(unit, relationship.programme_id), kind)
    assigned = policy.Assigned(
        await assigned_as(unit, who, relationship.trainee_id),
        excepted=await lets_mentor_assess(unit, who, relationship.trainee_id),
    )
    return AssessmentViewer(visible.who, policy.assessor(visible.who), relationship, rules, assigned)


async def load_assessment(unit: Unit, who: Principal, assessment_id: UUID) -> tuple[Assessment, AssessmentViewer, bool]:
    """Load an assessment for somebody who may read its last version, and whether they wrote it; raises `NotFound`."""
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    try:
        if assessment is not None:
            seen = await view_assessments(unit, who, assessment.relationship_id, assessment.kind)
            writes = await kept_record(unit, assessment.assessor_id) == seen.person_id
            if assessment.state in seen.readable_states(writes=writes):
                return assessment, seen, writes
    except NotFound:
        pass
    raise NotFound(MISSING)


async def load_submission(
    unit: Unit, who: Principal, assessment_id: UUID, version: int
) -> tuple[Submission, AssessmentViewer]:
    """Load a version that was submitted for somebody who may read it; raises `NotFound`, `Invalid` for another version.

    A correction that is being written does not hide the version before.
    """
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    try:
        if assessment is not None:
            seen = await view_assessments(unit, who, assessment.relationship_id, assessment.kind)
            submission = assessment.submissions.get(version)
            writes = await kept_record(unit, assessment.assessor_id) == seen.person_id
            (opinions,) = await unit.load(SECOND_OPINIONS, assessment_id)
            reads = "submitted" in seen.readable_states(writes=writes, asked=version in opinions.asked_for)
            if reads and assessment.submissions:
                if submission is None:
                    known = ", ".join(str(each) for each in sorted(assessment.submissions))
                    raise Invalid(f"This version is not submitted. Choose one of: {known}.", pointer="/version")
                return submission, seen
    except NotFound:
        pass
    raise NotFound(MISSING)


async def took_part(unit: Unit, viewer: AssessmentViewer, submission: Submission) -> bool:
    """Whether somebody wrote or signed a version, whatever records of theirs were merged."""
    return viewer.person_id in await kept_records(unit, submission.assessor_id, *sorted(submission.signed_by))


async def load_own_assessment(unit: Unit, who: Principal, assessment_id: UUID) -> tuple[Assessment, AssessmentViewer]:
    """Load an assessment for its assessor, who may still assess; raises `NotFound`, `NotAllowed` for others."""
    assessment, viewer, _ = await load_assessment(unit, who, assessment_id)
    await must_be_its_assessor(unit, viewer, assessment)
    await may_assess(unit, viewer)
    return assessment, viewer


async def must_be_its_assessor(unit: Unit, seen: AssessmentViewer, assessment: Assessment) -> None:
    """Raise `NotAllowed` for others than the assessor who wrote an assessment."""
    if await kept_record(unit, assessment.assessor_id) != seen.person_id:
        raise NotAllowed("Only the assessor who wrote this assessment changes it.")


async def may_assess(unit: Unit, seen: AssessmentViewer) -> UUID:
    """Return the id of the assessor; raises what `policy.may_assess` raises, also if they become a mentor meanwhile."""
    await unit.read_and_compare((TRAINEE, seen.relationship.trainee_id))
    (trainee,) = await unit.load(TRAINEE, seen.relationship.trainee_id)
    return policy.may_assess(seen.who, seen.relationship, seen.rules, trainee, seen.assigned)
