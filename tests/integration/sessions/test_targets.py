"""Targets over HTTP: the programme's form and its number a week, progress, sharing, and what nobody touches."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.calendar import ENGLAND, working_days_after
from shared.kernel.postgres import open_pool, tenant_transaction
from shared.kernel.unit import utc_now
from tests.integration.sessions import storage
from tests.integration.sessions.later import stale_targets, tell_of_untouched
from tests.integration.sessions.pairs import TARGET, TENANT, Headers, Pair, a_placed_pair, a_returning_pair, a_tutor
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_journal import write
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S3")
ON = "2026-09-22"
TODAY = utc_now().date()
FIRM = f"firm-{uuid4().hex}"


async def set_target(pair: Pair, who: Headers, **fields: Any) -> str:
    made = await pair.post(f"{pair.path}/targets", TARGET | {"on": ON} | fields, who)
    assert made.status_code == 201, made.text
    return f"/targets/{made.json()['target_id']}"


async def read(pair: Pair, path: str, who: Headers) -> Any:
    answer = await pair.platform["sessions"].get(path, headers=who | pair.platform.after_own_commands("sessions"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_target_fills_in_the_programmes_own_form(platform: Platform, postgres_admin_url: str) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    about = {"kind": "professional", "standards": ["TS7"], "answers": {"firm_ground": FIRM, "courage": 7}}
    path = await set_target(pair, pair.trainee, **about)

    form = (await read(pair, f"{pair.path}/practice", pair.mentor))["target_form"]
    assert [field["id"] for field in form["fields"]] == ["firm_ground", "courage"]
    shown = await read(pair, path, pair.mentor)
    (version,) = await read(pair, f"{path}/versions", pair.trainee)

    assert about.items() <= shown.items()
    assert version["answers"] == about["answers"]
    assert (await read(pair, path, pair.host_lead)).keys().isdisjoint({"text", "answers", "kind"})
    assert FIRM not in await storage.rows(platform, postgres_admin_url)
    wrong = await pair.post(f"{pair.path}/targets", TARGET | {"on": ON, "answers": {"specific": "x"}}, pair.trainee)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/answers/specific")


async def test_a_week_has_the_programmes_number_of_targets_and_room_again_after_a_slip(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    first = await set_target(pair, pair.trainee)
    await pair.record(on="2026-09-25", targets=[TARGET, TARGET])

    full = await pair.post(f"{pair.path}/targets", TARGET | {"on": ON}, pair.mentor)
    assert (full.status_code, full.json()["type"]) == (422, "urn:alongside:problem:too-many-targets-in-week")
    in_meeting = {"status": "held", "on": "2026-09-24", "minutes": 30, "targets": [TARGET]}
    also = await pair.post(f"{pair.path}/meetings", in_meeting, pair.mentor)
    assert also.json()["errors"][0]["pointer"] == "/targets/0"
    await set_target(pair, pair.mentor, on="2026-09-28")

    dropped = {"on": ON, "status": "dropped", "reason": "by_mistake"}
    assert (await pair.post(f"{first}/reviews", dropped, pair.trainee)).json()["status"] == "dropped"
    await set_target(pair, pair.mentor)


async def test_a_target_goes_on_in_other_words_and_is_dropped_for_a_reason(pair: Pair) -> None:
    path = await set_target(pair, pair.trainee)
    bare = await pair.post(f"{path}/reviews", {"on": "2026-09-29", "status": "revised"}, pair.mentor)
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/revised")
    new = {"text": "Wait five seconds.", "due_on": "2026-10-19"}
    revised = await pair.post(f"{path}/reviews", {"on": "2026-09-29", "status": "revised", "revised": new}, pair.mentor)
    assert revised.json()["status"] == "revised", revised.text
    shown = await read(pair, path, pair.trainee)
    assert (shown["text"], shown["due_on"], shown["amended_on"]) == ("Wait five seconds.", "2026-10-19", "2026-09-29")

    reason = {"on": "2026-10-06", "status": "dropped"}
    assert (await pair.post(f"{path}/reviews", reason, pair.mentor)).json()["errors"][0]["pointer"] == "/reason"
    await pair.post(f"{path}/reviews", reason | {"reason": "too_much"}, pair.mentor)
    assert (await read(pair, path, pair.trainee))["reason"] == "too_much"
    assert [each["version"] for each in await read(pair, f"{path}/versions", pair.trainee)] == [1, 2, 3, 4]


async def test_progress_is_noted_with_evidence_of_ones_own_and_taken_back(pair: Pair) -> None:
    path = await set_target(pair, pair.mentor)
    entry = (await write(pair)).removeprefix("/journal/")
    progress = {"on": "2026-09-29", "note": "They waited.", "evidence": [entry]}

    for evidence in ([entry], [str(uuid4())]):
        foreign = await pair.post(f"{path}/progress", progress | {"evidence": evidence}, pair.mentor)
        assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/evidence/0")
    noted = await pair.post(f"{path}/progress", progress, pair.trainee)
    assert noted.status_code == 201, noted.text
    (shown,) = await read(pair, f"{path}/progress", pair.mentor)
    assert (shown["note"], shown["evidence"], shown["noted_by"]) == ("They waited.", [entry], "trainee")

    note = f"{path}/progress/{noted.json()['note_id']}?on=2026-09-30"
    service = pair.platform["sessions"]
    assert (await service.delete(note, headers=pair.mentor)).status_code == 403
    assert (await service.delete(note, headers=pair.trainee)).json()["taken_back"] is True
    (kept,) = await read(pair, f"{path}/progress", pair.trainee)
    assert (kept["taken_back_on"], kept["note"]) == ("2026-09-30", "They waited.")
    assert (await pair.get(f"{path}/progress", pair.host_lead)).status_code == 404


async def test_a_target_is_shared_with_a_person_who_acknowledges_it(platform: Platform, pair: Pair) -> None:
    tutor_id = uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    path = await set_target(pair, pair.trainee)
    share = {"on": ON, "to": {"person_id": str(tutor_id)}}

    assert (await pair.post(f"{path}/shares", share, pair.mentor)).status_code == 403
    unknown = await pair.post(f"{path}/shares", share | {"to": {"person_id": str(uuid4())}}, pair.trainee)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/to/person_id")
    assert (await pair.post(f"{path}/acknowledgements", {"on": ON}, tutor)).status_code == 403
    assert "text" not in await read(pair, path, tutor)

    shared = await pair.post(f"{path}/shares", share, pair.trainee)
    assert shared.status_code == 201, shared.text
    seen = await read(pair, path, tutor)
    assert (seen["text"], seen["acknowledged_on"]) == (TARGET["text"], None)
    assert "note" not in seen
    assert (await pair.post(f"{path}/acknowledgements", {"on": ON}, tutor)).status_code == 201
    (listed,) = await read(pair, "/targets/shared", tutor)
    assert listed["acknowledged_on"] == ON
    ((receipt,),) = [each["acknowledged"] for each in await read(pair, f"{path}/shares", pair.mentor)]
    assert (receipt["person_id"], receipt["on"]) == (str(tutor_id), ON)

    assert (await pair.post(f"{path}/revocations", share, pair.trainee)).json()["shared_with"] == []
    assert await read(pair, "/targets/shared", tutor) == []
    assert "text" not in await read(pair, path, tutor)
    stranger = platform.bearer("tutor")
    assert (await pair.post(f"{path}/acknowledgements", {"on": ON}, stranger)).status_code == 404


async def test_a_target_is_shared_with_roles_that_the_programme_names(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    path = await set_target(pair, pair.trainee)
    for role in ("head_of_staff", "partner"):
        shared = await pair.post(f"{path}/shares", {"on": ON, "to": {"role": role}}, pair.mentor)
        assert shared.status_code == 201, shared.text
    unnamed = await pair.post(f"{path}/shares", {"on": ON, "to": {"role": "priest"}}, pair.trainee)
    assert (unnamed.status_code, unnamed.json()["errors"][0]["pointer"]) == (422, "/to/role")

    assert (await read(pair, path, pair.host_lead))["text"] == TARGET["text"]
    # the school hosts pairs of other tests too
    assert path.split("/")[-1] in {each["target_id"] for each in await read(pair, "/targets/shared", pair.host_lead)}
    assert (await pair.post(f"{path}/acknowledgements", {"on": ON}, pair.host_lead)).status_code == 201
    told = await pair.post(f"{path}/acknowledgements", {"on": ON, "role": "partner"}, pair.mentor)
    assert told.status_code == 201, told.text
    shares = {each["role"]: each["acknowledged"] for each in await read(pair, f"{path}/shares", pair.trainee)}
    assert [each["recorded_by"] for each in shares["partner"]] == ["mentor"]
    assert len(shares["head_of_staff"]) == 1


async def a_pair_of_today(platform: Platform) -> Pair:
    """A pair in the programme of placements, which works together since four months and for another year."""
    days = {"starts_on": TODAY - timedelta(days=120), "ends_on": TODAY + timedelta(days=365)}
    return await a_placed_pair(platform, terms=days)


async def test_an_untouched_target_is_said_to_its_owner_first_and_to_the_mentor_later(platform: Platform) -> None:
    pair = await a_pair_of_today(platform)
    path = await set_target(pair, pair.trainee, on=f"{TODAY}", due_on=f"{TODAY + timedelta(days=90)}")
    target_id = path.split("/")[-1]

    await tell_of_untouched(pair, pair.trainee, target_id, days=20)  # ten working days have gone by, not fifteen

    (stale,) = await read(pair, "/targets/stale", pair.trainee)
    assert (stale["touched_on"], stale["mentor_told"]) == (f"{TODAY}", False)
    for who in (pair.mentor, pair.host_lead, platform.bearer("partnership_lead")):
        assert await read(pair, "/targets/stale", who) == []

    await tell_of_untouched(pair, pair.mentor, target_id, days=40)
    assert await stale_targets(pair, pair.trainee) == {target_id: True}
    await pair.post(f"{path}/reviews", {"on": f"{TODAY}", "status": "met"}, pair.mentor)
    assert await read(pair, "/targets/stale", pair.trainee) == []


async def test_in_a_pause_nobody_is_shown_that_a_target_lies_untouched(platform: Platform) -> None:
    pair = await a_pair_of_today(platform)
    path = await set_target(pair, pair.mentor, on=f"{TODAY}", due_on=f"{TODAY + timedelta(days=90)}")
    await tell_of_untouched(pair, pair.mentor, path.split("/")[-1], days=40)
    await pair.post(f"{pair.path}/pause", {"on": f"{TODAY}"}, pair.mentor)
    assert await read(pair, "/targets/stale", pair.trainee) == []


async def test_of_a_target_that_is_recorded_late_nobody_is_told_before_the_next_working_day(platform: Platform) -> None:
    pair = await a_pair_of_today(platform)
    long_ago = TODAY - timedelta(days=90)
    path = await set_target(pair, pair.trainee, on=f"{long_ago}", due_on=f"{TODAY}")
    target_id = path.split("/")[-1]

    assert await days_of_telling(platform, target_id) == [
        working_days_after(TODAY, 1),
        working_days_after(working_days_after(TODAY, 1), 5),
    ]
    assert await stale_targets(pair, pair.trainee) == {}

    await tell_of_untouched(pair, pair.trainee, target_id, days=6)
    (stale,) = await read(pair, "/targets/stale", pair.trainee)
    assert (stale["touched_on"], stale["mentor_told"]) == (f"{long_ago}", False)


async def days_of_telling(platform: Platform, target_id: str) -> list[date]:
    """The days on which somebody is to be told of a target, once the process has followed it."""
    found: list[date] = []
    async with await open_pool(platform.urls["sessions"]["worker"], size=1) as pool:

        async def is_followed() -> bool:
            async with tenant_transaction(pool, [TENANT]) as connection:
                rows = await connection.fetch(
                    "select due_at from tasks where body->>'target_id' = $1 order by due_at", target_id
                )
            found[:] = [row["due_at"].astimezone(ENGLAND).date() for row in rows]
            return len(found) == 2

        await eventually(is_followed)
    return found
