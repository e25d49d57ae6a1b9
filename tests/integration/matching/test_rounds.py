"""A round from referral's events to proposals and explanations."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest

from services.matching.domain.explanations import PairExplanation, SatisfiedRule
from services.matching.domain.pairs import PAIR
from services.matching.domain.rounds import ROUND
from shared.events.referral import PersonErased, TraineeStandingChanged
from shared.kernel.postgres import connect
from shared.kernel.postgres.events import append
from shared.kernel.records import Cause, NewEvent
from tests.integration.matching.partnership import (
    RULES,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    ids,
    referral_accepted,
)
from tests.support.notes_service import keyring
from tests.support.services import NO_SUCH_ID, Platform, publish_events
from tests.unit.matching.facts import PROPOSED, SOLVED


@pytest.mark.covers("M1", "M3")
async def test_as_many_as_can_be_are_placed_and_then_as_near_as_can_be(partnership: Partnership) -> None:
    programme = a_programme()
    near, far = a_school("900001", easting=400_000), a_school("900002", easting=410_000)
    # the first trainee can reach both schools, the second only the near one: whoever takes the nearest first places one
    flexible, tied = a_trainee(easting=400_000, limit=60), a_trainee(easting=400_000, limit=5)
    mentors = {urn: a_mentor(urn) for urn in ("900001", "900002")}
    await partnership.hears(
        programme, near, far, an_offer("900001"), an_offer("900002"), *mentors.values(), flexible, tied,
        referral_accepted(programme, flexible), referral_accepted(programme, tied),
    )  # fmt: skip

    solved = await partnership.solve_round(programme)

    assert (solved["placed"], solved["unplaced"], solved["status"]) == (2, 0, "optimal")
    placed = {pair["trainee_id"]: (pair["school_urn"], pair["mentor_id"]) for pair in solved["pairs"]}
    assert placed == {
        str(flexible.trainee_id): ("900002", str(mentors["900002"].mentor_id)),
        str(tied.trainee_id): ("900001", str(mentors["900001"].mentor_id)),
    }


@pytest.mark.covers("M2", "M4")
async def test_each_pair_shows_what_each_rule_added(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee(easting=410_000)
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", volunteer=False), an_offer("900001"), trainee,
        referral_accepted(programme, trainee),
    )  # fmt: skip

    (pair,) = (await partnership.solve_round(programme))["pairs"]

    # 10 km, 1.3 times the straight line, at 40 km/h: 19.5 minutes, a part of a minute counts whole
    assert (pair["travel_minutes"], pair["terms"], pair["cost"]) == (20, {"travel": 20, "volunteers_first": 10}, 30)
    assert (pair["school_name"], pair["status"]) == ("School 900001", "proposed")


@pytest.mark.covers("M4")
async def test_each_unplaced_trainee_has_the_rule_that_prevents_a_placement(partnership: Partnership) -> None:
    programme = a_programme()
    trainees = {
        "no_offer_in_subject": a_trainee(subject="music"),
        "no_mentor_in_subject": a_trainee(subject="history"),
        "beyond_travel_limit": a_trainee(easting=500_000),
        "places_taken": a_trainee(easting=409_000),
    }
    placed = a_trainee()
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", hours=6), an_offer("900001"),
        an_offer("900001", subject="history"), placed, referral_accepted(programme, placed), *trainees.values(),
        *(referral_accepted(programme, trainee) for trainee in trainees.values()),
    )  # fmt: skip

    solved = await partnership.solve_round(programme)

    assert ids(solved["pairs"], "trainee_id") == [placed.trainee_id]
    assert {trainee["trainee_id"]: trainee["reason"] for trainee in solved["unplaced_trainees"]} == {
        str(trainee.trainee_id): reason for reason, trainee in trainees.items()
    }
    assert all(trainee["explanation"] for trainee in solved["unplaced_trainees"])
    waiting = await partnership.read("/candidates?status=waiting")
    assert {row["reason"] for row in waiting} == set(trainees)


async def test_a_round_works_whatever_order_the_facts_came_in(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    facts = [
        referral_accepted(programme, trainee),
        *(a_mentor("900001"), an_offer("900001"), trainee, a_school("900001"), programme),
    ]  # fmt: skip
    for fact in facts:
        await partnership.hears(fact)

    assert ids((await partnership.solve_round(programme))["pairs"], "trainee_id") == [trainee.trainee_id]


async def test_a_trainee_whose_record_has_not_come_waits_for_it(partnership: Partnership) -> None:
    programme, known, unknown = a_programme(), a_trainee(), a_trainee()
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", hours=3), an_offer("900001", places=2), known,
        referral_accepted(programme, known), referral_accepted(programme, unknown),
    )  # fmt: skip
    assert Counter(row["ready"] for row in await partnership.read("/candidates")) == {True: 1, False: 1}

    first = await partnership.solve_round(programme)
    assert (first["placed"], first["unplaced"], first["trainees_left_out"]) == (1, 0, 1)

    await partnership.hears(unknown)
    assert ids((await partnership.solve_round(programme))["pairs"], "trainee_id") == [unknown.trainee_id]


async def test_the_lead_sees_what_a_round_would_begin_with(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        a_school("900001"), a_mentor("900001"), an_offer("900001", places=2), an_offer("900001"), trainee,
        referral_accepted(programme, trainee), referral_accepted(programme, a_trainee()),
    )  # fmt: skip
    where = f"/readiness?programme_id={programme.programme_id}"
    counts = {"candidates": 1, "without_record": 1, "mentors": 1, "offers": 2, "places": 3, "schools": 1}
    assert await partnership.read(where) == counts | {"programme_known": False, "pairing": None}

    await partnership.hears(programme)
    assert await partnership.read(where) == counts | {"programme_known": True, "pairing": "hosted"}


async def test_whoever_waits_by_two_referrals_is_ready_by_one_and_the_other_says_so(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    first, second = (referral_accepted(programme, trainee) for _ in range(2))
    await partnership.hears(programme, a_school("900001"), a_mentor("900001"), an_offer("900001"), trainee)
    await partnership.hears(first, second)

    rows = await partnership.read("/candidates?status=waiting")

    assert [row["ready"] for row in rows] == [True, False]
    assert rows[0]["referral_id"] in rows[1]["explanation"]
    assert (await partnership.read(f"/readiness?programme_id={programme.programme_id}"))["candidates"] == 1


@pytest.mark.parametrize("why", ["deferred", "withdrawn", "placed by another referral"])
async def test_readiness_and_round_agree_on_who_waits(partnership: Partnership, why: str) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", hours=3), an_offer("900001", places=2), trainee,
        referral_accepted(programme, trainee),
    )  # fmt: skip
    where = f"/readiness?programme_id={programme.programme_id}"
    assert (await partnership.read(where))["candidates"] == 1
    if why == "placed by another referral":
        (pair,) = (await partnership.solve_round(programme))["pairs"]
        for side in ("mentor", "trainee"):
            await partnership.answers(pair, "acceptance", partnership.lead(), side=side)
        await partnership.hears(referral_accepted(programme, trainee))
    else:
        left = {"happened_on": date(2026, 7, 5), "trainee_id": trainee.trainee_id, "standing": why}
        await partnership.hears(TraineeStandingChanged.model_validate(left))

    ready = await partnership.read(where)
    assert (ready["candidates"], ready["without_record"]) == (0, 0)
    (waiting,) = await partnership.read("/candidates?status=waiting")
    assert waiting["ready"] is False
    assert (waiting["reason"] == "another_referral") == (why == "placed by another referral")
    assert (await partnership.round(programme)).json()["type"] == "urn:alongside:problem:nobody-waits"


async def test_an_offer_at_a_school_without_a_position_is_left_out(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme, a_school("900001", easting=None), a_mentor("900001"), an_offer("900001"), trainee,
        referral_accepted(programme, trainee),
    )  # fmt: skip

    solved = await partnership.solve_round(programme)

    assert (solved["placed"], solved["offers_left_out"]) == (0, 1)


async def test_a_round_for_nobody_is_refused(partnership: Partnership) -> None:
    programme = a_programme()
    await partnership.hears(programme)

    refused = await partnership.round(programme)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:nobody-waits")
    assert await partnership.read("/rounds") == []


@pytest.mark.covers("M1")
async def test_hours_and_places_given_in_one_programme_are_gone_in_the_next(partnership: Partnership) -> None:
    one, other = a_programme(), a_programme()
    first, second = a_trainee(), a_trainee()
    await partnership.hears(
        one, other, a_school("900001"), a_mentor("900001"), an_offer("900001", places=2), first, second,
        referral_accepted(one, first), referral_accepted(other, second),
    )  # fmt: skip

    assert (await partnership.solve_round(one))["placed"] == 1
    solved = await partnership.solve_round(other)

    assert [row["reason"] for row in solved["unplaced_trainees"]] == ["mentor_hours_taken"]


async def test_hours_of_a_pair_at_another_time_of_year_are_free(partnership: Partnership) -> None:
    autumn, trainee, later = a_programme(), a_trainee(), a_trainee()
    mentor = a_mentor("900001")
    await partnership.hears(
        autumn, a_school("900001"), mentor, an_offer("900001"), trainee, referral_accepted(autumn, trainee)
    )
    assert (await partnership.solve_round(autumn))["placed"] == 1

    spring = a_programme().model_copy(update={"academic_year": "2027/28"})
    offer = an_offer("900001", starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 26))
    await partnership.hears(
        spring, offer.model_copy(update={"academic_year": "2027/28"}), later, referral_accepted(spring, later)
    )

    assert (await partnership.solve_round(spring))["placed"] == 1


async def test_nobody_is_in_two_placements_at_once(partnership: Partnership) -> None:
    one, other, trainee = a_programme(), a_programme(), a_trainee()
    await partnership.hears(
        one, other, a_school("900001"), a_mentor("900001", hours=6), an_offer("900001", places=4), trainee,
        referral_accepted(one, trainee), referral_accepted(one, trainee), referral_accepted(other, trainee),
    )  # fmt: skip

    solved = await partnership.solve_round(one)
    again = await partnership.round(other)

    assert (solved["placed"], solved["trainees_left_out"]) == (1, 1)
    assert again.status_code == 409


async def test_a_mentor_who_asked_to_be_forgotten_is_matched_no_more(partnership: Partnership) -> None:
    programme, trainee, mentor = a_programme(), a_trainee(), a_mentor("900001")
    await partnership.hears(
        programme, a_school("900001"), mentor, an_offer("900001"), trainee, referral_accepted(programme, trainee)
    )
    await partnership.hears(PersonErased(happened_on=date(2026, 7, 5), person_id=mentor.mentor_id))

    assert (await partnership.solve_round(programme))["placed"] == 0
    (key,) = await partnership.fetch(
        "select wrapped, destroyed_at from subject_keys where tenant = $1", partnership.tenant
    )
    assert key["wrapped"] is None
    assert key["destroyed_at"] is not None


async def test_the_same_key_asks_for_one_round_only(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme,
        a_school("900001"),
        a_mentor("900001"),
        an_offer("900001"),
        trainee,
        referral_accepted(programme, trainee),
    )
    lead = partnership.lead()

    asked = [await partnership.round(programme, **lead, **{"Idempotency-Key": "round-1"}) for _ in range(3)]

    assert {answer.status_code for answer in asked} == {201}
    assert len({answer.json()["round_id"] for answer in asked}) == 1
    assert len(await partnership.read("/rounds", after=asked[0])) == 1


async def test_an_unchanged_fact_is_recorded_once_and_a_changed_fact_again(partnership: Partnership) -> None:
    mentor = a_mentor("900001", hours=1.5)
    await partnership.hears(mentor)
    stream = f"mentor-{mentor.mentor_id}"
    await publish_events(partnership.platform, "referral", partnership.tenant, stream, mentor)
    await partnership.hears(mentor.model_copy(update={"capacity_hours": 3.0}))

    rows = await partnership.fetch("select body from events where stream = $1 order by version", stream)
    hours = await partnership.fetch("select capacity_hours from mentors where mentor_id = $1", mentor.mentor_id)
    assert len(rows) == 2
    assert [row["capacity_hours"] for row in hours] == [3.0]


async def test_a_programme_with_a_rule_that_matching_lacks_is_refused(partnership: Partnership) -> None:
    programme = a_programme(RULES.model_copy(update={"weights": {"horoscope": 1}}))
    await partnership.hears(programme)

    refused = await partnership.round(programme)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/programme_id")
    assert "horoscope" in refused.json()["detail"]


PATHS = ("/rounds", f"/rounds/{NO_SUCH_ID}", "/candidates", f"/readiness?programme_id={NO_SUCH_ID}")


async def test_only_the_partnership_lead_runs_and_reads_rounds(partnership: Partnership) -> None:
    platform = partnership.platform
    body = {"programme_id": str(uuid4()), "on": "2026-07-10"}
    for who in (partnership.mentor(uuid4()), partnership.trainee(uuid4()), partnership.school_lead("900001")):
        asked = [
            await platform["matching"].post("/rounds", json=body, headers=who),
            *[await platform["matching"].get(path, headers=who) for path in PATHS],
        ]
        assert {answer.status_code for answer in asked} == {403}


async def test_another_partnership_sees_nothing(partnership: Partnership, platform: Platform) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme,
        a_school("900001"),
        a_mentor("900001"),
        an_offer("900001"),
        trainee,
        referral_accepted(programme, trainee),
    )
    solved = await partnership.solve_round(programme)
    stranger = Partnership(platform)

    for path in ("/rounds", "/pairs", "/candidates"):
        assert await stranger.read(path) == []
    for path in (f"/rounds/{solved['round_id']}", f"/pairs/{solved['pairs'][0]['pair_id']}"):
        assert (await platform["matching"].get(path, headers=stranger.lead())).status_code == 404
    assert (await stranger.round(programme)).status_code == 422


@pytest.mark.covers("M4")
async def test_a_round_that_was_stored_with_the_explanation_in_each_proposal_is_still_read(
    partnership: Partnership,
) -> None:
    programme, trainee = a_programme(), a_trainee()
    accepted = referral_accepted(programme, trainee)
    await partnership.hears(programme, trainee, accepted)
    rule = SatisfiedRule(rule="subject", title="The subject fits", known=True, words="The offer is in physics.")
    about = {"round_id": uuid4(), "programme_id": programme.programme_id}
    solved = SOLVED.model_copy(update=about)
    proposed = PROPOSED.model_copy(
        update=about
        | {"pair_id": uuid4(), "referral_id": accepted.referral_id, "trainee_id": trainee.trainee_id}
        | {"why": PairExplanation(terms=(), rules=(rule,))}
    )
    new = [
        NewEvent(partnership.tenant, stream, event, Cause("service:matching", uuid4()))
        for stream, event in ((ROUND.stream(solved.round_id), solved), (PAIR.stream(proposed.pair_id), proposed))
    ]
    connection = await connect(partnership.platform.urls["matching"]["worker"])
    try:
        appended = await append(connection, keyring(), new, {(item.tenant, item.stream): 0 for item in new})
    finally:
        await connection.close()

    after = {"Alongside-Min-Position": f"{appended.position}"}
    found = await partnership.read(f"/rounds/{solved.round_id}", who=partnership.lead() | after)

    assert [pair["why"] for pair in found["pairs"]] == [{"terms": [], "rules": [rule.model_dump()]}]
