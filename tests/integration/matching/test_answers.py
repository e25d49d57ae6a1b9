"""Answers to a proposal, from both sides, and what follows from them."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from shared.events import Envelope, referral
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    ids,
    referral_accepted,
)
from tests.support.services import Platform


async def a_proposal(partnership: Partnership) -> tuple[referral.ProgrammeOpened, dict[str, Any]]:
    """A programme, and the one pair that its first round proposed."""
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme,
        a_school("900001"),
        a_mentor("900001"),
        an_offer("900001"),
        trainee,
        referral_accepted(programme, trainee),
    )
    (pair,) = (await partnership.solve_round(programme))["pairs"]
    return programme, pair


async def read_published(platform: Platform, key: str, count: int) -> list[tuple[Envelope, dict[str, Any]]]:
    """Return the first messages with this key on matching's topic."""
    found: list[tuple[Envelope, dict[str, Any]]] = []
    async with asyncio.timeout(20):
        async with AIOKafkaConsumer(
            platform.settings.topic("matching"),
            bootstrap_servers=platform.settings.kafka_bootstrap_servers,
            auto_offset_reset="earliest",
        ) as consumer:
            async for message in consumer:
                if message.key.decode() == key:
                    found.append((Envelope.from_headers(message.headers), json.loads(message.value)))
                if len(found) == count:
                    return found
    raise AssertionError("unreachable")


@pytest.mark.covers("M5")
async def test_a_pair_is_confirmed_when_both_sides_have_said_yes(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)

    first = await partnership.answers(pair, "acceptance", partnership.mentor(pair["mentor_id"]))
    assert first.json() == {"pair_id": pair["pair_id"], "status": "proposed", "accepted_by": ["mentor"]}
    second = await partnership.answers(pair, "acceptance", partnership.trainee(pair["trainee_id"]))
    assert second.json()["status"] == "confirmed"

    (seen,) = await partnership.read("/pairs?status=confirmed", after=second)
    assert (seen["pair_id"], seen["changed_on"]) == (pair["pair_id"], "2026-07-12")
    (candidate,) = await partnership.read("/candidates?status=placed", after=second)
    assert candidate["pair_id"] == pair["pair_id"]


