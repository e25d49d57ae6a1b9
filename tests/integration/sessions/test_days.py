"""Days at schools over HTTP: by the trainee, the host school and the provider, and of many trainees at once."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.referral.programmes import templates
from shared.events.referral import PersonErased, TraineeStandingChanged
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_one_person import merge
from tests.support.services import Platform, eventually, publish_events
from tests.support.tenth_programme import programme_opened

pytestmark = pytest.mark.covers("S9")
WEEK = [{"on": f"2026-09-{day}"} for day in range(21, 26)]


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A placement in the tenth programme, which counts general days and lets only leads of the partnership accept."""
    return await a_returning_pair(platform)


async def log(pair: Pair, *days: Any, status: int = 200) -> httpx.Response:
    answer = await pair.post(f"{pair.path}/days/log", {"days": list(days)}, pair.trainee)
    assert answer.status_code == status, answer.text
    return answer


def line(pair: Pair, on: str, **others: Any) -> dict[str, Any]:
    return {"relationship_id": str(pair.relationship_id), "on": on, **others}


async def send(pair: Pair, step: str, who: Headers, *lines: Any, **others: Any) -> httpx.Response:
    answer = await pair.post(f"/days/{step}", {"days": list(lines), **others}, who)
    assert answer.status_code == 200, answer.text
    return answer


def totals(answer: httpx.Response) -> dict[tuple[str, str], int]:
    return {(each["kind"], each["state"]): each["half_days"] for each in answer.json()["totals"]}


async def test_a_week_is_planned_logged_confirmed_and_accepted(platform: Platform, pair: Pair) -> None:
    lead = platform.bearer("partnership_lead")
    planned = await pair.post(f"{pair.path}/days/plan", {"days": WEEK}, pair.host_lead)
    assert (planned.status_code, len(planned.json()["half_days"])) == (200, 10)
    logged = await log(pair, *WEEK[:4], {"on": "2026-09-25", "part": "morning"})
    assert totals(await pair.get(f"{pair.path}/days", pair.mentor, logged)) == {
        ("general", "logged"): 9,
        ("general", "planned"): 1,
    }
    waiting = (await pair.get("/days", pair.host_lead, logged)).json()
    ours = [each for each in waiting if each["relationship_id"] == str(pair.relationship_id)]
    assert len(ours) == 9

    confirmed = await send(pair, "confirmation", pair.host_lead, *(line(pair, day["on"]) for day in WEEK))
    assert confirmed.json() == {
        "recorded": 4,
        "refused": [
            {
                "line": 4,
                "pointer": "/days/4/on",
                "detail": "The afternoon of 25 September 2026 is planned, not logged. The trainee logs it first.",
            }
        ],
    }
    accepted = await send(pair, "acceptance", lead, *(line(pair, day["on"]) for day in WEEK[:2]))
    assert accepted.json() == {"recorded": 2, "refused": []}

    seen = await pair.get(f"{pair.path}/days", pair.trainee, accepted)
    assert totals(seen) == {
        ("general", "accepted"): 4,
        ("general", "confirmed"): 4,
        ("general", "logged"): 1,
        ("general", "planned"): 1,
    }
    assert not any(half_day["while_away"] for half_day in seen.json()["half_days"])


async def test_what_was_corrected_stays_readable(platform: Platform, pair: Pair) -> None:
    lead = platform.bearer("partnership_lead")
    await log(pair, WEEK[0])
    await send(pair, "confirmation", pair.host_lead, line(pair, "2026-09-21"))
    await send(pair, "return", pair.host_lead, line(pair, "2026-09-21"), state="confirmed", reason="by_mistake")
    await send(pair, "return", pair.host_lead, line(pair, "2026-09-21"), state="logged", reason="other_part")
    last = await pair.post(
        f"{pair.path}/days/removal", {"days": [{"on": "2026-09-21", "part": "afternoon"}]}, pair.trainee
    )
    assert [(each["half"], each["state"]) for each in last.json()["half_days"]] == [("morning", "returned")]
    last = await log(pair, {"on": "2026-09-21", "part": "morning"})

    steps = (await pair.get(f"{pair.path}/days/steps?on=2026-09-21", lead, last)).json()

    assert [(each["state"], each["taken_by"], each["halves"], each["reason"]) for each in steps] == [
        ("logged", "trainee", ["morning", "afternoon"], None),
        ("confirmed", "school", ["morning", "afternoon"], None),
        ("logged", "school", ["morning", "afternoon"], "by_mistake"),
        ("returned", "school", ["morning", "afternoon"], "other_part"),
        ("removed", "trainee", ["afternoon"], None),
        ("logged", "trainee", ["morning"], None),
    ]


