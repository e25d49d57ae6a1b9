"""Each read model, rebuilt while answers come in, is what the running one was."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from services.matching.projections import READ_MODELS
from shared.events import PublicEvent, referral
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.readmodel import ReadModel
from tests.integration.matching.partnership import (
    JULY,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)

TOLD_IN_OTHER_TESTS = {"merges", "travel_times", "mentees", "asks", "supports", "found", "erased"}


def more_facts(mentor_id: UUID, trainee: referral.TraineeRecorded) -> list[PublicEvent]:
    """What referral tells of a mentor, a trainee and a school beyond their records; none of it bars anybody."""
    trainee_id = trainee.trainee_id
    return [
        referral.MentorDeclared(
            happened_on=JULY, mentor_id=mentor_id, role_kinds=("general_mentor",), facets=(), load={}, available=()
        ),
        referral.RelationsRecorded(happened_on=JULY, mentor_id=mentor_id, relations=()),
        referral.TrainingLogged(
            happened_on=JULY, mentor_id=mentor_id, training_id=uuid4(), provider="North Star", academic_year="2026/27",
            kind="initial", hours=6,
        ),
        referral.TraineeStandingChanged(happened_on=JULY, trainee_id=trainee_id, standing="in_training"),
        referral.EarlierPlacementsRecorded(happened_on=JULY, trainee_id=trainee_id, placements=()),
        referral.AppetiteSaid(
            happened_on=JULY, school_urn="900001", academic_year="2026/27", appetite="interested"
        ),
        referral.HostingLimitSet(
            happened_on=JULY, scope="school", academic_year="2026/27", school_urn="900001", places=20
        ),
        referral.ReferralMade(
            happened_on=JULY, referral_id=uuid4(), programme_id=uuid4(), trainee_id=trainee_id, purpose="induction",
            reasons=("general_placement",),
        ),
    ]  # fmt: skip


async def rows(partnership: Partnership, model: ReadModel) -> list[str]:
    found = await partnership.fetch(
        f"select to_jsonb(r)::text as row from {model.name} r where tenant = $1 order by 1", partnership.tenant
    )
    return [row["row"] for row in found]


@pytest.mark.covers("P13")
async def test_a_rebuilt_read_model_is_the_live_one(partnership: Partnership) -> None:
    programme, trainees, mentor = a_programme(), [a_trainee() for _ in range(6)], a_mentor("900001", hours=6)
    await partnership.hears(
        programme, a_school("900001"), mentor, an_offer("900001", places=4), *trainees,
        *(referral_accepted(programme, trainee) for trainee in trainees), *more_facts(mentor.mentor_id, trainees[0]),
    )  # fmt: skip
    await partnership.platform["matching"].put(
        "/wishes",
        json={"names": [str(mentor.mentor_id)], "on": "2026-07-09"},
        headers=partnership.trainee(trainees[0].trainee_id),
    )
    pairs = (await partnership.solve_round(programme))["pairs"]
    pool = await open_pool(partnership.platform.urls["matching"]["worker"], size=4)

    async def rebuild_all() -> None:
        for model in READ_MODELS:
            await rebuild_read_model(pool, model)

    async def answer_some() -> httpx.Response:
        for pair in pairs[:2]:
            await partnership.answers(pair, "acceptance", partnership.lead(), side="mentor")
        await partnership.answers(pairs[2], "refusal", partnership.lead(), side="trainee", reason="Too far.")
        return await partnership.answers(pairs[3], "acceptance", partnership.lead(), side="trainee")

    try:
        _, last = await asyncio.gather(rebuild_all(), answer_some())
        answered = await partnership.read("/pairs", after=last)
        assert {pair["changed_on"] for pair in answered} == {"2026-07-12"}
        live = {model.name: await rows(partnership, model) for model in READ_MODELS}
        await rebuild_all()
        assert {model.name: await rows(partnership, model) for model in READ_MODELS} == live
        assert {name for name, found in live.items() if not found} <= TOLD_IN_OTHER_TESTS
    finally:
        await pool.close()
