"""Mentors: what they can be asked for, to whom they are related, and the training that can be claimed."""

import json
from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import pointer_of, post_ok, problem_of, send
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R6")

NOBODY = "00000000-0000-4000-8000-000000000000"
TERMS: dict[str, Any] = {
    "role_kinds": ["general_mentor", "ect_mentor"],
    "facets": ["subject", "behaviour"],
    "load": {"ect": 1.5, "other": 0.5},
    "available": [{"starts_on": "2026-09-01", "ends_on": "2027-03-31"}],
    "on": "2026-09-01",
}


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    """Mentors of the sample partnership: M-001 of 990001 has three hours a week."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    done = await ours.import_file("mentors", partnership.MENTORS.read_bytes())
    await ours.people_by_reference(done["position"])
    return ours


async def mentor(ours: Partnership, reference: str) -> str:
    return str((await ours.people_by_reference())[reference]["person_id"])


async def public(ours: Partnership, mentor_id: str) -> dict[str, Any]:
    """The last public event of each type about a mentor's mentoring."""
    key = f"{ours.tenant}/mentoring-{mentor_id}".encode()
    found = [message for message in await topic_messages(ours.platform, "referral") if message.key == key]
    return {dict(message.headers)["ce_type"].decode(): json.loads(message.value) for message in found}


async def test_hours_given_elsewhere_are_taken_off_what_a_mentor_has(ours: Partnership) -> None:
    who = await mentor(ours, "M-001")
    done = await post_ok(ours, f"/people/{who}/mentoring", ours.bearer("mentor", subject=who), **TERMS)
    seen = await ours.get(f"/people/{who}", done["position"])
    assert seen["hours"] == {"capacity": 3, "given": 2, "left": 1}
    assert seen["mentoring"]["role_kinds"] == ["ect_mentor", "general_mentor"]
    assert seen["profile"]["role"] == "volunteer"

    async def is_published() -> bool:
        event = (await public(ours, who)).get("referral.mentor_declared")
        return event is not None and event["load"] == {"ect": 1.5, "other": 0.5} and len(event["available"]) == 1

    await eventually(is_published)


async def test_more_given_than_there_is_leaves_nothing(ours: Partnership) -> None:
    who = await mentor(ours, "M-002")
    done = await post_ok(ours, f"/people/{who}/mentoring", **TERMS | {"load": {"ect": 5}})
    assert (await ours.get(f"/people/{who}", done["position"]))["hours"] == {"capacity": 1.5, "given": 5, "left": 0}


async def test_importing_a_file_again_keeps_the_mentoring_terms_of_a_mentor(ours: Partnership) -> None:
    who = await mentor(ours, "M-004")
    await post_ok(ours, f"/people/{who}/mentoring", **TERMS)
    again = await ours.import_file("mentors", partnership.MENTORS.read_bytes().replace(b",3,", b",4,"))
    assert (await ours.get(f"/people/{who}", again["position"]))["mentoring"]["facets"] == ["behaviour", "subject"]


async def test_a_relation_is_recorded_and_ended(ours: Partnership) -> None:
    who, other = await mentor(ours, "M-003"), await mentor(ours, "M-001")
    about = {"other_id": other, "kind": "line_manager"}
    one = await post_ok(ours, f"/people/{who}/relations", **about, on="2026-09-01")
    [seen] = (await ours.get(f"/people/{who}", one["position"]))["relations"]
    assert seen == {"other_id": other, "kind": "line_manager", "since": "2026-09-01"}

    end = await post_ok(ours, f"/people/{who}/relations/end", **about, on="2027-01-01")
    assert (await ours.get(f"/people/{who}", end["position"]))["relations"] == []
    assert problem_of(await send(ours, f"/people/{who}/relations/end", **about, on="2027-01-02")) == (
        409,
        "not-related",
    )

    async def is_published() -> bool:
        return bool((await public(ours, who)).get("referral.relations_recorded", {}).get("relations") == [])

    await eventually(is_published)


async def test_training_is_judged_by_the_rule_of_its_day(ours: Partnership) -> None:
    who = await mentor(ours, "M-005")
    logged = [
        await post_ok(ours, f"/people/{who}/training", provider="1AB", hours=hours, on=on)
        for hours, on in ((18, "2024-10-01"), (4, "2025-06-01"), (8, "2025-10-01"), (3, "2024-06-01"))
    ]
    assert [(training["kind"], training["claimable"], training["edition"]) for training in logged] == [
        ("initial", 18, "2024-25"),
        ("initial", 2, "2024-25"),
        ("refresher", 6, "2025-26"),
        ("initial", None, None),  # before any rule that is known here
    ]
    seen = await ours.get(f"/people/{who}", logged[-1]["position"])
    assert [
        (training["academic_year"], training["kind"], training["hours"], training["claimable"])
        for training in seen["training"]
    ] == [
        ("2023/24", "initial", 3, None),
        ("2024/25", "initial", 22, 20),
        ("2025/26", "refresher", 8, 6),
    ]


