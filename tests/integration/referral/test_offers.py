"""Offers over a season: what a school can host, that it still stands, and that it changed its mind."""

import json
from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import open_programme, pointer_of, post_ok, problem_of, send
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R5")

OFFER = {
    "school_urn": "990001",
    "subject": "Mathematics",
    "phase": "secondary",
    "places": 2,
    "starts_on": "2027-01-11",
    "ends_on": "2027-03-26",
    "on": "2026-07-01",
}


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """Schools of which 990001, 990002 and 990004 are of one trust, and no offers yet."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    return ours


async def to_confirm(ours: Partnership, programme: str, on: str, position: str | None = None) -> dict[str, str]:
    """Offers to ask a school about on a day, each with why."""
    found = await ours.get("/offers/to-confirm", position, programme_id=programme, on=on)
    return {offer["offer_id"]: offer["why"] for offer in found}


async def public(ours: Partnership, offer_id: str) -> list[dict[str, Any]]:
    key = f"{ours.tenant}/offer-{offer_id}".encode()
    return [
        json.loads(message.value) for message in await topic_messages(ours.platform, "referral") if message.key == key
    ]


async def test_an_offer_is_of_some_years_and_routes_and_shared_within_a_trust(ours: Partnership) -> None:
    made = await post_ok(
        ours, "/offers", **OFFER, year_groups=["year_8", "year_7"], routes=["fee"], shared_with=["990002"]
    )
    [seen] = await ours.get("/offers", made["position"])
    assert (seen["year_groups"], seen["routes"], seen["shared_with"]) == (["year_7", "year_8"], ["fee"], ["990002"])
    assert seen["last_confirmed_on"] == "2026-07-01"

    async def is_published() -> bool:
        events = await public(ours, made["offer_id"])
        return bool(events) and events[-1]["shared_with"] == ["990002"] and events[-1]["routes"] == ["fee"]

    await eventually(is_published)


async def test_a_key_stage_stands_for_its_year_groups_in_a_request_as_in_a_file(ours: Partnership) -> None:
    made = await post_ok(ours, "/offers", **OFFER, key_stages=["key_stage_3"], year_groups=["year_10"])
    same = await post_ok(ours, "/offers", **OFFER, year_groups=["year_7", "year_8", "year_9", "year_10"])
    assert same["offer_id"] == made["offer_id"]
    seen = await ours.get(f"/offers/{made['offer_id']}", made["position"])
    assert sorted(seen["year_groups"]) == ["year_10", "year_7", "year_8", "year_9"]


async def test_an_offer_that_nobody_confirmed_is_asked_about_and_a_word_is_enough(ours: Partnership) -> None:
    programme = await open_programme(ours)
    made = await post_ok(ours, "/offers", **OFFER)
    offer_id, position = made["offer_id"], made["position"]
    assert await to_confirm(ours, programme, "2026-09-29", position) == {}  # ninety days are not over yet
    assert await to_confirm(ours, programme, "2026-09-30") == {offer_id: "stale"}

    word = await post_ok(ours, f"/offers/{offer_id}/confirmation", on="2026-09-30")
    assert word["last_confirmed_on"] == "2026-09-30"
    assert await to_confirm(ours, programme, "2026-09-30", word["position"]) == {}
    [seen] = await ours.get("/offers")
    assert (seen["recorded_on"], seen["last_confirmed_on"], seen["places"]) == ("2026-07-01", "2026-09-30", 2)

    async def is_published() -> bool:
        return [event["last_confirmed_on"] for event in await public(ours, offer_id)] == ["2026-07-01", "2026-09-30"]

    await eventually(is_published)


async def test_an_offer_that_is_sent_again_as_it_was_is_confirmed(ours: Partnership) -> None:
    programme = await open_programme(ours)
    made = await post_ok(ours, "/offers", **OFFER)
    again = await post_ok(ours, "/offers", **OFFER | {"on": "2026-09-30"})
    assert again["offer_id"] == made["offer_id"]
    assert await to_confirm(ours, programme, "2026-09-30", again["position"]) == {}
    assert pointer_of(await send(ours, "/offers", **OFFER | {"on": "2026-09-29"})) == "/on"


async def test_after_how_many_days_is_what_the_programme_says_that_day(ours: Partnership) -> None:
    programme = await open_programme(ours)
    made = await post_ok(ours, "/offers", **OFFER)
    soon = {"setting": "offers.stale_after_days", "value": 10, "effective_from": "2026-08-01", "on": "2026-07-02"}
    changed = await post_ok(ours, f"/programmes/{programme}/overrides", **soon)
    assert await to_confirm(ours, programme, "2026-07-31", changed["position"]) == {}
    assert await to_confirm(ours, programme, "2026-09-01") == {made["offer_id"]: "stale"}


async def test_a_school_takes_an_offer_back_and_makes_it_again(ours: Partnership) -> None:
    made = await post_ok(ours, "/offers", **OFFER)
    where = f"/offers/{made['offer_id']}"
    gone = await post_ok(ours, f"{where}/withdrawal", on="2026-08-01")
    assert gone["places"] == 0
    assert problem_of(await send(ours, f"{where}/confirmation", on="2026-08-02")) == (409, "withdrawn")
    again = await post_ok(ours, "/offers", **OFFER | {"places": 1, "on": "2026-08-03"})
    assert again["offer_id"] == made["offer_id"]
    history = await ours.get(f"{where}/history", again["position"])
    assert [(change["what"], change["happened_on"]) for change in history] == [
        ("referral.offer_recorded", "2026-07-01"),
        ("referral.offer_withdrawn", "2026-08-01"),
        ("referral.offer_recorded", "2026-08-03"),
    ]


async def test_a_school_that_is_not_open_makes_no_offer_and_is_asked_about_those_it_made(ours: Partnership) -> None:
    programme = await open_programme(ours)
    made = await post_ok(ours, "/offers", **OFFER)
    no = {"academic_year": "2026/27", "appetite": "not_open", "reasons_not_hosting": ["no_mentor_capacity"]}
    done = await post_ok(ours, "/schools/990001/appetite", **no, on="2026-07-10")
    assert await to_confirm(ours, programme, "2026-07-11", done["position"]) == {made["offer_id"]: "not_open"}
    [seen] = await ours.get("/appetites", academic_year="2026/27")
    assert (seen["appetite"], seen["reasons_not_hosting"]) == ("not_open", ["no_mentor_capacity"])

    more = OFFER | {"subject": "Physics", "on": "2026-07-12"}
    assert problem_of(await send(ours, "/offers", **more)) == (409, "not-hosting")
    await post_ok(ours, "/schools/990001/appetite", academic_year="2026/27", appetite="interested", on="2026-07-12")
    await post_ok(ours, "/offers", **more)


async def test_a_schools_lead_speaks_for_that_school_only(ours: Partnership) -> None:
    head = ours.bearer("school_lead", schools=("990002",))
    made = await post_ok(ours, "/offers", **OFFER)
    for step in ("confirmation", "withdrawal"):
        answer = await send(ours, f"/offers/{made['offer_id']}/{step}", head, on="2026-08-01")
        assert problem_of(answer) == (404, "not-found")
    for answer in (
        await send(
            ours, "/schools/990001/appetite", head, academic_year="2026/27", appetite="interested", on="2026-08-01"
        ),
        await send(ours, "/offers", head, **OFFER | {"school_urn": "990002", "shared_with": ["990001"]}),
    ):
        assert problem_of(answer) == (403, "not-allowed")
    assert "You do not lead school 990001, with which this offer is shared." in answer.json()["detail"]
    assert await ours.get("/offers", made["position"], who=head) == []
    assert (await ours.http.get(f"/offers/{made['offer_id']}/history", headers=head)).status_code == 404
    both = ours.bearer("school_lead", schools=("990001", "990002"))
    await post_ok(ours, "/offers", both, **OFFER | {"school_urn": "990002", "shared_with": ["990001"]})


@pytest.mark.parametrize(
    ("path", "change", "pointer"),
    [
        ("/offers", {"year_groups": ["year_2"]}, "/year_groups/0"),
        ("/offers", {"year_groups": ["year_99"]}, "/year_groups/0"),
        ("/offers", {"key_stages": ["key_stage_3", "key_stage_2"]}, "/key_stages/1"),
        ("/offers", {"routes": ["scholarship"]}, "/routes/0"),
        ("/offers", {"shared_with": ["990003"]}, "/shared_with/0"),  # of no trust
        ("/offers", {"shared_with": ["990009"]}, "/shared_with/0"),  # of another trust
        ("/offers", {"shared_with": ["990099"]}, "/shared_with/0"),
        ("/offers", {"shared_with": ["99"]}, "/shared_with/0"),
        ("/offers", {"shared_with": ["990001"]}, "/shared_with"),
        ("/schools/990001/appetite", {"appetite": "eager"}, "/appetite"),
        ("/schools/990001/appetite", {"appetite": "not_open"}, "/reasons_not_hosting"),
        ("/schools/990001/appetite", {"reasons_not_hosting": ["other"]}, "/reasons_not_hosting"),
        ("/schools/990001/appetite", {"reasons_not_hosting": ["rain"]}, "/reasons_not_hosting/0"),
        ("/schools/990001/appetite", {"academic_year": "2026"}, "/academic_year"),
        ("/schools/990001/appetite", {"mood": "good"}, "/mood"),
        ("/schools/990099/appetite", {}, "/school_urn"),
        ("/schools/99/appetite", {}, "path:urn"),
    ],
)
async def test_a_bad_field_is_pointed_to(ours: Partnership, path: str, change: dict[str, Any], pointer: str) -> None:
    body = OFFER if path == "/offers" else {"academic_year": "2026/27", "appetite": "interested", "on": "2026-07-01"}
    before = await ours.count_events()
    assert pointer_of(await send(ours, path, **body | change)) == pointer
    assert await ours.count_events() == before


@pytest.mark.parametrize("step", ["confirmation", "withdrawal"])
async def test_a_step_of_an_offer_needs_a_day_and_an_offer(ours: Partnership, step: str) -> None:
    made = await post_ok(ours, "/offers", **OFFER)
    before = await ours.count_events()
    where = f"/offers/{made['offer_id']}/{step}"
    assert pointer_of(await send(ours, where)) == "/on"
    assert pointer_of(await send(ours, where, on="soon")) == "/on"
    assert pointer_of(await send(ours, where, on="2026-06-30")) == "/on"
    assert pointer_of(await send(ours, where, on="2026-08-01", why="x")) == "/why"
    missing = f"/offers/00000000-0000-4000-8000-000000000000/{step}"
    assert problem_of(await send(ours, missing, on="2026-08-01"))[0] == 404
    assert await ours.count_events() == before


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/offers/to-confirm?on=2026-07-01", "query:programme_id"),
        ("/offers/to-confirm?programme_id=00000000-0000-4000-8000-000000000000&on=soon", "query:on"),
        ("/appetites?academic_year=2026", "query:academic_year"),
        ("/offers/one/history", "path:offer_id"),
    ],
)
async def test_a_bad_question_is_pointed_to(ours: Partnership, path: str, pointer: str) -> None:
    assert pointer_of(await ours.http.get(path, headers=ours.lead)) == pointer


async def test_a_programme_that_is_not_there_has_nothing_to_confirm(ours: Partnership) -> None:
    where = "/offers/to-confirm?programme_id=00000000-0000-4000-8000-000000000000&on=2026-07-01"
    assert (await ours.http.get(where, headers=ours.lead)).status_code == 404
