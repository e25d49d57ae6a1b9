"""What the matching reads, set by files and over HTTP, and seen in the public events: one test for each input."""

import csv
import io
import json
from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import ON, Headers, Partnership, topic_messages
from tests.integration.referral.requests import PROGRAMME, open_programme, pointer_of, post_ok, problem_of, send
from tests.support.people_files import MENTOR, TRAINEE, sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("M1", "M2", "M3", "M8", "R3")

SCHOOLS = partnership.SCHOOLS.read_bytes()


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """Schools of which 990001, 990002 and 990004 are of one trust, and nobody yet."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    return ours


async def person_of(ours: Partnership, reference: str, position: str | None = None) -> dict[str, Any]:
    return (await ours.people_by_reference(position))[reference]


async def import_mentor(ours: Partnership, **cells: str) -> dict[str, Any]:
    """Import a mentor whose row also has these cells; return them as the API shows them."""
    done = await ours.import_file("mentors", sheet(MENTOR | cells))
    return await person_of(ours, cells.get("staff_reference", "M-1"), done["position"])


async def wait_for_event(ours: Partnership, stream: str, **expected: Any) -> dict[str, Any]:
    """Wait until the last public event of a stream has these values, and return it."""
    last: dict[str, Any] = {}

    async def has_been_sent() -> bool:
        key = f"{ours.tenant}/{stream}".encode()
        of_stream = [message for message in await topic_messages(ours.platform, "referral") if message.key == key]
        last.clear()
        if of_stream:
            last.update(json.loads(of_stream[-1].value))
            last["type"] = dict(of_stream[-1].headers)["ce_type"].decode()
        return bool(last) and all(last.get(name) == value for name, value in expected.items())

    try:
        await eventually(has_been_sent)
    except TimeoutError:
        raise AssertionError(last) from None
    return last


def period(urn: str, starts_on: str | None = None, ends_on: str | None = None) -> dict[str, Any]:
    return {"school_urn": urn, "starts_on": starts_on, "ends_on": ends_on}


async def put(ours: Partnership, path: str, who: Headers | None = None, **body: Any) -> Any:
    return await ours.http.put(path, json=body, headers=who or ours.lead)


async def test_a_mentors_file_says_who_has_qts_what_they_share_and_where_they_are_when(ours: Partnership) -> None:
    cells = {
        "has_qts": "Yes",
        "situation": "returner; Parent or carer",
        "at_school_until": "31/3/2027",
        "other_schools": "990002 from 1/4/2027; 990003",
    }
    mentor = await import_mentor(ours, **cells)
    stream = f"person-{mentor['person_id']}"
    periods = [period("990001", None, "2027-03-31"), period("990002", "2027-04-01"), period("990003")]
    told = {"has_qts": True, "situation": ["parent_or_carer", "returner"], "periods": periods}
    await wait_for_event(ours, stream, type="referral.mentor_recorded", **told)
    assert {name: mentor["profile"][name] for name in told} == told

    again = (await ours.check_file("mentors", sheet(MENTOR | cells))).json()
    assert again["will_change"] == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}
    blank = (await ours.check_file("mentors", sheet(MENTOR | dict.fromkeys(cells, "")))).json()
    assert blank["will_change"] == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}
    without = (await ours.check_file("mentors", sheet(MENTOR))).json()
    assert without["will_change"] == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}

    changed = {"has_qts": "no", "situation": "none", "other_schools": "none"}
    mentor = await import_mentor(ours, **changed)
    await wait_for_event(ours, stream, has_qts=False, situation=[], periods=periods[:1])


async def test_a_mentor_whose_school_changes_leaves_its_dates_behind(ours: Partnership) -> None:
    mentor = await import_mentor(ours, at_school_until="31/3/2027", other_schools="990002 from 1/9/2026")
    await import_mentor(ours, school_urn="990004")
    await wait_for_event(
        ours,
        f"person-{mentor['person_id']}",
        school_urn="990004",
        periods=[period("990004"), period("990002", "2026-09-01")],
    )


async def test_an_undone_import_takes_the_new_columns_back(ours: Partnership) -> None:
    mentor = await import_mentor(ours, has_qts="no", other_schools="990002")
    found = (await ours.check_file("mentors", sheet(MENTOR | {"has_qts": "yes", "other_schools": "990003"}))).json()
    done = await ours.confirm(found["import_id"])
    assert done.status_code == 200
    undone = await ours.http.post(f"/imports/{found['import_id']}/undo", json={"on": ON}, headers=ours.lead)
    assert undone.status_code == 200, undone.text
    await wait_for_event(
        ours,
        f"person-{mentor['person_id']}",
        has_qts=False,
        periods=[period("990001"), period("990002")],
    )


@pytest.mark.parametrize(
    ("column", "cell", "code", "says"),
    [
        ("has_qts", "perhaps", "not_yes_or_no", "yes or no"),
        ("situation", "tall", "literal_error", "career_changer"),
        ("at_school_until", "31/8/2025", "dates_reversed", "at_school_from"),
        ("other_schools", "Northfield", "not_a_school", "from 1/9/2026 to"),
        ("other_schools", "990002 from 1/9/2026 to 1/8/2026", "dates_reversed", "Swap"),
        ("other_schools", "990002 from 31/2/2026", "no_such_day", "calendar"),
        ("other_schools", "990002;999999", "unknown_school", "import the schools first"),
    ],
)
async def test_a_cell_that_cannot_be_meant_says_what_to_write(
    ours: Partnership, column: str, cell: str, code: str, says: str
) -> None:
    dates = {"at_school_from": "1/9/2026"} if column == "at_school_until" else {}
    found = (await ours.check_file("mentors", sheet(MENTOR | dates | {column: cell}))).json()
    [error] = found["errors"]
    assert (error["column"], error["code"]) == (column, code)
    assert says in error["message"]


async def test_a_trainees_file_says_the_course_what_they_share_and_how_many_placements_are_left(
    ours: Partnership,
) -> None:
    cells = {"situation": "career_changer", "placements_left": "2", "year_groups": "KS3"}
    done = await ours.import_file("trainees", sheet(TRAINEE | cells))
    trainee = await person_of(ours, "T-1", done["position"])
    told = {
        "situation": ["career_changer"],
        "placements_left": 2,
        "year_groups": ["year_7", "year_8", "year_9"],
        "course_starts_on": "2026-09-01",
        "course_ends_on": "2027-06-25",
    }
    await wait_for_event(ours, f"person-{trainee['person_id']}", type="referral.trainee_recorded", **told)
    for same in (cells, dict.fromkeys(cells, ""), {}):
        again = (await ours.check_file("trainees", sheet(TRAINEE | same))).json()
        assert again["will_change"] == {"new": 0, "changed": 0, "unchanged": 1, "left_out": 0}
    [error] = (await ours.check_file("trainees", sheet(TRAINEE | {"placements_left": "0"}))).json()["errors"]
    assert (error["column"], error["message"]) == ("placements_left", "Give a number of at least 1.")
    [error] = (await ours.check_file("trainees", sheet(TRAINEE | {"year_groups": "KS2"}))).json()["errors"]
    assert error["message"] == "year_3 is not taught in secondary schools. Correct the year groups or the phase."
    done = await ours.import_file("trainees", sheet(TRAINEE | {"year_groups": "any"}))
    assert (await person_of(ours, "T-1", done["position"]))["profile"]["year_groups"] == []


async def test_a_programme_says_at_how_many_schools_and_whether_at_the_same_again(ours: Partnership) -> None:
    programme = await open_programme(ours)
    opened = await wait_for_event(ours, f"programme-{programme}", type="referral.programme_opened")
    assert (opened["rules"]["schools_at_least"], opened["rules"]["same_school_again"]) == (2, False)

    where = f"/programmes/{programme}/overrides"
    for setting, value in (("placements.schools_at_least", 3), ("placements.same_school_again", True)):
        await post_ok(ours, where, setting=setting, value=value, effective_from="2026-09-01", on="2026-08-01")
    changed = await wait_for_event(ours, f"programme-{programme}", rules_version=3)
    rules = changed["stretches"][-1]["rules"]
    assert (rules["schools_at_least"], rules["same_school_again"]) == (3, True)
    wrong = {"setting": "placements.schools_at_least", "value": 0, "effective_from": "2026-09-01", "on": "2026-08-01"}
    assert pointer_of(await send(ours, where, **wrong)) == "/value"


async def refer_trainee(ours: Partnership, **more: Any) -> dict[str, Any]:
    """Refer the one trainee and countersign the referral; return it."""
    trainees = await ours.import_file("trainees", sheet(TRAINEE))
    trainee = await person_of(ours, "T-1", trainees["position"])
    programme = await open_programme(ours)
    about = {"purpose": "induction", "reasons": ["general_placement"], "on": "2026-07-02"}
    made = await post_ok(ours, "/referrals", programme_id=programme, trainee_id=trainee["person_id"], **about, **more)
    other = ours.bearer("tutor")
    await post_ok(ours, f"/referrals/{made['referral_id']}/countersignature", other, on="2026-07-02")
    return made


async def test_a_referral_has_a_priority_and_acceptance_decides_it_and_the_hours(ours: Partnership) -> None:
    made = await refer_trainee(ours, priority="urgent")
    stream = f"referral-{made['referral_id']}"
    where = f"/referrals/{made['referral_id']}"
    assert (await ours.get(where, made["position"]))["priority"] == "urgent"
    body = {"on": "2026-07-03", "priority": "flexible", "mentor_hours_per_week": 2.5}
    refused = await send(ours, f"{where}/acceptance", **body | {"mentor_hours_per_week": 0})
    assert pointer_of(refused) == "/mentor_hours_per_week"
    done = await post_ok(ours, f"{where}/acceptance", **body)
    await wait_for_event(
        ours, stream, type="referral.referral_accepted", priority="flexible", mentor_hours_per_week=2.5
    )
    seen = await ours.get(where, done["position"])
    assert (seen["priority"], seen["mentor_hours_per_week"]) == ("flexible", 2.5)


async def test_without_a_word_a_referral_is_usual_and_stays_so(ours: Partnership) -> None:
    made = await refer_trainee(ours)
    where = f"/referrals/{made['referral_id']}"
    await wait_for_event(ours, f"referral-{made['referral_id']}", type="referral.referral_made", priority="usual")
    done = await post_ok(ours, f"{where}/acceptance", on="2026-07-03")
    await wait_for_event(ours, f"referral-{made['referral_id']}", priority=None, mentor_hours_per_week=None)
    seen = await ours.get(where, done["position"])
    assert (seen["status"], seen["priority"], seen["mentor_hours_per_week"]) == ("accepted", "usual", None)


LIMIT: dict[str, Any] = {
    "scope": "school",
    "academic_year": "2026/27",
    "school_urn": "990001",
    "places": 4,
    "on": "2026-07-01",
}
DEPARTMENT: dict[str, Any] = LIMIT | {"scope": "department", "subject": "Maths", "places": 1}
TRUST: dict[str, Any] = {
    "scope": "trust",
    "academic_year": "2026/27",
    "trust_code": "5001",
    "places": 9,
    "on": "2026-07-01",
}


async def test_hosting_is_limited_by_department_school_and_trust(ours: Partnership) -> None:
    trust = next(school for school in await ours.get("/schools") if school["urn"] == "990001")["trust_code"]
    for body in (LIMIT, DEPARTMENT, TRUST | {"trust_code": trust}):
        done = await put(ours, "/hosting-limits", **body)
        assert done.status_code == 200, done.text
        named = {name: body.get(name) for name in ("scope", "academic_year", "school_urn", "trust_code", "places")}
        event = await wait_for_event(
            ours, f"limit-{done.json()['limit_id']}", type="referral.hosting_limit_set", **named
        )
        assert event["subject"] == ("mathematics" if body is DEPARTMENT else None)

    head = ours.bearer("school_lead", schools=("990001",))
    other = ours.bearer("school_lead", schools=("990003",))
    position = done.headers["Alongside-Position"]
    seen = await ours.get("/hosting-limits", position, who=head, academic_year="2026/27")
    assert [(limit["scope"], limit["subject"], limit["places"]) for limit in seen] == [
        ("trust", None, 9),
        ("school", None, 4),
        ("department", "mathematics", 1),
    ]
    assert await ours.get("/hosting-limits", position, who=other, academic_year="2026/27") == []
    assert await ours.get("/hosting-limits", position, academic_year="2027/28") == []


async def test_a_limit_is_set_again_and_taken_away(ours: Partnership) -> None:
    first = await put(ours, "/hosting-limits", **LIMIT)
    stream = f"limit-{first.json()['limit_id']}"
    before = await ours.count_events()
    assert (await put(ours, "/hosting-limits", **LIMIT)).status_code == 200
    assert await ours.count_events() == before
    gone = await put(ours, "/hosting-limits", **LIMIT | {"places": None, "on": "2026-07-02"})
    assert gone.json()["places"] is None
    await wait_for_event(ours, stream, places=None)
    assert await ours.get("/hosting-limits", gone.headers["Alongside-Position"], academic_year="2026/27") == []
    assert pointer_of(await put(ours, "/hosting-limits", **LIMIT)) == "/on"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (LIMIT | {"subject": "Maths"}, "/subject"),
        (LIMIT | {"school_urn": None}, "/school_urn"),
        (LIMIT | {"school_urn": "999999"}, "/school_urn"),
        (LIMIT | {"places": -1}, "/places"),
        (DEPARTMENT | {"subject": None}, "/subject"),
        (DEPARTMENT | {"subject": "Alchemy"}, "/subject"),
        (TRUST | {"trust_code": None}, "/trust_code"),
        (TRUST | {"school_urn": "990001"}, "/school_urn"),
    ],
)
async def test_a_limit_that_cannot_be_meant_names_the_field(ours: Partnership, body: Any, pointer: str) -> None:
    assert pointer_of(await put(ours, "/hosting-limits", **body)) == pointer


async def test_a_school_lead_limits_the_school_and_nothing_else(ours: Partnership) -> None:
    head = ours.bearer("school_lead", schools=("990001",))
    assert (await put(ours, "/hosting-limits", head, **LIMIT)).status_code == 200
    assert (await put(ours, "/hosting-limits", head, **DEPARTMENT)).status_code == 200
    for body in (LIMIT | {"school_urn": "990002"}, TRUST):
        assert problem_of(await put(ours, "/hosting-limits", head, **body)) == (403, "not-allowed")


async def test_a_mentor_is_at_several_schools_that_their_leads_see(ours: Partnership) -> None:
    mentor = await import_mentor(ours)
    where = f"/people/{mentor['person_id']}/schools"
    await wait_for_event(ours, f"person-{mentor['person_id']}", periods=[])
    second = ours.bearer("school_lead", schools=("990002",))
    assert (await ours.http.get(f"/people/{mentor['person_id']}", headers=second)).status_code == 404

    periods = [period("990001"), period("990002", "2026-09-01", "2099-07-31")]
    done = await put(ours, where, second, periods=periods, on="2026-07-02")
    assert done.status_code == 200, done.text
    assert done.json() == {"person_id": mentor["person_id"], "school_urn": "990001", "periods": periods}
    await wait_for_event(ours, f"person-{mentor['person_id']}", school_urn="990001", periods=periods)
    position = done.headers["Alongside-Position"]
    seen = await ours.get(f"/people/{mentor['person_id']}", position, who=second)
    assert seen["profile"]["periods"] == periods
    before = await ours.count_events()
    assert (await put(ours, where, periods=periods, on="2026-07-02")).status_code == 200
    assert await ours.count_events() == before

    terms = {"role_kinds": ["general_mentor"], "on": "2026-07-02"}
    assert (await send(ours, f"/people/{mentor['person_id']}/mentoring", second, **terms)).status_code == 200
    left = await put(ours, where, periods=[period("990001"), period("990002", None, "2020-07-31")], on="2026-07-03")
    waits = {"Alongside-Min-Position": left.headers["Alongside-Position"]}
    gone = await ours.http.get(f"/people/{mentor['person_id']}", headers={**second, **waits})
    assert gone.status_code == 404
    refused = await send(ours, f"/people/{mentor['person_id']}/mentoring", second, **terms)
    assert problem_of(refused) == (404, "not-found")


async def test_the_days_at_another_school_are_changed_by_the_lead_of_the_partnership(ours: Partnership) -> None:
    mentor = await import_mentor(ours)
    where = f"/people/{mentor['person_id']}/schools"
    first = await put(ours, where, periods=[period("990001"), period("990002")], on=ON)
    assert first.status_code == 200, first.text
    body: dict[str, Any] = {"periods": [period("990001", None, "2027-07-31"), period("990002")], "on": ON}
    refused = await put(ours, where, ours.bearer("school_lead", schools=("990002",)), **body)
    assert refused.json()["detail"] == (
        "You can change only the dates at your own school. Ask the partnership lead for the others."
    )
    assert (await put(ours, where, **body)).status_code == 200


async def test_a_school_lead_changes_only_the_own_school_of_a_mentor(ours: Partnership) -> None:
    mentor = await import_mentor(ours)
    second = ours.bearer("school_lead", schools=("990002",))
    for periods in ([period("990002")], [period("990001", "2026-09-01"), period("990002")], [period("990003")]):
        refused = await put(ours, f"/people/{mentor['person_id']}/schools", second, periods=periods, on=ON)
        assert problem_of(refused) == (404, "not-found")


@pytest.mark.parametrize(
    ("periods", "pointer"),
    [
        ([], "/periods"),
        ([period("990001", "2026-09-02", "2026-09-01")], "/periods/0/ends_on"),
        ([period("990001", None, "2026-09-01"), period("990001", "2026-09-01")], "/periods/1/starts_on"),
        ([period("990001"), period("999999")], "/periods/1/school_urn"),
        ([period("99")], "/periods/0/school_urn"),
    ],
)
async def test_schools_that_cannot_be_meant_name_the_field(ours: Partnership, periods: list[Any], pointer: str) -> None:
    mentor = await import_mentor(ours)
    answer = await put(ours, f"/people/{mentor['person_id']}/schools", periods=periods, on=ON)
    assert pointer_of(answer) == pointer


async def test_when_a_school_closes_its_period_is_at_the_successor(ours: Partnership) -> None:
    mentor = await import_mentor(ours, school_urn="990003", other_schools="990001 from 1/9/2026")
    rows = list(csv.DictReader(io.StringIO(SCHOOLS.decode("cp1252"))))
    closed = {"EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"}
    newer = sheet(*(row | (closed if row["URN"] == "990001" else {}) for row in rows))
    await ours.import_file("schools", newer)
    links = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n990001,990002,School,Successor,01-09-2026\r\n"
    found = (await ours.check_file("school_links", links)).json()
    body = {"on": "2026-09-02", "good_rows_only": True}
    done = await ours.http.post(f"/imports/{found['import_id']}/confirmation", json=body, headers=ours.lead)
    assert done.status_code == 200, done.text
    periods = [period("990003"), period("990002", "2026-09-01")]
    await wait_for_event(ours, f"person-{mentor['person_id']}", school_urn="990003", periods=periods)
    undone = await ours.http.post(f"/imports/{found['import_id']}/undo", json={"on": "2026-09-03"}, headers=ours.lead)
    assert undone.status_code == 200, undone.text
    await wait_for_event(
        ours, f"person-{mentor['person_id']}", periods=[period("990003"), period("990001", "2026-09-01")]
    )


async def test_a_merged_record_fills_what_the_other_does_not_know(ours: Partnership) -> None:
    kept = await import_mentor(ours, situation="returner")
    cells = {"has_qts": "yes", "situation": "part_time", "other_schools": "990002 from 1/9/2026"}
    merged = await import_mentor(ours, staff_reference="M-2", email="farooq@example.org", **cells)
    body = {"into": kept["person_id"], "on": "2026-07-02"}
    await post_ok(ours, f"/people/{merged['person_id']}/merge", **body)
    await wait_for_event(
        ours,
        f"person-{kept['person_id']}",
        has_qts=True,
        situation=["part_time", "returner"],
        periods=[period("990001"), period("990002", "2026-09-01")],
    )

    one = await ours.import_file("trainees", sheet(TRAINEE))
    other = {"provider_trainee_id": "T-2", "email": "kaya@example.org", "placements_left": "2"}
    two = await ours.import_file("trainees", sheet(TRAINEE | other))
    trainees = await ours.people_by_reference(max(one["position"], two["position"], key=int))
    into = trainees["T-1"]["person_id"]
    await post_ok(ours, f"/people/{trainees['T-2']['person_id']}/merge", into=into, on="2026-07-02")
    await wait_for_event(ours, f"person-{into}", placements_left=2)


async def test_a_programme_opened_without_the_settings_asks_for_none_of_it(ours: Partnership) -> None:
    opened = await post_ok(ours, "/programmes", **PROGRAMME | {"template": "peer-review"})
    event = await wait_for_event(ours, f"programme-{opened['programme_id']}", type="referral.programme_opened")
    assert (event["rules"]["schools_at_least"], event["rules"]["same_school_again"]) == (None, False)
