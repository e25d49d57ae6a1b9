"""A rebuilt read model has the same rows as the live one."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.referral.programmes import templates
from services.sessions.projections import READ_MODELS
from shared.kernel.postgres import Pool, open_pool, tenant_transaction
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.readmodel import ReadModel
from tests.integration.sessions import (
    test_absences,
    test_appeals,
    test_assessments,
    test_circles,
    test_days,
    test_feedback,
    test_figures,
    test_inductions,
    test_journal,
    test_measures,
    test_moderations,
    test_nudges,
    test_observations,
    test_onward_referrals,
    test_recognitions,
    test_reflections,
    test_reviews,
    test_safeguarding,
    test_second_opinions,
    test_summaries,
    test_support_plans,
    test_surveys,
)
from tests.integration.sessions.later import tell_of_untouched
from tests.integration.sessions.pairs import (
    TARGET,
    TENANT,
    Headers,
    Pair,
    a_pair_in,
    a_placed_pair,
    a_returning_pair,
    a_tutor,
)
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_assessments import sign_all
from tests.integration.sessions.test_break_offs import break_off
from tests.integration.sessions.test_hand_overs import next_pair, propose
from tests.integration.sessions.test_one_person import merge, until_theirs
from tests.support.services import Platform, eventually


@pytest.fixture(scope="module")
async def pair(platform: Platform) -> Pair:
    """A pair of which everything is recorded that sessions records; then the mentor's record was merged."""
    pair = await a_returning_pair(platform, runs_today=True)
    tutor = await a_tutor(pair)
    await sign_agreement(pair)
    await test_surveys.answer(pair, pair.mentor, test_surveys.MENTORS)
    held = await pair.record(discussed="Starters.", targets=[TARGET])
    await pair.put(
        f"/meetings/{held.json()['meeting_id']}/note", {"on": "2026-09-21", "note": "Tired today."}, pair.mentor
    )
    await test_recognitions.issue(pair)
    placed = await a_placed_pair(platform, trainee_id=pair.trainee_id)
    path = await sign_all(placed, tutor, comments={"TS1": "Warm."}, kind="end_of_placement")
    await placed.put(f"{path}/submission", test_assessments.ON, tutor)
    await placed.put(f"{path}/appeal", test_appeals.WHY, placed.trainee)
    await support(placed, tutor)
    await look_twice(placed, path)
    await test_feedback.give(placed)
    await test_measures.take(placed)
    await test_safeguarding.open_record(placed)
    figures = test_figures.table(pair, ("lessons_taught", "12", "2026-09-21"))
    assert (await test_figures.send(pair, figures)).json()["recorded"] == 1
    await induct(platform)
    for item in (await test_journal.write(pair), await test_observations.hold_observation(pair)):
        await pair.post(f"{item}/releases", test_journal.TO_TUTORS, pair.trainee)
        assert (await pair.get(item, tutor)).status_code == 200
    (target_id,) = held.json()["target_ids"]
    await touch_target(pair, target_id)
    await test_days.log(pair, {"on": "2026-09-16"})
    await plan(pair)
    await hand_over(pair)
    await look_back(pair)
    await test_onward_referrals.take(pair, await test_onward_referrals.offer(pair), "agreed", pair.trainee)
    await test_circles.meet(await test_circles.a_circle(pair), "Listening.")
    await test_summaries.sign_summary(pair, "pace")
    assert (await pair.get(f"/summaries/{pair.relationship_id}", pair.host_lead)).status_code == 200
    await test_summaries.count_needs_later(pair)
    await test_nudges.miss(pair, "2026-09-28", "2026-09-29", "2026-09-30")
    await tell_of_untouched(pair, pair.mentor, target_id, days=20)
    await test_nudges.until_signs(pair, pair.trainee, "missed_in_a_row", "untouched_targets")
    await test_absences.hear(
        pair, f"standing-{pair.trainee_id}", test_absences.status(pair, "deferred", test_absences.AWAY)
    )
    kept = replace(pair, mentor_id=uuid4())
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)
    last = await break_off(kept, kept.trainee, contact="school_lead", reason="Enough.")
    assert last.status_code == 201, last.text
    assert (await kept.get(kept.path, kept.trainee, last)).status_code == 200
    return kept