@pytest.mark.covers("M5")
async def test_a_confirmed_pair_is_published_with_its_programmes_rules(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    for side in ("mentor", "trainee"):
        await partnership.answers(pair, "acceptance", partnership.lead(), side=side)

    messages = await read_published(partnership.platform, f"{partnership.tenant}/pair-{pair['pair_id']}", 2)

    assert [envelope.type for envelope, _ in messages] == ["matching.pair_proposed", "matching.pair_confirmed"]
    assert messages[1][1] == {
        "happened_on": "2026-07-12",
        "pair_id": pair["pair_id"],
        "programme_id": messages[0][1]["programme_id"],
        "referral_id": pair["referral_id"],
        "trainee_id": pair["trainee_id"],
        "mentor_id": pair["mentor_id"],
        "school_urn": "900001",
        "subject": "physics",
        "starts_on": "2026-09-14",
        "ends_on": "2026-12-18",
        "meetings_per_week": 1,
        "targets_per_meeting": 3,
        "assessor_is_not_mentor": True,
        "mentor_hours_per_week": 1.5,
        "amend_within_days": 14,
        "weeks_between_meetings": None,
        "agreement_first": False,
        "mentor_reads_for_days": None,
    }


@pytest.mark.covers("M5")
async def test_a_mentor_who_declined_is_not_proposed_to_the_same_trainee_again(partnership: Partnership) -> None:
    programme, first = await a_proposal(partnership)
    refused = await partnership.answers(first, "refusal", partnership.mentor(first["mentor_id"]))
    (waiting,) = await partnership.read("/candidates?status=waiting", after=refused)
    assert waiting["referral_id"] == first["referral_id"]

    alone = await partnership.solve_round(programme)
    assert [trainee["reason"] for trainee in alone["unplaced_trainees"]] == ["mentors_barred"]

    colleague = a_mentor("900001", volunteer=False)
    await partnership.hears(colleague)
    assert ids((await partnership.solve_round(programme))["pairs"], "mentor_id") == [colleague.mentor_id]


@pytest.mark.covers("M5")
async def test_a_refusal_frees_the_place_and_the_hours_for_somebody_else(partnership: Partnership) -> None:
    programme, first = await a_proposal(partnership)
    other = a_trainee()
    await partnership.hears(other, referral_accepted(programme, other))
    refused = await partnership.answers(first, "refusal", partnership.trainee(first["trainee_id"]))
    await partnership.read("/pairs", after=refused)

    solved = await partnership.solve_round(programme)

    assert ids(solved["pairs"], "trainee_id") == [other.trainee_id]


@pytest.mark.covers("M5")
async def test_the_reason_of_a_refusal_is_read_by_whose_it_is_and_by_the_lead_alone(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    mentor, words = partnership.mentor(pair["mentor_id"]), "I am to become head of year."
    refused = await partnership.answers(pair, "refusal", mentor, reason=words)

    said = {
        name: (await partnership.read(f"/pairs/{pair['pair_id']}", who=who, after=refused))["reason_declined"]
        for name, who in {
            "lead": partnership.lead(),
            "mentor": mentor,
            "trainee": partnership.trainee(pair["trainee_id"]),
            "school_lead": partnership.school_lead("900001"),
        }.items()
    }

    assert said == {"lead": words, "mentor": words, "trainee": None, "school_lead": None}
    stored = await partnership.fetch("select body::text from events where tenant = $1", partnership.tenant)
    assert not any(words in row["body"] for row in stored)
    messages = await read_published(partnership.platform, f"{partnership.tenant}/pair-{pair['pair_id']}", 2)
    assert messages[1][1].keys() == {"happened_on", "pair_id", "programme_id", "trainee_id", "mentor_id", "by"}


async def test_the_reason_goes_with_the_person(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    await partnership.answers(pair, "refusal", partnership.lead(), side="mentor", reason="Not this term.")

    await partnership.hears(referral.PersonErased(happened_on="2026-08-01", person_id=pair["mentor_id"]))

    assert (await partnership.read(f"/pairs/{pair['pair_id']}"))["reason_declined"] == "[erased]"


async def test_an_answer_to_a_closed_proposal_is_refused_and_a_repeated_one_is_not(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    trainee, mentor = partnership.trainee(pair["trainee_id"]), partnership.mentor(pair["mentor_id"])
    await partnership.answers(pair, "refusal", trainee)

    again = await partnership.answers(pair, "refusal", trainee)
    another_day = await partnership.answers(pair, "refusal", trainee, on="2026-07-20")
    late = await partnership.answers(pair, "acceptance", mentor)

    assert (again.status_code, again.json()["status"]) == (200, "declined")
    assert (another_day.status_code, another_day.json()["type"]) == (409, "urn:alongside:problem:not-open")
    assert (late.status_code, late.json()["type"]) == (409, "urn:alongside:problem:not-open")


async def test_a_schools_lead_answers_for_its_mentor_and_the_record_says_who_acted(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    subject = str(uuid4())
    lead = partnership.platform.bearer("school_lead", subject=subject, tenant=partnership.tenant, schools=("900001",))

    answered = await partnership.answers(pair, "acceptance", lead)
    not_theirs = await partnership.answers(pair, "acceptance", lead, side="trainee")

    assert answered.json()["accepted_by"] == ["mentor"]
    assert not_theirs.status_code == 403
    (row,) = await partnership.fetch(
        "select body ->> 'by' as by from events where tenant = $1 and type = 'matching.pair_accepted'",
        partnership.tenant,
    )
    assert row["by"] == subject


async def test_people_who_are_not_of_the_pair_do_not_learn_that_it_exists(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    client = partnership.platform["matching"]
    outsiders = [
        partnership.mentor(uuid4()),
        partnership.trainee(uuid4()),
        partnership.school_lead("900002"),
        partnership.platform.bearer("tutor", tenant=partnership.tenant),
        # being somebody's namesake in another role is not being them
        partnership.mentor(pair["trainee_id"]),
    ]
    for who in outsiders:
        assert await partnership.read("/pairs", who=who) == []
        assert (await client.get(f"/pairs/{pair['pair_id']}", headers=who)).status_code == 404
        for what in ("acceptance", "refusal"):
            assert (await partnership.answers(pair, what, who)).status_code == 404


async def test_each_sees_the_pairs_that_concern_them(partnership: Partnership) -> None:
    programme = a_programme()
    trainees = [a_trainee(), a_trainee()]
    mentors = [a_mentor("900001"), a_mentor("900002")]
    await partnership.hears(
        programme, *(a_school(urn) for urn in ("900001", "900002")), *(an_offer(urn) for urn in ("900001", "900002")),
        *mentors, *trainees, *(referral_accepted(programme, trainee) for trainee in trainees),
    )  # fmt: skip
    pairs = (await partnership.solve_round(programme))["pairs"]
    by_school = {pair["school_urn"]: UUID(pair["pair_id"]) for pair in pairs}

    assert ids(await partnership.read("/pairs"), "pair_id") == sorted(by_school.values())
    assert ids(await partnership.read("/pairs?limit=1"), "pair_id") == sorted(by_school.values())[:1]
    own = await partnership.read("/pairs", who=partnership.school_lead("900001"))
    assert ids(own, "pair_id") == [by_school["900001"]]
    own = await partnership.read("/pairs", who=partnership.mentor(mentors[1].mentor_id))
    assert ids(own, "pair_id") == [by_school["900002"]]
    own = await partnership.read("/pairs", who=partnership.trainee(pairs[0]["trainee_id"]))
    assert ids(own, "pair_id") == [UUID(pairs[0]["pair_id"])]
    # what the rules made of a mentor is the lead's to see
    assert own[0].keys().isdisjoint({"terms", "cost"})


@pytest.mark.covers("M5")
async def test_a_refusal_that_was_a_wrong_click_is_taken_back_and_the_next_round_proposes_again(
    partnership: Partnership,
) -> None:
    programme, pair = await a_proposal(partnership)
    mentor = partnership.mentor(pair["mentor_id"])
    await partnership.answers(pair, "refusal", mentor, reason="A slip of the finger.")
    trainee = await partnership.answers(pair, "answer-withdrawal", partnership.trainee(pair["trainee_id"]))
    assert trainee.status_code == 409

    back = await partnership.answers(pair, "answer-withdrawal", mentor)

    assert (back.status_code, back.json()["status"]) == (200, "lapsed")
    (seen,) = await partnership.read("/pairs", after=back)
    assert (seen["status"], seen["declined_by"], seen["reason_declined"]) == ("lapsed", None, None)
    (again,) = (await partnership.solve_round(programme))["pairs"]
    assert (again["mentor_id"], again["pair_id"] != pair["pair_id"]) == (pair["mentor_id"], True)
    first = await partnership.answers(again, "acceptance", mentor)
    assert first.json()["accepted_by"] == ["mentor"]
    unsaid = await partnership.answers(again, "answer-withdrawal", mentor)
    assert unsaid.json() == {"pair_id": again["pair_id"], "status": "proposed", "accepted_by": []}
    both = [
        await partnership.answers(again, "acceptance", partnership.lead(), side=side) for side in ("mentor", "trainee")
    ]
    assert both[1].json()["status"] == "confirmed"
    late = await partnership.answers(again, "answer-withdrawal", mentor)
    assert (late.status_code, late.json()["type"]) == (409, "urn:alongside:problem:not-open")


@pytest.mark.covers("M6", "R4")
async def test_whose_withdrawal_was_a_mistake_waits_again_and_is_proposed_again(partnership: Partnership) -> None:
    programme, pair = await a_proposal(partnership)
    about: dict[str, Any] = {name: pair[name] for name in ("referral_id", "trainee_id")}
    about["programme_id"] = programme.programme_id
    await partnership.hears(referral.ReferralWithdrawn(happened_on=programme.happened_on, **about))
    (left,) = await partnership.read("/candidates")
    assert left["status"] == "left"

    reversed_ = referral.ReferralStepReversed(
        happened_on=programme.happened_on, step="withdrawal", accepted=True, priority="urgent", **about
    )
    await partnership.hears(reversed_)

    (waiting,) = await partnership.read("/candidates")
    assert (waiting["status"], waiting["pair_id"]) == ("waiting", None)
    (again,) = (await partnership.solve_round(programme))["pairs"]
    assert (again["trainee_id"], again["pair_id"] != pair["pair_id"]) == (pair["trainee_id"], True)
    await partnership.hears(reversed_.model_copy(update={"step": "acceptance", "accepted": False}))
    (gone,) = await partnership.read("/candidates")
    assert gone["status"] == "left"
