"""Commands of assessments."""

from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.journal import use_as_evidence
from services.sessions.commands.merges import current_principal
from services.sessions.domain.assessments import ASSESSMENT, NewAssessment, SubmitAssessment
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.trainees import TRAINEE, AdmitAssessor
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SubmittedAssessment(Answer):
    """The assessment that was submitted."""

    assessment_id: UUID


def submit_assessment(who: Principal, assessment: NewAssessment) -> UseCase[SubmittedAssessment]:
    """Submit an assessment of a trainee by somebody who does not mentor them.

    It rests only on journal entries that the trainee released to the assessor. The trainee's stream records the
    assessor too. The append compares that stream's version, so the command is decided again if the assessor became a
    mentor of the trainee in the meantime.
    """

    async def use_case(unit: Unit) -> SubmittedAssessment:
        (relationship,) = await unit.load(RELATIONSHIP, assessment.relationship_id)
        if relationship is None:
            raise NotFound("There is no such relationship.")
        trainee_id = relationship.trainee_id
        (trainee,) = await unit.load(TRAINEE, trainee_id)
        assessor_id = policy.may_assess(await current_principal(unit, who), relationship, trainee)
        assessment_id = uuid4()
        admission = AdmitAssessor(
            trainee_id=trainee_id, assessor_id=assessor_id, assessment_id=assessment_id, on=assessment.on
        )
        await unit.decide(TRAINEE, trainee_id, admission)
        submission = SubmitAssessment(
            relationship=relationship, assessment_id=assessment_id, assessor_id=assessor_id, assessment=assessment
        )
        await unit.decide(ASSESSMENT, assessment_id, submission)
        await use_as_evidence(unit, who, assessment.evidence, assessment_id, trainee_id, assessment.on)
        return SubmittedAssessment(assessment_id=assessment_id)

    return use_case