async def induct(platform: Platform) -> None:
    """Record a period and an absence of an induction."""
    inducted = await a_pair_in(templates()["ect-induction"], platform)
    await test_inductions.record(inducted, "periods", test_inductions.PERIOD)
    await test_inductions.record(inducted, "absences", test_inductions.ABSENCE)


async def support(pair: Pair, tutor: Headers) -> None:
    """Let an assessment ask for a support plan, which is shared and reviewed."""
    path = await test_support_plans.submit_off_track(pair, tutor)
    await pair.put(path, test_support_plans.PLAN, tutor)
    await pair.put(f"{path}/sharing", test_assessments.ON, tutor)
    await pair.put(f"{path}/review", test_support_plans.REVIEW, tutor)


async def look_twice(pair: Pair, path: str) -> None:
    """Ask for a second opinion on an assessment, and draw a sample with it."""
    lead, moderator_id = pair.platform.bearer("partnership_lead", subject=f"{uuid4()}"), uuid4()
    await pair.put(f"{path}/second-opinion/request", test_second_opinions.REQUEST, pair.trainee)
    await a_tutor(pair, person_id=moderator_id)
    sample = await test_moderations.draw(pair, lead)
    named = test_assessments.ON | {"person_id": f"{moderator_id}"}
    assert (await pair.put(f"{sample}{path}/moderator", named, lead)).status_code == 200


async def touch_target(pair: Pair, target_id: str) -> None:
    """Note progress towards a target, and share it with somebody who acknowledges it."""
    of, day = f"/targets/{target_id}", {"on": "2026-09-28"}
    for step, body, who in (
        ("progress", {"note": "Better."}, pair.trainee),
        ("shares", {"to": {"role": "head_of_staff"}}, pair.mentor),
        ("acknowledgements", {}, pair.host_lead),
    ):
        done = await pair.post(f"{of}/{step}", day | body, who)
        assert done.status_code == 201, done.text


async def look_back(pair: Pair) -> None:
    """Review the relationship, and look back on it as its mentee."""
    await test_reviews.until_due(pair)
    reviewed = await test_reviews.review(pair, "continue")
    assert reviewed.status_code == 201, reviewed.text
    written = await test_reflections.write(pair, pair.trainee, worth="A lot.", lighter=7)
    path = f"/reflections/{written.json()['reflection_id']}"
    await pair.post(f"{path}/releases", test_reflections.TO_LEADS, pair.trainee)
    assert (await pair.get(path, pair.host_lead)).status_code == 200


async def plan(pair: Pair) -> None:
    """Plan the meetings of a series, and put something on the agenda of one."""
    rhythm = {"on": "2026-09-14", "weekdays": ["monday"], "starts_on": "2026-09-14"}
    await pair.put(f"{pair.path}/series", rhythm, pair.mentor)

    async def is_planned() -> bool:
        return bool((await pair.get(f"{pair.path}/series", pair.mentor)).json()["meetings"])

    await eventually(is_planned)
    (planned, *_) = (await pair.get(f"{pair.path}/series", pair.mentor)).json()["meetings"]
    item = {"on": "2026-09-14", "text": "The last lesson."}
    added = await pair.post(f"{pair.path}/series/{planned['planned_id']}/agenda", item, pair.mentor)
    assert added.status_code == 201, added.text


async def hand_over(pair: Pair) -> None:
    after = await next_pair(pair)
    proposed = await propose(pair, pair.trainee, answers={"found_again": "My voice."})
    (item_id,) = proposed.json()["waiting"]
    await pair.post(f"{pair.path}/hand-over/items/{item_id}/agreement", {"on": "2026-10-05"}, pair.mentor)
    to: dict[str, Any] = {"on": "2026-10-05", "to_relationship_id": f"{after.relationship_id}"}
    assert (await pair.post(f"{pair.path}/hand-over", to, pair.trainee)).status_code == 201


@pytest.mark.covers("P13")
@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
async def test_a_rebuilt_read_model_has_the_rows_of_the_live_one(
    platform: Platform, pair: Pair, model: ReadModel
) -> None:
    async with await open_pool(platform.urls["sessions"]["worker"], size=4) as pool:
        live = await read_rows(pool, model)
        await rebuild_read_model(pool, model)

        assert live
        assert await read_rows(pool, model) == live


async def read_rows(pool: Pool, model: ReadModel) -> list[str]:
    async with tenant_transaction(pool, [TENANT]) as connection:
        rows = await connection.fetch(f"select r::text from {model.name} r order by 1")
    return [row[0] for row in rows]
