"""Use cases of assessments: authorise by relation, load, decide."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.domain.assessments import ASSESSMENT, Submit
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.trainees import TRAINEE, Admit
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def submit_assessment(
    who: Principal,
    *,
    relationship_id: UUID,
    kind: AssessmentKind,
    judgements: Mapping[Standard, Judgement],
    comments: Mapping[Standard, str],
    on: date,
) -> UseCase[JsonAnswer]:
    """Submit an assessment by somebody who does not mentor the trainee.

    It is recorded in the trainee's stream too, whose version is compared at the append: a mentor who joined in between
    makes this decide anew.
    """

    async def use_case(unit: Unit) -> JsonAnswer:
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        if relationship is None:
            raise NotFound("There is no such relationship.")
        trainee_id = relationship.trainee_id
        (trainee,) = await unit.load(TRAINEE, trainee_id)
        assessor_id = policy.may_assess(who, relationship, trainee)
        assessment_id = uuid4()
        await unit.decide(
            TRAINEE,
            trainee_id,
            Admit(trainee_id=trainee_id, assessor_id=assessor_id, assessment_id=assessment_id, on=on),
        )
        await unit.decide(
            ASSESSMENT,
            assessment_id,
            Submit(
                relationship=relationship,
                assessment_id=assessment_id,
                assessor_id=assessor_id,
                kind=kind,
                judgements=judgements,
                comments=comments,
                on=on,
            ),
        )
        return {"assessment_id": str(assessment_id)}

    return use_case