async def test_a_day_that_the_provider_accepted_is_removed_once_the_provider_returned_it(
    platform: Platform, pair: Pair
) -> None:
    lead, monday = platform.bearer("partnership_lead"), line(pair, "2026-09-21")
    removal = f"{pair.path}/days/removal", {"days": [{"on": "2026-09-21"}]}, pair.trainee
    await log(pair, WEEK[0])
    await send(pair, "confirmation", pair.host_lead, monday)
    await send(pair, "acceptance", lead, monday)
    refused = await pair.post(*removal)
    assert refused.json()["detail"] == (
        "The morning of 21 September 2026 is accepted by the provider. Ask the provider to return it first."
    )
    returned = await send(pair, "return", lead, monday, state="accepted", reason="by_mistake")
    assert returned.json() == {"recorded": 1, "refused": []}
    assert (await pair.post(*removal)).json()["half_days"] == []


async def test_all_days_of_a_request_are_logged_or_none(pair: Pair) -> None:
    refused = await log(pair, WEEK[0], {"on": "2026-09-26"}, status=422)
    assert refused.json()["errors"][0]["pointer"] == "/days/1/on"
    assert refused.json()["detail"] == "26 September 2026 is a Saturday. Check the day; weekends do not count."
    assert (await pair.get(f"{pair.path}/days", pair.trainee)).json()["half_days"] == []
    intensive = await log(pair, {"on": "2026-09-21", "kind": "intensive"}, status=422)
    assert intensive.json()["errors"][0]["pointer"] == "/days/0/kind"
    early = await log(pair, {"on": "2026-09-11"}, status=422)
    assert "This placement runs from 14 September 2026" in early.json()["detail"]


async def test_no_half_of_a_day_counts_in_two_placements(platform: Platform, pair: Pair) -> None:
    second = await a_returning_pair(platform, trainee_id=pair.trainee_id, school_urn="900002")
    await log(pair, {"on": "2026-09-21", "part": "morning"})

    refused = await log(second, {"on": "2026-09-21"}, status=409)

    assert (refused.json()["type"], refused.json()["errors"][0]["pointer"]) == (
        "urn:alongside:problem:day-taken",
        "/days/0/on",
    )
    await log(second, {"on": "2026-09-21", "part": "afternoon"})
    assert refused.json()["detail"].endswith("is recorded in another placement. Remove it there first.")
    removed = await pair.post(
        f"{pair.path}/days/removal", {"days": [{"on": "2026-09-21", "part": "morning"}]}, pair.trainee
    )
    assert removed.status_code == 200, removed.text
    await log(second, {"on": "2026-09-21"})


async def test_a_school_confirms_many_trainees_in_one_request(platform: Platform, pair: Pair) -> None:
    others = [await a_returning_pair(platform) for _ in range(3)]
    elsewhere = await a_returning_pair(platform, school_urn="900002")
    for each in (pair, *others[:2], elsewhere):
        await log(each, WEEK[0])

    lines = [line(each, "2026-09-21") for each in (pair, *others, elsewhere)]
    answer = await send(pair, "confirmation", pair.host_lead, *lines, line(pair, "2026-09-22"))

    assert answer.json()["recorded"] == 3
    assert [(each["line"], each["pointer"], each["detail"]) for each in answer.json()["refused"]] == [
        (3, "/days/3/on", "The morning of 21 September 2026 is not recorded. The trainee logs it first."),
        (4, "/days/4/relationship_id", "There is no such relationship."),
        (5, "/days/5/on", "The morning of 22 September 2026 is not recorded. The trainee logs it first."),
    ]
    again = await send(pair, "confirmation", pair.host_lead, *lines[:3])
    assert again.json() == {"recorded": 3, "refused": []}


async def test_who_may_take_which_step(platform: Platform, pair: Pair) -> None:
    lead, tutor = platform.bearer("partnership_lead"), await a_tutor(pair)
    for who in (pair.mentor, pair.host_lead, lead, tutor):
        refused = await pair.post(f"{pair.path}/days/log", {"days": WEEK[:1]}, who)
        assert refused.status_code == 403, refused.text
    for who in outsiders(platform):
        assert (await pair.post(f"{pair.path}/days/log", {"days": WEEK[:1]}, who)).status_code == 404
        assert (await pair.get(f"{pair.path}/days", who)).status_code == 404
        assert (await pair.get(f"{pair.path}/days/steps", who)).status_code == 404
    await log(pair, WEEK[0])
    monday = line(pair, "2026-09-21")
    for who in (pair.mentor, pair.trainee, lead, tutor):
        (refused_line,) = (await send(pair, "confirmation", who, monday)).json()["refused"]
        assert refused_line["detail"] == "Days are confirmed by a lead of the school where the trainee was."
    await send(pair, "confirmation", pair.host_lead, monday)
    for who in (pair.mentor, pair.trainee, pair.host_lead, tutor):
        (refused_line,) = (await send(pair, "acceptance", who, monday)).json()["refused"]
        assert "accepted by the partnership lead" in refused_line["detail"]
    assert (await send(pair, "acceptance", lead, monday)).json()["recorded"] == 1


