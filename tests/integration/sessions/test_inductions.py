"""Where a teacher's induction stands, as those who record it and the teacher see it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.referral.programmes import templates
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_pair_in, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_one_person import merge
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S8")
ON = {"on": "2026-10-30"}
PERIOD = ON | {"starts_on": "2026-09-01", "full_time_percent": 50}
ABSENCE = ON | {"kind": "illness", "since": "2026-10-05", "until": "2026-10-09"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A teacher and a mentor in the programme of inductions."""
    return await a_pair_in(templates()["ect-induction"], platform)


def path_of(pair: Pair) -> str:
    return f"/trainees/{pair.trainee_id}/induction"


async def record(pair: Pair, what: str, body: dict[str, Any], who: Headers | None = None) -> httpx.Response:
    """Record a period or an absence, as a lead of the school if nobody else is named."""
    of = body | {"relationship_id": f"{pair.relationship_id}"}
    return await pair.post(f"{path_of(pair)}/{what}", of, who or pair.host_lead)


def review_of(pair: Pair) -> dict[str, Any]:
    """The draft of a progress review."""
    return ON | {"relationship_id": f"{pair.relationship_id}", "kind": "ect_progress_review"}


async def show(pair: Pair, who: Headers, after: httpx.Response | None = None) -> Any:
    answer = await pair.get(path_of(pair), who, after)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_terms_and_absences_are_counted_and_what_is_due_is_listed(platform: Platform, pair: Pair) -> None:
    made = await record(pair, "periods", PERIOD)
    assert made.status_code == 201, made.text
    for who in (pair.trainee, pair.host_lead, platform.bearer("partnership_lead"), await a_tutor(pair)):
        found = await show(pair, who, made)
        assert (found["length_terms"], found["paragraph"], found["ends_on"]) == (6, "2.30", "2030-07-19")
        assert [each["kind"] for each in found["due"]].count("ect_progress_review") == 10
    period_id = made.json()["period_id"]
    changed = await pair.put(
        f"{path_of(pair)}/periods/{period_id}", PERIOD | {"full_time_percent": 100}, pair.host_lead
    )
    assert (await show(pair, pair.trainee, changed))["ends_on"] == "2028-07-20"
    absent = await record(pair, "absences", ABSENCE)
    absence_id = absent.json()["absence_id"]
    found = await show(pair, pair.trainee, absent)
    (absence,) = found["absences"]
    assert (absence["days"], absence["title"], found["extension_days"]) == (5, "Illness", 0)
    longer = ABSENCE | {"until": "2026-11-27"}
    extended = await pair.put(f"{path_of(pair)}/absences/{absence_id}", longer, pair.host_lead)
    found = await show(pair, pair.trainee, extended)
    assert (found["extension_days"], found["absence_years"][0]["limit"]) == (40, 30)
    assert found["ends_on"] > "2028-09-01"
    back = await pair.put(f"{path_of(pair)}/absences/{absence_id}", ABSENCE | {"days": 0}, pair.host_lead)
    assert (await show(pair, pair.trainee, back))["absences"] == []


async def test_the_lists_of_a_relationship_and_of_an_induction_name_the_same_days(
    platform: Platform, pair: Pair
) -> None:
    tutor = await a_tutor(pair, role="assessor")
    by_weeks = (await pair.get(f"{pair.path}/assessments/due", tutor)).json()
    made = await record(pair, "periods", PERIOD | {"full_time_percent": 100})
    begun = await pair.post("/assessments", review_of(pair), tutor)
    assert begun.status_code == 201, begun.text

    in_terms = (await show(pair, tutor, begun))["due"]
    listed = (await pair.get(f"{pair.path}/assessments/due", tutor, made)).json()

    assert [each["due_on"] for each in listed] != [each["due_on"] for each in by_weeks]
    same = ("kind", "title", "due_on", "overdue", "assessment_id", "state")
    assert [{name: each[name] for name in same} for each in listed] == [
        {name: each[name] for name in same} for each in in_terms
    ]
    assert in_terms[0]["assessment_id"] == begun.json()["assessment_id"]
    tasks = (await pair.get("/assessments/due?until=2027-01-31", tutor)).json()
    assert [(each["kind"], each["due_on"]) for each in tasks] == [("ect_progress_review", in_terms[0]["due_on"])]