async def test_a_mentor_says_it_themselves_or_a_lead_of_theirs_does(ours: Partnership) -> None:
    who, other = await mentor(ours, "M-001"), await mentor(ours, "M-002")
    head = ours.bearer("school_lead", schools=("990001",))
    await post_ok(ours, f"/people/{who}/mentoring", head, **TERMS)
    await post_ok(ours, f"/people/{who}/training", head, provider="1AB", hours=2, on="2026-10-01")
    relation = {"other_id": other, "kind": "family", "on": "2026-09-01"}
    training = {"provider": "1AB", "hours": 2, "on": "2026-10-01"}
    before = await ours.count_events()
    for stranger in (
        ours.bearer("mentor", subject=other),
        ours.bearer("school_lead", schools=("990002",)),
        ours.bearer("trainee", subject=who),
        ours.bearer("tutor"),
    ):
        assert problem_of(await send(ours, f"/people/{who}/mentoring", stranger, **TERMS))[0] == 404
        assert problem_of(await send(ours, f"/people/{who}/relations", stranger, **relation))[0] == 404
        assert problem_of(await send(ours, f"/people/{who}/training", stranger, **training))[0] == 404
    themselves = ours.bearer("mentor", subject=who)
    assert problem_of(await send(ours, f"/people/{who}/training", themselves, **training))[0] == 403
    theirs = Partnership.new(ours.platform)
    assert problem_of(await send(ours, f"/people/{who}/mentoring", theirs.lead, **TERMS))[0] == 404
    assert await ours.count_events() == before


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("mentoring", TERMS | {"role_kinds": []}, "/role_kinds"),
        ("mentoring", TERMS | {"role_kinds": ["king"]}, "/role_kinds/0"),
        ("mentoring", TERMS | {"facets": ["magic"]}, "/facets/0"),
        ("mentoring", TERMS | {"load": {"ect": -1}}, "/load/ect"),
        ("mentoring", TERMS | {"load": {"ect": "many"}}, "/load/ect"),
        (
            "mentoring",
            TERMS | {"available": [{"starts_on": "2027-01-01", "ends_on": "2026-01-01"}]},
            "/available/0/ends_on",
        ),
        ("mentoring", TERMS | {"available": [{"starts_on": "2027-01-01"}]}, "/available/0/ends_on"),
        ("mentoring", TERMS | {"mood": "good"}, "/mood"),
        ("mentoring", {"role_kinds": ["peer"]}, "/on"),
        ("relations", {"other_id": "M-001", "kind": "family", "on": "2026-09-01"}, "/other_id"),
        (
            "relations",
            {"other_id": NOBODY, "kind": "family", "on": "2026-09-01"},
            "/other_id",
        ),
        ("relations", {"other_id": NOBODY, "kind": "foe", "on": "2026-09-01"}, "/kind"),
        ("training", {"provider": "North", "hours": 2, "on": "2026-09-01"}, "/provider"),
        ("training", {"provider": "1AB", "hours": 0, "on": "2026-09-01"}, "/hours"),
        ("training", {"provider": "1AB", "hours": "two", "on": "2026-09-01"}, "/hours"),
        ("training", {"provider": "1AB", "hours": 2, "on": "2026-02-30"}, "/on"),
    ],
)
async def test_a_bad_field_is_pointed_to(ours: Partnership, path: str, body: dict[str, Any], pointer: str) -> None:
    who = await mentor(ours, "M-006")
    before = await ours.count_events()
    assert pointer_of(await send(ours, f"/people/{who}/{path}", **body)) == pointer
    assert await ours.count_events() == before


@pytest.mark.covers("R6", "R7")
async def test_an_entry_of_training_is_corrected_and_taken_back_and_what_it_was_stays_readable(
    ours: Partnership,
) -> None:
    who = await mentor(ours, "M-006")
    first = await post_ok(ours, f"/people/{who}/training", provider="1AB", hours=20, on="2024-10-01")
    second = await post_ok(ours, f"/people/{who}/training", provider="1AB", hours=6, on="2024-10-08")
    assert second["claimable"] == 0, "the first entry used up the allowance"
    path = f"/people/{who}/training/{first['training_id']}"

    right = {"provider": "1AB", "hours": 2, "on": "2024-10-01", "corrected_on": "2025-11-01"}
    corrected = await ours.http.put(path, json=right, headers=ours.lead)
    assert (corrected.status_code, corrected.json()["hours"], corrected.json()["claimable"]) == (200, 2, 2)
    shown = await ours.get(f"/people/{who}/training", corrected.headers["Alongside-Position"])
    assert [(training["hours"], training["claimable"], training["replaced_on"]) for training in shown] == [
        (20, 20, "2025-11-01"), (2, 2, None), (6, 0, "2025-11-01"), (6, 6, None),
    ]  # fmt: skip

    removed = await ours.http.delete(path, params={"on": "2025-11-02"}, headers=ours.lead)
    assert removed.status_code == 200, removed.text
    shown = await ours.get(f"/people/{who}/training", removed.headers["Alongside-Position"])
    versions = [training for training in shown if training["training_id"] == first["training_id"]]
    assert [(version["hours"], version["replaced_on"]) for version in versions] == [
        (20, "2025-11-01"), (2, "2025-11-02"),
    ]  # fmt: skip
    seen = await ours.get(f"/people/{who}", removed.headers["Alongside-Position"])
    assert [training["hours"] for training in seen["training"]] == [6]
    again = await ours.http.delete(path, params={"on": "2025-11-03"}, headers=ours.lead)
    assert again.status_code == 404
    stranger = ours.bearer("school_lead", schools=("990009",))
    assert (await ours.http.put(path, json=right, headers=stranger)).status_code == 404