async def test_a_day_of_a_deferral_is_refused_and_one_that_was_logged_before_is_shown(pair: Pair) -> None:
    await log(pair, WEEK[0])
    deferred = TraineeStandingChanged.model_validate(
        {"happened_on": "2026-09-21", "trainee_id": pair.trainee_id, "standing": "deferred"}
    )
    await publish_events(pair.platform, "referral", TENANT, f"person-{pair.trainee_id}", deferred)

    async def is_away() -> bool:
        half_days = (await pair.get(f"{pair.path}/days", pair.trainee)).json()["half_days"]
        return bool(half_days and half_days[0]["while_away"])

    await eventually(is_away)
    refused = await log(pair, WEEK[1], status=422)
    assert "the training is deferred" in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "/days/0/on"
    (line_refused,) = (await send(pair, "confirmation", pair.host_lead, line(pair, "2026-09-21"))).json()["refused"]
    assert "the training is deferred" in line_refused["detail"]


async def test_days_of_two_records_of_one_person_become_one(platform: Platform, pair: Pair) -> None:
    other = await a_returning_pair(platform, school_urn="900002")
    await log(pair, {"on": "2026-09-21"}, {"on": "2026-09-22"})
    await log(other, {"on": "2026-09-21", "part": "morning"})
    await send(other, "confirmation", other.host_lead, line(other, "2026-09-21", part="morning"))
    await merge(platform, pair.trainee_id, other.trainee_id, "trainee")

    async def is_merged() -> bool:
        answer = await pair.get(f"{pair.path}/days", other.trainee)
        return answer.status_code == 200 and totals(answer) == {("general", "logged"): 3}

    await eventually(is_merged)
    assert totals(await other.get(f"{other.path}/days", pair.trainee)) == {("general", "confirmed"): 1}
    refused = await pair.post(f"{other.path}/days/log", {"days": [{"on": "2026-09-22"}]}, pair.trainee)
    assert refused.json()["type"] == "urn:alongside:problem:day-taken"


@pytest.mark.parametrize("gone", ["mentor", "trainee"])
async def test_after_an_erasure_the_counts_stay(platform: Platform, pair: Pair, gone: str) -> None:
    logged = await log(pair, *WEEK[:2])
    person_id = pair.mentor_id if gone == "mentor" else pair.trainee_id
    erased = PersonErased(happened_on=pair.confirmation().ends_on, person_id=person_id)
    await publish_events(platform, "referral", TENANT, f"person-{person_id}", erased)

    async def is_erased() -> bool:
        before_it_began = {"status": "missed", "on": "2026-09-10", "reason": "other"}
        return (await pair.post(f"{pair.path}/meetings", before_it_began, pair.mentor)).status_code == 410

    await eventually(is_erased)
    answer = await send(pair, "confirmation", pair.host_lead, line(pair, "2026-09-21"))
    assert answer.json()["recorded"] == (1 if gone == "mentor" else 0)
    counted = totals(await pair.get(f"{pair.path}/days", pair.host_lead, logged))
    assert sum(counted.values()) == 4


async def test_an_empty_request_and_an_unknown_placement_are_refused(platform: Platform) -> None:
    support = await a_returning_pair(platform)
    assert (await support.post(f"{support.path}/days/log", {"days": []}, support.trainee)).status_code == 422
    unknown = await support.post(f"/relationships/{uuid4()}/days/log", {"days": WEEK[:1]}, support.trainee)
    assert unknown.status_code == 404


async def test_a_mentors_minutes_stand_beside_the_rule_of_their_week(platform: Platform) -> None:
    programme_id = uuid4()
    opened = programme_opened(templates()["ite-placement"], programme_id)
    await publish_events(platform, "referral", TENANT, f"programme-{programme_id}", opened)
    pair = await a_pair(platform, programme_id=programme_id)
    await pair.record(on="2026-09-21", minutes=50)
    last = await pair.record(on="2026-09-24", minutes=40)

    async def is_known() -> bool:
        return (await pair.get(f"{pair.path}/mentor-time", pair.mentor)).status_code == 200

    await eventually(is_known)
    shown = (await pair.get(f"{pair.path}/mentor-time", pair.host_lead, last)).json()
    assert (shown["minutes_agreed"], shown["rule"]) == (90, "itt_mentor_hours_per_week")
    weeks = {week["week_of"]: (week["minutes"], week["minutes_due"], week["met"]) for week in shown["weeks"]}
    assert weeks["2026-09-14"] == (0, 90, False)
    assert weeks["2026-09-21"] == (90, 90, True)
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/mentor-time", who)).status_code == 404


async def test_half_of_a_day_is_named_once_in_a_request(pair: Pair) -> None:
    general, intensive = WEEK[0], WEEK[0] | {"kind": "intensive"}
    refused = await log(pair, general, intensive, status=422)
    assert refused.json()["errors"] == [
        {"pointer": "/days/1/on", "detail": "21 September 2026 is named twice; name each half of a day once."}
    ]
    await log(pair, WEEK[0] | {"part": "morning"}, WEEK[0] | {"part": "afternoon"})


async def test_a_bad_item_of_a_list_is_one_error(pair: Pair) -> None:
    refused = await log(pair, WEEK[0] | {"part": "evening"}, status=422)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/days/0/part"]
    empty = await log(pair, status=422)
    assert empty.json()["errors"] == [{"pointer": "/days", "detail": "Give at least 1."}]