async def test_only_whom_the_programme_names_records_and_nobody_else_sees(platform: Platform, pair: Pair) -> None:
    assert (await pair.get(path_of(pair), pair.host_lead)).status_code == 404
    for who, status in ((pair.trainee, 403), (pair.mentor, 403)):
        assert (await record(pair, "periods", PERIOD, who)).status_code == status
    made = await record(pair, "periods", PERIOD)
    for who in (pair.mentor, *outsiders(platform)):
        assert (await pair.get(path_of(pair), who, made)).status_code == 404
    for who in outsiders(platform):
        assert (await record(pair, "absences", ABSENCE, who)).status_code == 404


async def test_a_programme_without_an_induction_has_none(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    refused = await record(pair, "periods", PERIOD, platform.bearer("partnership_lead"))
    assert refused.status_code == 403
    assert (await pair.get(path_of(pair), pair.trainee)).status_code == 404


async def test_what_cannot_be_is_refused_and_nothing_is_stored(platform: Platform, pair: Pair) -> None:
    await record(pair, "periods", PERIOD | {"full_time_percent": 60})
    before = await storage.events(platform)
    for what, body, pointer in (
        ("periods", PERIOD, "/full_time_percent"),
        ("periods", PERIOD | {"full_time_percent": 0}, "/full_time_percent"),
        ("absences", ABSENCE | {"kind": "boredom"}, "/kind"),
        ("absences", ABSENCE | {"days": 9}, "/days"),
        ("absences", ABSENCE | {"since": "2026-08-03"}, "/since"),
    ):
        refused = await record(pair, what, body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    assert await storage.events(platform) == before


async def test_a_merged_record_goes_on_in_the_kept_one(platform: Platform, pair: Pair) -> None:
    await record(pair, "periods", PERIOD)
    await record(pair, "absences", ABSENCE)
    kept_id: UUID = uuid4()
    await merge(platform, pair.trainee_id, kept_id, "trainee")

    async def is_taken_over() -> bool:
        answer = await pair.get(f"/trainees/{kept_id}/induction", platform.bearer("partnership_lead"))
        return answer.status_code == 200 and len(answer.json()["absences"]) == 1

    await eventually(is_taken_over)
    found = (await pair.get(path_of(pair), platform.bearer("partnership_lead"))).json()
    assert (found["trainee_id"], len(found["periods"]), found["absences"][0]["title"]) == (f"{kept_id}", 1, "Illness")


async def test_of_which_kind_an_absence_is_is_stored_in_no_plain_text(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    await record(pair, "periods", PERIOD)
    absent = await record(pair, "absences", ABSENCE | {"kind": "parental_bereavement"})
    (absence,) = (await show(pair, pair.trainee, absent))["absences"]
    assert absence["exempt"] is True
    assert "parental_bereavement" not in await storage.messages(platform)


async def test_a_period_says_who_trains_the_teacher_and_changes_it(pair: Pair) -> None:
    made = await record(pair, "periods", PERIOD | {"training_programme": "provider_led"})
    before = (await show(pair, pair.trainee, made))["periods"]

    period = {name: value for name, value in PERIOD.items() if name != "relationship_id"}
    changed = await pair.put(
        f"{path_of(pair)}/periods/{made.json()['period_id']}",
        period | {"training_programme": "school_led"},
        pair.host_lead,
    )

    assert [each["training_programme"] for each in before] == ["provider_led"]
    assert [each["training_programme"] for each in (await show(pair, pair.trainee, changed))["periods"]] == [
        "school_led"
    ]
