"""A merged record's id is an alias of the kept record in every route of every service, and no answer names it.

The test walks over all routes with the ids of records that were merged away: in paths, queries and bodies, and as the
subject of tokens. A route that is not in the walk makes it fail: put it in, or into `WITHOUT_PEOPLE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi.routing import APIRoute

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from services.reporting.main import SERVICE as REPORTING
from services.reporting.reports import REPORTS
from services.sessions.main import SERVICE as SESSIONS
from shared.kernel.service.definition import Service
from tests.integration.referral.partnership import Headers, Partnership
from tests.integration.referral.requests import PROGRAMME, post_ok
from tests.integration.wire.test_meeting_rules import confirm_pair
from tests.integration.wire.test_solver_inputs import SCHOOL, Season
from tests.support.services import NO_SUCH_ID, Platform, SharedServices, eventually

pytestmark = pytest.mark.covers("R7")

SERVICES: tuple[Service, ...] = (REFERRAL, MATCHING, SESSIONS, REPORTING)
WITHOUT_PEOPLE = {
    f"referral {route}"
    for route in (
        "GET /appetites", "GET /hosting-limits", "PUT /hosting-limits", "POST /hosts", "PUT /hosts/{urn}",
        "POST /hosts/{urn}/closure", "GET /imports", "POST /imports",
        "GET /imports/{import_id}", "POST /imports/{import_id}/confirmation", "GET /imports/{import_id}/marked-copy",
        "POST /imports/{import_id}/undo", "POST /mentees", "GET /offers", "POST /offers", "GET /offers/to-confirm",
        "GET /offers/{offer_id}",
        "POST /offers/{offer_id}/confirmation", "GET /offers/{offer_id}/history", "POST /offers/{offer_id}/withdrawal",
        "GET /programme-templates", "GET /programmes", "POST /programmes", "GET /programmes/{programme_id}",
        "POST /programmes/{programme_id}/overrides", "POST /programmes/{programme_id}/closure",
        "POST /programmes/{programme_id}/reopening", "GET /rules", "GET /schools", "GET /schools/{urn}",
        "POST /schools/{urn}/appetite", "GET /schools/{urn}/calendar", "GET /trusts", "GET /trusts/{code}",
    )
} | {
    f"matching {route}"
    for route in (
        "POST /rounds", "POST /rounds/{round_id}/cancellation", "GET /departures", "GET /readiness",
        "GET /travel-times", "POST /travel-times", "PUT /pairs/{pair_id}/lock", "DELETE /pairs/{pair_id}/lock",
    )
} | {
    f"reporting {route}"
    for route in (
        "GET /events",  # as they were published, merges among them
        "GET /webhooks", "POST /webhooks", "GET /webhooks/{webhook_id}", "PUT /webhooks/{webhook_id}",
        "DELETE /webhooks/{webhook_id}", "POST /webhooks/{webhook_id}/pause", "POST /webhooks/{webhook_id}/resumption",
        "POST /webhooks/{webhook_id}/replay", "POST /webhooks/{webhook_id}/secret",
        "GET /webhooks/{webhook_id}/dead-letters", "DELETE /webhooks/{webhook_id}/dead-letters/{event_id}",
        "POST /webhooks/{webhook_id}/dead-letters/{event_id}/retry",
    )
}  # fmt: skip
"""Routes that neither take nor name a person, and are only for people who lead and for machines."""
ON = "2026-11-02"


@dataclass
class Walk:
    """A partnership with a pair of which both records were merged, and the routes that were walked over."""

    season: Season
    merged: Mapping[str, str]
    kept: Mapping[str, str]
    walked: set[str] = field(default_factory=set)

    @property
    def lead(self) -> Headers:
        return self.season.ours.lead

    def as_(self, role: str) -> Headers:
        """Make the headers of somebody who signs in under the id of their merged record."""
        return self.season.ours.bearer(role, subject=self.merged[role])

    async def call(
        self, service: str, route: str, who: Headers, body: Any = None, *, params: Any = None, **ids: object
    ) -> Any:
        """Call a route, which must succeed and name no merged record; return its answer."""
        answer = await self.send(service, route, who, body, params=params, **ids)
        assert answer.is_success, f"{service} {route}: {answer.status_code} {answer.text}"
        for role, merged_id in self.merged.items():
            assert merged_id not in answer.text, f"{service} {route} names the merged record of the {role}"
        return answer.json()

    async def send(
        self, service: str, route: str, who: Headers, body: Any = None, *, params: Any = None, **ids: object
    ) -> httpx.Response:
        method, path = route.split()
        self.walked.add(f"{service} {route}")
        platform = self.season.ours.platform
        waits = platform.after_own_commands(service) if method == "GET" else {}
        return await platform[service].request(
            method, path.format_map(ids), json=body, params=params, headers=who | waits
        )


@pytest.fixture
async def walk(shared_services: SharedServices) -> Walk:
    """Two pairs of records of one mentor and of one trainee, with a placement and what came of it, merged."""
    platform = await shared_services.of(*SERVICES)
    season = await Season(Partnership.new(platform)).prepare()
    await season.usual()
    await season.refer_trainee()
    await season.comes_to(T_1="M-1")
    pair = await confirm_pair(platform, season)
    merged = {"mentor": season.people["M-1"], "trainee": season.people["T-1"]}
    await until_open(platform, season, pair["pair_id"])
    await season.mentor("M-9")
    await season.trainee("T-9")
    kept = {"mentor": season.people["M-9"], "trainee": season.people["T-9"]}
    for role, merged_id in merged.items():
        await post_ok(season.ours, f"/people/{merged_id}/merge", into=kept[role], on="2026-10-01")
    await until_named(platform, season, pair["pair_id"], kept)
    return Walk(season, merged | {"pair": pair["pair_id"]}, kept)


async def until_open(platform: Platform, season: Season, pair_id: str) -> None:
    async def is_open() -> bool:
        seen = await platform["sessions"].get(f"/relationships/{pair_id}", headers=season.ours.lead)
        return seen.status_code == 200

    await eventually(is_open, within=60)


async def until_named(platform: Platform, season: Season, pair_id: str, kept: Mapping[str, str]) -> None:
    """Wait until every service has heard of both merges."""

    async def has_heard_everywhere() -> bool:
        wanted = (kept["mentor"], kept["trainee"])
        asked = [
            platform["sessions"].get(f"/relationships/{pair_id}", headers=season.ours.lead),
            platform["matching"].get(f"/pairs/{pair_id}", headers=season.ours.lead),
            platform["reporting"].get("/reports/placements", headers=season.ours.lead),
        ]
        answers = [await request for request in asked]
        rows = [answers[0].json(), answers[1].json(), *answers[2].json()["rows"]]
        return len(rows) == 3 and all((row["mentor_id"], row["trainee_id"]) == wanted for row in rows)

    await eventually(has_heard_everywhere, within=60)


async def test_a_merged_id_is_an_alias_everywhere_and_is_named_nowhere(walk: Walk) -> None:
    walk.merged, pair_id = {role: walk.merged[role] for role in ("mentor", "trainee")}, walk.merged["pair"]
    tutor = await a_tutor(walk)
    await in_sessions(walk, pair_id, tutor)
    await in_reporting(walk)
    await in_matching(walk, pair_id)
    await to_the_end(walk, pair_id, tutor)
    await in_referral(walk)
    routes = {
        f"{service.name} {method} {route.path}"
        for service in SERVICES
        for router in service.routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in set(route.methods or ()) - {"HEAD"}
    }
    assert routes - walk.walked - WITHOUT_PEOPLE == set()


async def a_tutor(walk: Walk) -> Headers:
    """Assign a tutor to the trainee, by the id of the merged record."""
    tutor_id, days = f"{uuid4()}", {"starts_on": "2026-09-01", "on": "2026-09-01"}
    body = {"trainee_id": walk.merged["trainee"], "person_id": tutor_id, "role": "tutor"} | days
    made = await walk.call("sessions", "POST /assignments", walk.lead, body)
    tutor = walk.season.ours.bearer("tutor", subject=tutor_id)
    at = {"trainee_id": walk.merged["trainee"]}

    async def is_listed() -> bool:
        return len(await walk.call("sessions", "GET /assignments", tutor)) == 1

    await eventually(is_listed)
    assigned = await walk.call("sessions", "GET /trainees/{trainee_id}/assignments", walk.as_("trainee"), **at)
    assert assigned["trainee_id"] == walk.kept["trainee"]
    changed = "PUT /trainees/{trainee_id}/assignments/{assignment_id}"
    await walk.call("sessions", changed, walk.lead, days, **at, assignment_id=made["assignment_id"])
    return tutor


async def in_sessions(walk: Walk, pair_id: str, tutor: Headers) -> None:
    mentor, trainee = walk.as_("mentor"), walk.as_("trainee")
    call, send = walk.call, walk.send
    for who in (mentor, trainee):
        assert len(await call("sessions", "GET /relationships", who)) == 1
        await call(
            "sessions", "GET /relationships/{id_}".replace("id_", "relationship_id"), who, relationship_id=pair_id
        )
        await call("sessions", "GET /relationships/{relationship_id}/practice", who, relationship_id=pair_id)
        await call("sessions", "GET /relationships/{relationship_id}/story", who, relationship_id=pair_id)
    agreed = {"expectations": "We both come prepared.", "confidentiality": "What we say stays between us."}
    path, drafted = "/relationships/{relationship_id}/agreement", {"on": "2026-10-05", "answers": agreed}
    made = await call("sessions", f"PUT {path}", mentor, drafted, relationship_id=pair_id)
    signature = {"on": "2026-10-05", "draft": made["draft"]}
    for who in (mentor, trainee):
        await call("sessions", f"POST {path}/signatures", who, signature, relationship_id=pair_id)
        await call("sessions", f"GET {path}", who, relationship_id=pair_id)
    await observations(walk, pair_id)
    await feedback(walk, pair_id)
    await measures(walk, pair_id)
    await safeguarding(walk, pair_id)
    await figures(walk, pair_id)
    held = {"status": "held", "on": "2026-10-05", "minutes": 40}
    made = await call(
        "sessions", "POST /relationships/{relationship_id}/meetings", mentor, held, relationship_id=pair_id
    )
    at = {"meeting_id": made["meeting_id"]}
    for who in (mentor, trainee):
        await call("sessions", "GET /meetings/{meeting_id}", who, **at)
    await call("sessions", "PUT /meetings/{meeting_id}/acknowledgement", trainee, {"on": "2026-10-06"}, **at)
    amended = {"status": "held", "amended_on": "2026-10-06", "minutes": 45}
    await call("sessions", "PUT /meetings/{meeting_id}", trainee, amended, **at)
    assert len(await call("sessions", "GET /meetings/{meeting_id}/versions", mentor, **at)) == 2
    await call("sessions", "PUT /meetings/{meeting_id}/note", mentor, {"on": "2026-10-06", "note": "Mine."}, **at)
    assert (await call("sessions", "GET /meetings/{meeting_id}/note", mentor, **at))["note"] == "Mine."
    await drafts(walk, pair_id)
    await recognitions(walk)
    await targets(walk, pair_id)
    await days(walk, pair_id)
    await series(walk, pair_id)
    await journal(walk)
    judged = {f"TS{nth}": "on_track" for nth in range(1, 9)} | {"TS7": "not_on_track"}
    assessment = {"relationship_id": pair_id, "kind": "end_of_placement", "on": "2026-10-23", "judgements": judged}
    barred = await send(
        "sessions",
        "POST /assessments",
        walk.season.ours.bearer("tutor", "mentor", subject=walk.merged["mentor"]),
        assessment,
    )
    assert barred.status_code == 403
    await assess(walk, pair_id, tutor, assessment)
    await induct(walk, pair_id)
    assert len(await call("sessions", "GET /assessments", trainee, params={"trainee_id": walk.merged["trainee"]})) == 1


async def drafts(walk: Walk, pair_id: str) -> None:
    """Keep what is typed into a form, look at it, and delete it."""
    mentor, of = walk.as_("mentor"), {"draft_id": f"{uuid4()}"}
    form = {"method": "POST", "path": f"/relationships/{pair_id}/meetings", "body": {"status": "held"}}
    await walk.call("sessions", "PUT /drafts/{draft_id}", mentor, form, **of)
    assert [draft["draft_id"] for draft in await walk.call("sessions", "GET /drafts", mentor)] == [of["draft_id"]]
    assert (await walk.call("sessions", "GET /drafts/{draft_id}", mentor, **of))["body"] == form["body"]
    await walk.call("sessions", "DELETE /drafts/{draft_id}", mentor, **of)


async def recognitions(walk: Walk) -> None:
    """Ask for a document of what was done under both records, verify it, and withdraw it."""
    mentor, tenant = walk.as_("mentor"), walk.season.ours.tenant
    made = await walk.call("sessions", "POST /recognitions", mentor, {"on": ON, "name": "Ann Example"})
    of = {"recognition_id": made["recognition_id"]}
    assert len(await walk.call("sessions", "GET /recognitions", mentor)) == 1
    shown = await walk.call("sessions", "GET /recognitions/{recognition_id}", mentor, **of)
    assert shown["mentoring"]["meetings"] == 1
    by = {"partnership": tenant, "code": shown["code"]}
    verify = "/partnerships/{partnership}/recognitions/{code}"
    assert (await walk.call("sessions", f"GET {verify}", {}, **by))["status"] == "stands"
    asked = await walk.call("sessions", f"POST {verify}/name", {}, {"name": "Ann Example"}, **by)
    assert asked["matches"] is True
    for route, who, ids in (
        (f"GET {verify}/page", {}, by),
        ("GET /recognitions/{recognition_id}/page", mentor, of),
    ):
        page = await walk.send("sessions", route, who, **ids)
        assert page.is_success, page.text
        assert walk.merged["mentor"] not in page.text
    await walk.call("sessions", "PUT /recognitions/{recognition_id}/withdrawal", mentor, {"on": ON}, **of)


async def journal(walk: Walk) -> None:
    send = walk.send
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    entry = {"on": "2026-10-06", "text": "What I saw."}
    made = await call("sessions", "POST /journal", trainee, entry)
    at = {"entry_id": made["entry_id"]}
    await call("sessions", "PUT /journal/{entry_id}", trainee, entry, **at)
    release = {"to": {"person_id": walk.merged["mentor"]}, "on": "2026-10-06"}
    released = await call("sessions", "POST /journal/{entry_id}/releases", trainee, release, **at)
    assert released["released_to"] == [{"person_id": walk.kept["mentor"], "role": None}]
    await call("sessions", "GET /journal/{entry_id}", mentor, **at)
    assert len(await call("sessions", "GET /journal", mentor, params={"owner_id": walk.merged["trainee"]})) == 1

    async def read_by_the_kept_record() -> bool:
        reads = await call("sessions", "GET /journal/reads", trainee)
        return [reading["reader_id"] for reading in reads] == [walk.kept["mentor"]]

    await eventually(read_by_the_kept_record)
    assert {each["kind"] for each in await call("sessions", "GET /record", trainee)} == {
        "journal_entry",
        "observation",
        "feedback",
        "measures",
    }
    reads = await call("sessions", "GET /record/reads", trainee)
    assert {each["reader_id"] for each in reads} == {walk.kept["mentor"]}
    files = "/journal/{entry_id}/files/{file_id}"
    sent = await walk.season.ours.platform["sessions"].post(
        "/journal/files", params=at | {"name": "a.pdf", "on": "2026-10-06"}, content=b"%PDF-1.7 x", headers=trainee
    )
    walk.walked.add("sessions POST /journal/files")
    file = at | {"file_id": sent.json()["file_id"]}
    assert (await send("sessions", f"GET {files}", mentor, **file)).content == b"%PDF-1.7 x"
    await call("sessions", f"DELETE {files}", trainee, params={"on": "2026-10-06"}, **file)
    revoked = await call("sessions", "POST /journal/{entry_id}/revocations", trainee, release, **at)
    assert revoked["released_to"] == []
    await call("sessions", "DELETE /journal/{entry_id}", trainee, params={"on": "2026-10-07"}, **at)


async def days(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee, lead = walk.call, walk.as_("mentor"), walk.as_("trainee"), walk.lead
    host_lead = walk.season.ours.bearer("school_lead", schools=(SCHOOL,))
    path, at = "/relationships/{relationship_id}/days", {"relationship_id": pair_id}
    two = {"days": [{"on": "2026-10-05"}, {"on": "2026-10-06"}]}
    for step in ("plan", "log"):
        await call("sessions", f"POST {path}/{step}", trainee, two, **at)
    await call("sessions", f"POST {path}/removal", trainee, {"days": two["days"][1:]}, **at)
    line = {"days": [{"relationship_id": pair_id, "on": "2026-10-05"}]}
    for step, who in (("confirmation", host_lead), ("acceptance", lead)):
        assert (await call("sessions", f"POST /days/{step}", who, line))["recorded"] == 1
    back = {"state": "accepted", "reason": "by_mistake"}
    assert (await call("sessions", "POST /days/return", lead, line | back))["recorded"] == 1
    for who in (mentor, trainee):
        (total,) = (await call("sessions", f"GET {path}", who, **at))["totals"]
        assert (total["state"], total["half_days"]) == ("confirmed", 2)
        assert len(await call("sessions", f"GET {path}/steps", who, **at)) == 8
        assert (await call("sessions", "GET /relationships/{relationship_id}/mentor-time", who, **at))["weeks"]
        assert len(await call("sessions", "GET /days", who, params={"state": "confirmed"})) == 2


async def targets(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    target = {"text": "Wait three seconds.", "due_on": "2026-10-19", "on": "2026-10-05"}
    made = await call(
        "sessions", "POST /relationships/{relationship_id}/targets", trainee, target, relationship_id=pair_id
    )
    for who in (mentor, trainee):
        await call("sessions", "GET /targets/{target_id}", who, target_id=made["target_id"])
    review = {"status": "progressing", "on": "2026-10-12"}
    await call("sessions", "POST /targets/{target_id}/reviews", mentor, review, target_id=made["target_id"])
    at = {"target_id": made["target_id"]}
    reworded = {"text": "Wait five seconds.", "due_on": "2026-10-19", "amended_on": "2026-10-13"}
    await call("sessions", "PUT /targets/{target_id}", mentor, reworded, **at)
    await call("sessions", "PUT /targets/{target_id}/review", trainee, review | {"amended_on": "2026-10-13"}, **at)
    assert len(await call("sessions", "GET /targets/{target_id}/versions", mentor, **at)) == 4
    noted = await call(
        "sessions", "POST /targets/{target_id}/progress", trainee, {"on": "2026-10-13", "note": "Better."}, **at
    )
    assert len(await call("sessions", "GET /targets/{target_id}/progress", mentor, **at)) == 1
    taking = "DELETE /targets/{target_id}/progress/{note_id}"
    await call("sessions", taking, trainee, params={"on": "2026-10-13"}, **at, note_id=noted["note_id"])
    share = {"on": "2026-10-13", "to": {"role": "coordinator"}}
    await call("sessions", "POST /targets/{target_id}/shares", mentor, share, **at)
    assert len(await call("sessions", "GET /targets/{target_id}/shares", trainee, **at)) == 1
    coordinator = walk.season.ours.bearer("school_lead", schools=(SCHOOL,))
    await call("sessions", "POST /targets/{target_id}/acknowledgements", coordinator, {"on": "2026-10-13"}, **at)
    assert len(await call("sessions", "GET /targets/shared", coordinator)) == 1
    await call("sessions", "POST /targets/{target_id}/revocations", trainee, share, **at)
    await call("sessions", "GET /targets/stale", trainee)


async def series(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    path, at = "/relationships/{relationship_id}/series", {"relationship_id": pair_id}
    rhythm = {"on": "2026-10-05", "weekdays": ["monday"], "starts_on": "2026-10-05"}
    await call("sessions", f"PUT {path}", mentor, rhythm, **at)

    async def meetings() -> Any:
        return (await call("sessions", f"GET {path}", trainee, **at))["meetings"]

    async def is_planned() -> bool:
        return len(await meetings()) >= 2

    await eventually(is_planned)
    first, *_, last = await meetings()
    of = f"{path}/{{planned_id}}"
    item = {"on": ON, "text": "The last lesson."}
    kept = at | {"planned_id": last["planned_id"]}
    (item_id,) = (await call("sessions", f"POST {of}/agenda", trainee, item, **kept))["agenda"]
    (shown,) = (await call("sessions", f"GET {path}", mentor, **at))["meetings"][-1]["agenda"]
    assert shown["text"] == "The last lesson."
    await call("sessions", f"DELETE {of}/agenda/{{item_id}}", trainee, params={"on": ON}, **kept, item_id=item_id)
    change = {"on": ON, "reason": "cover"}
    moved = at | {"planned_id": first["planned_id"]}
    await call("sessions", f"PUT {of}/day", mentor, change | {"to": "2026-12-03"}, **moved)
    await call("sessions", f"PUT {of}/cancellation", trainee, change, **moved)


async def assess(walk: Walk, pair_id: str, tutor: Headers, assessment: dict[str, Any]) -> None:
    """Take an assessment to the end, send it back, and correct it."""
    trainee, on = walk.as_("trainee"), {"on": assessment["on"]}
    made = await walk.call("sessions", "POST /assessments", tutor, assessment)
    text = on | {"judgements": assessment["judgements"]}

    async def step(how: str, who: Headers, body: Any = on) -> Any:
        method, _, what = how.partition(" ")
        route = f"{method} /assessments/{{assessment_id}}{what}"
        return await walk.call("sessions", route, who, body, assessment_id=made["assessment_id"])

    host = walk.season.ours.bearer("school_lead", schools=(SCHOOL,))
    for version in (1, 2, 3):
        await step("PUT ", tutor, text)
        (unexpected,) = (await step("GET /unexpected", tutor, None))["unexpected"] or (None,)
        reasons = {} if unexpected is None else {"reasons": {unexpected: "It began last week."}}
        await step("PUT /sharing", tutor, on | reasons)
        await step("PUT /comment", trainee)
        for who in (tutor, host, trainee):
            await step("POST /signatures", who, on | {"version": version})
        await step("PUT /submission", tutor)
        if version == 1:
            await appeal(walk, step, on)
            await support(walk, step, tutor, on)
            await step("PUT /return", walk.lead, on | {"reason": "Say more."})
        elif version == 2:
            await look_twice(walk, step, made["assessment_id"], on)  # its moderator returns it
    await step("PUT /acknowledgement", walk.lead)
    await step("POST /corrections", tutor, text | {"reason": "A slip."})

    async def has_four_versions() -> bool:
        return len((await step("GET ", tutor))["versions"]) == 4

    await eventually(has_four_versions)
    due = "GET /relationships/{relationship_id}/assessments/due"
    await walk.call("sessions", due, trainee, relationship_id=pair_id)
    assert len(await walk.call("sessions", "GET /assessments/due", tutor, params={"until": "2027-12-31"})) > 0


async def induct(walk: Walk, pair_id: str) -> None:
    """A placement is no induction: its routes refuse to record one, by whatever id of the trainee."""
    at = {"trainee_id": walk.merged["trainee"], "period_id": f"{uuid4()}", "absence_id": f"{uuid4()}"}
    path = "/trainees/{trainee_id}/induction"
    period = {"on": ON, "starts_on": "2026-09-01"}
    absence = {"on": ON, "kind": "illness", "since": "2026-10-05", "until": "2026-10-05"}
    of = {"relationship_id": pair_id}
    for route, body, status in (
        (f"POST {path}/periods", period | of, 403),
        (f"PUT {path}/periods/{{period_id}}", period, 404),
        (f"POST {path}/absences", absence | of, 403),
        (f"PUT {path}/absences/{{absence_id}}", absence, 404),
        (f"GET {path}", None, 404),
    ):
        assert (await walk.send("sessions", route, walk.lead, body, **at)).status_code == status


async def look_twice(walk: Walk, step: Any, assessment_id: str, on: Any) -> None:
    """Ask another tutor for a second opinion, and let them moderate a sample."""
    other_id, at = f"{uuid4()}", on | {"version": 2}
    body = {"trainee_id": walk.merged["trainee"], "person_id": other_id, "role": "tutor", "starts_on": "2026-09-01"}
    await walk.call("sessions", "POST /assignments", walk.lead, body | {"on": "2026-09-01"})
    other = walk.season.ours.bearer("tutor", subject=other_id)
    taken = "PUT /assessments/{assessment_id}/assessor"
    refused = await walk.send("sessions", taken, other, on, assessment_id=assessment_id)
    assert refused.json()["type"] == "urn:alongside:problem:still-assigned"
    for how in ("request", "withdrawal", "request"):
        why = {} if how == "withdrawal" else {"reason": "TS7 surprises me."}
        await step(f"PUT /second-opinion/{how}", walk.as_("trainee"), at | why)
    judged = {f"TS{nth}": "on_track" for nth in range(1, 9)}
    await step("PUT /second-opinion", other, at | {"judgements": judged, "summary": "I saw it otherwise."})
    assert len((await step("GET /second-opinion", walk.as_("trainee"), None))["opinions"]) == 1
    relationship = (await walk.call("sessions", "GET /relationships", walk.as_("trainee")))[0]
    days = {"submitted_from": on["on"], "submitted_until": on["on"], "seed": 1}
    sample = on | days | {"programme_id": relationship["programme_id"], "kind": "end_of_placement"}

    async def moderate(how: str, who: Headers, moderation_id: str, body: Any = None) -> Any:
        ids = {"moderation_id": moderation_id, "assessment_id": assessment_id}
        return await walk.call("sessions", how.replace("/sample", "/moderations/{moderation_id}"), who, body, **ids)

    drawn = [await walk.call("sessions", "POST /moderations", walk.lead, sample | {"seed": seed}) for seed in (1, 2)]
    first, second = (each["moderation_id"] for each in drawn)
    await moderate("PUT /sample/discarding", walk.lead, second, on)
    of = "/sample/assessments/{assessment_id}"
    await moderate(f"PUT {of}/moderator", walk.lead, first, on | {"person_id": other_id})
    await moderate(f"PUT {of}/agreement", other, first, on)
    (shown,) = (await moderate("GET /sample", walk.lead, first))["sampled"]
    assert shown["trainee_id"] == walk.kept["trainee"]
    assert len(await walk.call("sessions", "GET /moderations", other)) == 1
    await moderate(f"PUT {of}/return", other, first, on | {"reason": "Say more."})


async def support(walk: Walk, step: Any, tutor: Headers, on: Any) -> None:
    """Take the support plan for which the assessment asks from its draft to its end, and let it go on."""
    review_on = "2026-11-13"
    goal = {"goal": "Calm starts.", "help": "Ms Fox.", "standards": ["TS7"]}
    await step("PUT /support-plan", tutor, on | {"goals": [goal], "review_on": [review_on]})
    await step("PUT /support-plan/sharing", tutor)
    await step("PUT /support-plan/acknowledgement", walk.as_("trainee"))
    review = on | {"review_on": review_on, "progress": "going_well", "text": "Calm."}
    await step("PUT /support-plan/review", tutor, review)
    await step("PUT /support-plan/closing", tutor, on | {"outcome": "achieved", "text": "Calm."})
    await step("PUT /support-plan/reopening", tutor, on | {"text": "A slip."})
    assert len((await step("GET /support-plan", walk.as_("trainee"), None))["steps"]) == 3


async def appeal(walk: Walk, step: Any, on: Any) -> None:
    """Appeal against the first version, as the trainee, and let the lead decide."""
    trainee, at = walk.as_("trainee"), on | {"version": 1}
    why = at | {"reason": "No lesson was seen."}
    await step("PUT /appeal", trainee, why)
    await step("PUT /appeal/withdrawal", trainee, at)
    await step("PUT /appeal", trainee, why)
    await step("PUT /appeal/decision", walk.lead, why | {"outcome": "dismissed"})
    await step("PUT /appeal/reversal", walk.lead, why)
    (found,) = (await step("GET /appeal", trainee, None))["appeals"]
    assert [each["state"] for each in found["steps"]] == ["made", "withdrawn", "made", "dismissed", "made"]


async def observations(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    path, plan = "/relationships/{relationship_id}/observations", {"on": "2026-10-05", "planned_on": "2026-10-08"}
    off = await call("sessions", f"POST {path}", mentor, plan, relationship_id=pair_id)
    of = "/observations/{observation_id}"
    await call(
        "sessions", f"PUT {of}/cancellation", trainee, {"on": "2026-10-05"}, observation_id=off["observation_id"]
    )
    made = await call("sessions", f"POST {path}", trainee, plan, relationship_id=pair_id)
    at = {"observation_id": made["observation_id"]}
    await call("sessions", f"PUT {of}/day", mentor, plan | {"planned_on": "2026-10-06"}, **at)
    await call("sessions", f"PUT {of}/acceptance", trainee, {"on": "2026-10-05"}, **at)
    await call("sessions", f"PUT {of}/held", mentor, {"on": "2026-10-06", "development_need": False}, **at)
    await call("sessions", f"PUT {of}/answers", mentor, {"on": "2026-10-06", "answers": {"strengths": "Calm."}}, **at)
    await call("sessions", f"PUT {of}/feedback", trainee, {"on": "2026-10-06"}, **at)
    for who in (mentor, trainee):
        assert (await call("sessions", f"GET {of}", who, **at))["answers"] == {"strengths": "Calm."}
        assert len(await call("sessions", f"GET {path}", who, relationship_id=pair_id)) == 2
    release = {"to": {"person_id": walk.merged["mentor"]}, "on": "2026-10-06"}
    for step, audience in (("releases", [{"person_id": walk.kept["mentor"], "role": None}]), ("revocations", [])):
        released = await call("sessions", f"POST {of}/{step}", trainee, release, **at)
        assert released["released_to"] == audience
    assert await call("sessions", f"GET {of}/reads", trainee, **at) == []


async def feedback(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    path, of = "/relationships/{relationship_id}/feedback", "/feedback/{feedback_id}"
    text = {"text": "Clear board work.", "areas": ["pedagogy"]}
    made = await call("sessions", f"POST {path}", mentor, text | {"on": "2026-10-05"}, relationship_id=pair_id)
    at = {"feedback_id": made["feedback_id"]}
    await call("sessions", f"PUT {of}", mentor, text | {"amended_on": "2026-10-06"}, **at)
    await call("sessions", f"PUT {of}/acknowledgement", trainee, {"on": "2026-10-06"}, **at)
    for who in (mentor, trainee):
        opened = await call("sessions", f"GET {of}", who, **at)
        assert (opened["author_id"], opened["owner_id"]) == (walk.kept["mentor"], walk.kept["trainee"])
        assert len(await call("sessions", f"GET {path}", who, relationship_id=pair_id)) == 1
    release = {"to": {"person_id": walk.merged["mentor"]}, "on": "2026-10-06"}
    for step, audience in (("releases", [{"person_id": walk.kept["mentor"], "role": None}]), ("revocations", [])):
        assert (await call("sessions", f"POST {of}/{step}", trainee, release, **at))["released_to"] == audience


async def measures(walk: Walk, pair_id: str) -> None:
    call, mentor, trainee = walk.call, walk.as_("mentor"), walk.as_("trainee")
    path, of = "/relationships/{relationship_id}/measures", "/measures/{series_id}"
    (listed,) = await call("sessions", f"GET {path}", trainee, relationship_id=pair_id)
    answers = {"answers": {question["id"]: 5 for question in listed["yours"]}}
    taken = answers | {"instrument": listed["instrument"]["id"], "on": "2026-10-05"}
    made = await call("sessions", f"POST {path}", trainee, taken, relationship_id=pair_id)
    at = {"series_id": made["series_id"], "measure_id": made["measure_id"]}
    await call("sessions", f"PUT {of}/{{measure_id}}", trainee, answers | {"amended_on": "2026-10-06"}, **at)
    release = {"to": {"person_id": walk.merged["mentor"]}, "on": "2026-10-06"}
    released = await call("sessions", f"POST {of}/{{measure_id}}/releases", trainee, release, **at)
    assert released["released_to"] == [{"person_id": walk.kept["mentor"], "role": None}]
    for who in (mentor, trainee):
        assert (await call("sessions", f"GET {of}", who, **at))["owner_id"] == walk.kept["trainee"]
    await call("sessions", f"POST {of}/{{measure_id}}/revocations", trainee, release, **at)


async def figures(walk: Walk, pair_id: str) -> None:
    """Send a file with the id of the merged record: the programme of placements takes no figures of anybody."""
    host = walk.season.ours.bearer("school_lead", schools=(SCHOOL,))
    file = f"mentee_id,measure,value,day,source\n{walk.merged['trainee']},attendance,3,2026-10-05,Register"
    sent = await walk.season.ours.platform["sessions"].post(
        "/figures", content=file.encode(), headers=host | {"Content-Type": "text/csv"}
    )
    walk.walked.add("sessions POST /figures")
    assert [row["column"] for row in sent.json()["rows"]] == ["measure"]
    path = "GET /relationships/{relationship_id}/figures"
    assert await walk.call("sessions", path, walk.as_("trainee"), relationship_id=pair_id) == []


async def safeguarding(walk: Walk, pair_id: str) -> None:
    lead, path = walk.season.ours.bearer("partnership_lead", subject=f"{uuid4()}"), "/relationships/{relationship_id}"
    opening = {"days": 3, "reason": "Something worried me."}
    at = {"relationship_id": pair_id}
    made = await walk.call("sessions", f"POST {path}/safeguarding", lead, opening, **at)
    shown = await walk.call("sessions", f"GET {path}/safeguarding", lead, **at)
    assert {item["kind"] for item in shown["items"]} >= {"feedback", "measures", "observation"}
    assert await walk.call("sessions", "GET /record/parts", walk.as_("trainee"))
    (opened,) = await walk.call("sessions", "GET /record/openings", walk.as_("trainee"))
    assert opened["programme_role"] == "provider"
    closure = f"POST {path}/safeguarding/{{grant_id}}/closure"
    await walk.call("sessions", closure, lead, **at, grant_id=made["grant_id"])


async def to_the_end(walk: Walk, pair_id: str, tutor: Headers) -> None:
    """Take the relationship through a survey, a pause and a hand-over, until the trainee breaks off."""
    mentor, trainee = walk.as_("mentor"), walk.as_("trainee")
    at, path = {"relationship_id": pair_id}, "/relationships/{relationship_id}"

    async def call(route: str, who: Headers, body: Any = None, **ids: object) -> Any:
        return await walk.call("sessions", route, who, body, **at | ids)

    listed = await call("GET /mentors", trainee)  # a support that matching confirmed may have begun by now
    assert walk.kept["mentor"] in {mentoring["mentor_id"] for mentoring in listed}
    survey = (await call(f"GET {path}/survey", trainee))["survey"]
    answers = {"on": "2026-10-05", "answers": {statement["id"]: 3 for statement in survey["statements"]}}
    for who in (mentor, trainee):
        await call(f"PUT {path}/survey/answers", who, answers)
    assert (await call(f"GET {path}/survey", mentor))["talk_about"] == []
    await call(f"POST {path}/pause", trainee, {"on": "2026-10-26"})
    await call(f"POST {path}/resumption", mentor, {"on": "2026-10-27"})
    await call(f"POST {path}/ending", mentor, {"on": "2026-10-27", "last_day": "2026-12-01"})
    await call(f"POST {path}/ending/withdrawal", trainee, {"on": "2026-10-27"})
    day = {"on": "2026-10-28"}
    fields = {"answers": {"strengths": "Calm.", "next_steps": "Pace."}}
    keep, drop = (await call(f"POST {path}/hand-over/items", trainee, day | fields))["waiting"]
    await call(f"POST {path}/hand-over/items/{{item_id}}/agreement", mentor, day, item_id=keep)
    await call(f"POST {path}/hand-over/items/{{item_id}}/withdrawal", mentor, day, item_id=drop)
    assert len((await call(f"GET {path}/hand-over", trainee))["items"]) == 1
    nowhere = await walk.send(
        "sessions", f"POST {path}/hand-over", trainee, day | {"to_relationship_id": pair_id}, **at
    )
    assert nowhere.status_code == 422
    assert await call(f"GET {path}/handed-on", mentor) == []
    await call(f"POST {path}/hand-over/revocations", trainee, day | {"to_relationship_id": pair_id})
    await reviews(walk, pair_id)
    await nudges(walk, pair_id)
    await summaries(walk, pair_id)
    await onward_referrals(walk, pair_id)
    await circles(walk)
    await call(f"POST {path}/break-off", trainee, day | {"contact": "tutor", "reason": "We do not fit."})
    assert (await call("GET /break-offs/{relationship_id}", tutor))["reason"] == "We do not fit."
    await call("PUT /break-offs/{relationship_id}", trainee, day | {"contact": "tutor", "reason": "We never meet."})
    for who in (tutor, trainee):
        (notice,) = await call("GET /break-offs", who)
        assert notice["trainee_id"] == walk.kept["trainee"]


async def nudges(walk: Walk, pair_id: str) -> None:
    """Ask whether there is a nudge; ask for another mentor, and withdraw that."""
    mentor, trainee, at = walk.as_("mentor"), walk.as_("trainee"), {"relationship_id": pair_id}
    call, path = walk.call, "/relationships/{relationship_id}"
    for who in (mentor, trainee, walk.lead):
        await call("sessions", "GET /nudges", who)
    for step in ("talk", "no-talk"):
        route, nowhere = f"PUT {path}/nudges/{{nudge_id}}/{step}", {"nudge_id": uuid4()} | at
        answer = await walk.send("sessions", route, trainee, {"on": "2026-10-28"}, **nowhere)
        assert answer.status_code == 404
    lead = walk.season.ours.bearer("school_lead", schools=(SCHOOL,))
    asked = {"on": "2026-10-28", "contact": "school_lead", "reason": "No time."}
    await call("sessions", "PUT /mentor-requests/{relationship_id}", trainee, asked, **at)
    opened = await call("sessions", "GET /mentor-requests/{relationship_id}", lead, **at)
    assert opened["trainee_id"] == walk.kept["trainee"]
    for who in (lead, trainee):
        (notice,) = await call("sessions", "GET /mentor-requests", who)
        assert notice["trainee_id"] == walk.kept["trainee"]
    withdrawal = "PUT /mentor-requests/{relationship_id}/withdrawal"
    await call("sessions", withdrawal, trainee, {"on": "2026-10-28"}, **at)


async def circles(walk: Walk) -> None:
    """Convene a circle as the merged mentor in a programme that has them; join another one, meet there, and leave."""
    mentor, call, day = walk.as_("mentor"), walk.call, {"on": "2026-10-28"}
    programme = PROGRAMME | {"template": "mentor-supervision"}
    opened = await post_ok(walk.season.ours, "/programmes", **programme)
    new = day | {"programme_id": opened["programme_id"]}

    async def is_known() -> bool:
        return (await walk.send("sessions", "POST /circles", mentor, new)).status_code == 201

    await eventually(is_known)
    (circle,) = await call("sessions", "GET /circles", mentor)
    assert circle["convenor_id"] == walk.kept["mentor"]
    at, of = {"circle_id": circle["circle_id"]}, "/circles/{circle_id}"
    for step in ("closure", "reopening"):
        await call("sessions", f"PUT {of}/{step}", mentor, day, **at)
    tutor, member = walk.season.ours.bearer("tutor", subject=f"{uuid4()}"), {"person_id": walk.merged["mentor"]} | day
    at = {"circle_id": (await call("sessions", "POST /circles", tutor, new))["circle_id"]}
    await call("sessions", f"PUT {of}/invitations", tutor, member, **at)
    await call("sessions", f"PUT {of}/answer", mentor, day | {"joins": True}, **at)
    met = day | {"minutes": 60, "attended": [walk.merged["mentor"]], "note": "Listening."}
    await call("sessions", f"PUT {of}/meetings", tutor, met, **at)
    for who in (tutor, mentor):
        (meeting,) = (await call("sessions", f"GET {of}", who, **at))["meetings"]
        assert (meeting["attended"], meeting["note"]) == ([walk.kept["mentor"]], "Listening.")
    removal = f"DELETE {of}/meetings/{{meeting_id}}"
    await call("sessions", removal, tutor, params=day, **at, meeting_id=meeting["meeting_id"])
    await call("sessions", f"PUT {of}/departures", mentor, member, **at)


async def onward_referrals(walk: Walk, pair_id: str) -> None:
    """Offer help by others, agree to it, and take a step back."""
    mentor, trainee, at = walk.as_("mentor"), walk.as_("trainee"), {"relationship_id": pair_id}
    call, path, day = walk.call, "/relationships/{relationship_id}/onward-referrals", {"on": "2026-10-28"}
    made = await call("sessions", f"POST {path}", mentor, day | {"kind": "wellbeing_team", "reason": "Tired."}, **at)
    of, own = "/onward-referrals/{onward_id}", {"onward_id": made["onward_id"]}
    await call("sessions", f"POST {of}/steps", trainee, day | {"status": "agreed"}, **own)
    await call("sessions", f"POST {of}/steps/withdrawal", trainee, day, **own)
    for who in (mentor, trainee):
        assert (await call("sessions", f"GET {of}", who, **own))["status"] == "offered"
        assert len(await call("sessions", f"GET {path}", who, **at)) == 1


async def summaries(walk: Walk, pair_id: str) -> None:
    """Find that no summary leaves a pair of this programme, whoever asks."""
    trainee, at, path = walk.as_("trainee"), {"relationship_id": pair_id}, "/relationships/{relationship_id}/summary"
    step: dict[str, Any] = {"on": "2026-10-28"}
    assert await walk.call("sessions", "GET /summaries", walk.lead) == []
    assert await walk.call("sessions", "GET /common-needs", walk.lead) == []
    for route, body in (
        ("GET /summaries/{relationship_id}", None),
        (f"GET {path}", None),
        (f"PUT {path}", step | {"answers": {}}),
        (f"POST {path}/signatures", step | {"draft": 1}),
    ):
        assert (await walk.send("sessions", route, trainee, body, **at)).status_code == 404
    assert (await walk.call("sessions", f"POST {path}/withdrawal", trainee, step, **at))["in_force"] is None


async def reviews(walk: Walk, pair_id: str) -> None:
    """Review the relationship, take that back, and let the trainee look back on it."""
    mentor, trainee = walk.as_("mentor"), walk.as_("trainee")
    at, path = {"relationship_id": pair_id}, "/relationships/{relationship_id}"
    call, day = walk.call, {"on": "2026-10-28"}

    due = {"by": "2026-10-20", "mentor_id": walk.merged["mentor"]}
    assert await call("sessions", "GET /reviews/due", walk.lead, params=due) == []
    await call("sessions", f"POST {path}/reviews", walk.lead, day | {"decision": "continue", "note": "Go on."}, **at)
    await call("sessions", f"POST {path}/reviews/withdrawal", walk.lead, day | {"reason": "A slip."}, **at)
    for who in (mentor, trainee, walk.lead):
        assert len((await call("sessions", f"GET {path}/reviews", who, **at))["reviews"]) == 1
    written = day | {"answers": {"helped": "Questions.", "again": "yes"}}
    made = await call("sessions", f"PUT {path}/reflections/{{step}}", trainee, written, **at, step="evaluation")
    of, own = "/reflections/{reflection_id}", {"reflection_id": made["reflection_id"]}
    release = {"to": {"person_id": walk.merged["mentor"]}} | day
    released = await call("sessions", f"POST {of}/releases", trainee, release, **own)
    assert released["released_to"] == [{"person_id": walk.kept["mentor"], "role": None}]
    assert len(await call("sessions", f"GET {path}/reflections", mentor, **at)) == 2
    assert (await call("sessions", f"GET {of}", mentor, **own))["owner_id"] == walk.kept["trainee"]

    async def read_by_the_kept_record() -> bool:
        reads = await call("sessions", "GET /reflections/reads", trainee)
        return [read["reader_id"] for read in reads] == [walk.kept["mentor"]]

    await eventually(read_by_the_kept_record)
    assert (await call("sessions", f"POST {of}/revocations", trainee, release, **own))["released_to"] == []


async def in_reporting(walk: Walk) -> None:
    call = walk.call
    by_id = {"mentor_id": walk.merged["mentor"], "as_of": "2026-10-23"}
    for who in (walk.lead, walk.as_("mentor")):
        (caseload,) = (await call("reporting", "GET /reports/caseloads", who, params=by_id))["rows"]
        assert (caseload["mentor_id"], caseload["relationships"]) == (walk.kept["mentor"], 1)
        (relationship,) = (await call("reporting", "GET /reports/mentoring", who, params=by_id))["rows"]
        assert relationship["mentor_id"] == walk.kept["mentor"]
    (placement,) = (await call("reporting", "GET /reports/placements", walk.as_("trainee")))["rows"]
    assert placement["trainee_id"] == walk.kept["trainee"]
    overview = await call("reporting", "GET /overview", walk.as_("mentor"), params={"as_of": "2026-10-23"})
    assert overview["mentoring"]["relationships"] == 1
    about = {"programme_id": walk.season.programme_id, "as_of": "2026-10-23"}
    report = await call("reporting", "GET /report", walk.lead, params=about)
    assert (report["standings"]["placed"], report["caseload"]["mentoring"], report["caseload"]["hours_a_week"]) == (
        1,
        1,
        1.5,
    )
    await call("reporting", "GET /reports/meetings-by-school", walk.lead, params={"as_of": "2026-10-23"})
    for who in (walk.lead, walk.as_("mentor")):
        pack = await call("reporting", "GET /mentors/{mentor_id}/review-pack", who, mentor_id=walk.merged["mentor"])
        assert pack["mentor_id"] == walk.kept["mentor"]
    await call("reporting", "GET /reports/early-warnings", walk.lead)
    for report in (
        "placement-requirements",
        "targets-not-revisited",
        "mentor-training",
        "common-needs",
        "parity",
        "impact",
    ):
        await call("reporting", f"GET /reports/{report}", walk.lead)
    for report in [each["name"] for each in await call("reporting", "GET /reports", walk.lead)]:
        await call("reporting", f"GET /reports/{report}/difference", walk.lead, params={"before_as_of": "2026-10-01"})
    await in_exports(walk)
    await in_traces(walk)
    for who in (walk.lead, walk.as_("trainee")):
        about = await call("reporting", "GET /trainees/{trainee_id}/reads", who, trainee_id=walk.merged["trainee"])
        assert about["person_id"] == walk.kept["trainee"]
    await call("reporting", "GET /mentors/{mentor_id}/reads", walk.lead, mentor_id=walk.merged["mentor"])
    for who in (walk.lead, walk.as_("trainee")):
        await call("reporting", "GET /trainees/{trainee_id}/progress", who, trainee_id=walk.merged["trainee"])


async def in_exports(walk: Walk) -> None:
    """Record an export of each report, and download it: the file names the kept records only.

    The record of an export says what was asked, by whichever id.
    """
    merged = walk.merged["mentor"]
    for report in REPORTS:
        asked = {"format": "csv"} | ({"mentor_id": merged} if "mentor_id" in report.filters else {})
        made = await walk.send("reporting", f"POST /reports/{report.name}/exports", walk.lead, params=asked)
        assert made.status_code == 201, made.text
        of = {"name": report.name, "export_id": made.json()["export_id"]}
        file = await walk.send("reporting", "GET /reports/{name}/exports/{export_id}", walk.lead, **of)
        assert file.status_code == 200, file.text
        assert not any(record in file.text for record in walk.merged.values())
    assert (await walk.send("reporting", "GET /exports", walk.lead)).status_code == 200


async def in_traces(walk: Walk) -> None:
    """Trace a row of each report by merged records: the row names the kept ones, events the records of their day."""
    for report in [report for report in REPORTS if report.behind]:
        rows = (await walk.call("reporting", f"GET /reports/{report.name}", walk.lead))["rows"]
        key = dict.fromkeys(report.key, f"{NO_SUCH_ID}") | {each: rows[0][each] for each in report.key if rows}
        merged_of = {walk.kept[role]: walk.merged[role] for role in ("mentor", "trainee")}
        asked = {column: merged_of.get(value, value) for column, value in key.items() if value is not None}
        traced = await walk.send("reporting", f"GET /reports/{report.name}/trace", walk.lead, params=asked)
        if rows:
            assert traced.status_code == 200, traced.text
            assert traced.json()["row"] == rows[0]


async def in_matching(walk: Walk, pair_id: str) -> None:
    call, send, lead, mentor, trainee = walk.call, walk.send, walk.lead, walk.as_("mentor"), walk.as_("trainee")
    programme = {"programme_id": walk.season.programme_id}
    assert [candidate["status"] for candidate in await call("matching", "GET /candidates", lead, params=programme)] == [
        "placed"
    ]
    for who in (lead, mentor, trainee):
        assert len(await call("matching", "GET /pairs", who)) == 1
        await call("matching", "GET /pairs/{pair_id}", who, pair_id=pair_id)
    for answer in ("acceptance", "refusal", "answer-withdrawal"):  # it is known, and answered already
        said = await send("matching", f"POST /pairs/{{pair_id}}/{answer}", mentor, {"on": ON}, pair_id=pair_id)
        assert said.status_code in (200, 409), said.text
    for kind in ("wishes", "choices", "vetoes"):
        named = {"names": [walk.merged["mentor"]], "on": ON}
        own = {"person_id": walk.merged["trainee"]}
        stated = await call("matching", f"PUT /{kind}", trainee, named | own)
        assert stated == {"person_id": walk.kept["trainee"], "names": [walk.kept["mentor"]]}
        read = await call("matching", f"GET /{kind}", trainee)
        assert (read["person_id"], read["names"]) == (walk.kept["trainee"], [walk.kept["mentor"]])
        await call("matching", f"PUT /{kind}", trainee, {"names": [], "on": ON})
    await call("matching", "GET /wishes", lead, params={"person_id": walk.merged["trainee"]})
    (round_,) = await call("matching", "GET /rounds", lead)
    await call("matching", "GET /rounds/{round_id}", lead, round_id=round_["round_id"])
    await call("matching", "GET /rounds/{round_id}/load", lead, round_id=round_["round_id"])
    await call("matching", "GET /rounds/{round_id}/overview", lead, round_id=round_["round_id"])
    await call("matching", "GET /rounds/{round_id}/trainees", lead, round_id=round_["round_id"])
    for trainee_id in (walk.merged["trainee"], walk.kept["trainee"]):
        of_round = {"round_id": round_["round_id"], "trainee_id": trainee_id}
        explained = await call("matching", "GET /rounds/{round_id}/trainees/{trainee_id}", lead, **of_round)
        assert (explained["trainee_id"], explained["mentor_id"]) == (walk.kept["trainee"], walk.kept["mentor"])
    leaving = {"leaving": {"mentor_id": walk.merged["mentor"]}, "preview": True, "on": "2026-07-20"}
    repaired = await call("matching", "POST /repairs", lead, programme | leaving)
    assert [(change["trainee_id"], change["because"]) for change in repaired["changes"]] == [
        (walk.kept["trainee"], "mentor_left")
    ]
    without = {"name": "Without them", "on": "2026-07-20", "variant": {"mentors_left_out": [walk.merged["mentor"]]}}
    await walk.season.trainee("T-2")
    await walk.season.refer_trainee("T-2")
    await walk.season.comes_to(T_2="M-9")
    tried = [await call("matching", "POST /scenarios", lead, programme | without) for _ in range(2)]
    await call("matching", "GET /scenarios", lead)
    both = ",".join(round_["round_id"] for round_ in tried)
    await call("matching", "GET /scenarios/comparison", lead, params={"ids": both})
    await supports(walk)


async def supports(walk: Walk) -> None:
    """Two other mentors at the school support the trainee, who asks for them under the merged record."""
    call, lead, trainee = walk.call, walk.lead, walk.as_("trainee")
    for reference, kind in (("M-2", "buddy"), ("M-3", "lead_mentor")):
        await walk.season.mentor(reference)
        terms = {"role_kinds": [kind], "on": "2026-07-05"}
        await post_ok(walk.season.ours, f"/people/{walk.season.people[reference]}/mentoring", **terms)
    wanted = {"buddy": True, "structural": True, "on": "2026-10-05"}
    at = {"person_id": walk.merged["trainee"]}
    asked = await call("matching", "PUT /people/{person_id}/asks", trainee, wanted, **at)
    assert asked["person_id"] == walk.kept["trainee"]
    await call("matching", "GET /people/{person_id}/asks", trainee, **at)
    programme = {"programme_id": walk.season.programme_id, "on": "2026-10-05"}

    await eventually(partial(knows_terms_of, walk, "M-2", "M-3"))
    proposed = await call("matching", "POST /constellations", lead, programme)
    assert [support["mentee_id"] for support in proposed["found"]] == [walk.kept["trainee"]] * 2, proposed
    for who in (lead, trainee):
        found = await call("matching", "GET /supports", who, params=at)
        assert {support["mentee_id"] for support in found} == {walk.kept["trainee"]}
    accepted, refused = (support["support_id"] for support in found[:2])
    answer = {"on": "2026-10-06"}
    await call("matching", "GET /supports/{support_id}", trainee, support_id=accepted)
    await call("matching", "POST /supports/{support_id}/acceptance", trainee, answer, support_id=accepted)
    await call("matching", "POST /supports/{support_id}/answer-withdrawal", trainee, answer, support_id=accepted)
    await call("matching", "POST /supports/{support_id}/acceptance", trainee, answer, support_id=accepted)
    await call("matching", "POST /supports/{support_id}/refusal", trainee, answer, support_id=refused)
    by_mentor = answer | {"side": "mentor"}
    await call("matching", "POST /supports/{support_id}/acceptance", lead, by_mentor, support_id=accepted)
    await call("matching", "POST /supports/{support_id}/end", trainee, {"on": "2026-10-20"}, support_id=accepted)
    walk.walked.add("matching POST /peers")  # names whom a search finds, as constellations do


async def knows_terms_of(walk: Walk, *references: str) -> bool:
    """Whether matching shows what these mentors can be asked for."""
    connection = await asyncpg.connect(walk.season.ours.platform.urls["matching"]["worker"])
    try:
        mentors = [UUID(walk.season.people[reference]) for reference in references]
        known = await connection.fetchval("select count(*) from mentor_terms where mentor_id = any ($1)", mentors)
        return bool(known == len(mentors))
    finally:
        await connection.close()


async def in_referral(walk: Walk) -> None:
    call, send, lead, mentor, trainee = walk.call, walk.send, walk.lead, walk.as_("mentor"), walk.as_("trainee")
    at_mentor, at_trainee = ({"person_id": walk.merged[role]} for role in ("mentor", "trainee"))
    people = await call("referral", "GET /people", lead, params={"limit": 1000})
    assert {person["reference"] for person in people} >= {"M-9", "T-9"}
    names = await send("referral", "GET /names", lead, params={"ids": walk.merged["mentor"]})
    assert list(names.json()) == [walk.merged["mentor"]]  # answered under the id that was asked for
    for at, who in ((at_mentor, mentor), (at_trainee, trainee), (at_mentor, lead)):
        await call("referral", "GET /people/{person_id}", who, **at)
        await call("referral", "GET /people/{person_id}/history", who, **at)
    terms = {"role_kinds": ["lead_mentor"], "on": ON}
    await call("referral", "POST /people/{person_id}/mentoring", mentor, terms, **at_mentor)
    related = {"other_id": walk.merged["trainee"], "kind": "line_manager", "on": ON}
    assert (await call("referral", "POST /people/{person_id}/relations", mentor, related, **at_mentor))[
        "relations"
    ] == 1
    again = related | {"other_id": walk.kept["trainee"]}
    assert (await call("referral", "POST /people/{person_id}/relations", mentor, again, **at_mentor))["relations"] == 1
    (relation,) = (await call("referral", "GET /people/{person_id}", lead, **at_mentor))["relations"]
    assert relation["other_id"] == walk.kept["trainee"]
    await call("referral", "POST /people/{person_id}/relations/end", mentor, related, **at_mentor)
    periods = {"periods": [{"school_urn": SCHOOL, "starts_on": "2026-09-01"}], "on": ON}
    await call("referral", "PUT /people/{person_id}/schools", lead, periods, **at_mentor)
    training = {"provider": "1AB", "hours": 6, "on": "2026-09-10"}
    logged = await call("referral", "POST /people/{person_id}/training", lead, training, **at_mentor)
    assert len(await call("referral", "GET /people/{person_id}/training", mentor, **at_mentor)) == 1
    entry = at_mentor | {"training_id": logged["training_id"]}
    corrected = training | {"hours": 4, "corrected_on": ON}
    await call("referral", "PUT /people/{person_id}/training/{training_id}", lead, corrected, **entry)
    await call("referral", "DELETE /people/{person_id}/training/{training_id}", lead, params={"on": ON}, **entry)
    undone = await send("referral", "POST /people/{person_id}/undo", lead, {"on": ON}, **at_trainee)
    assert undone.status_code == 409, "something is built on the kept record"
    repeated = await send(
        "referral", "POST /people/{person_id}/merge", lead, {"into": walk.kept["mentor"], "on": ON}, **at_mentor
    )
    assert (repeated.status_code, repeated.json()["person_id"]) == (200, walk.kept["mentor"])
    await referrals(walk)
    left = {"trigger": "trainee", "reasons": ["trainee_workload_issues"], "future_interest": "yes", "on": "2026-11-04"}
    for step, body in (
        ("deferral", {"on": ON}),
        ("return", {"on": "2026-11-03"}),
        ("withdrawal", left),
        ("reinstatement", {"on": "2026-11-05"}),
    ):
        done = await call("referral", f"POST /people/{{person_id}}/{step}", lead, body, **at_trainee)
        assert done["person_id"] == walk.kept["trainee"]
    await call("referral", "POST /people/{person_id}/erasure", lead, {"on": ON}, **at_trainee)


async def referrals(walk: Walk) -> None:
    call, send, lead, trainee = walk.call, walk.send, walk.lead, walk.as_("trainee")
    mine = await call("referral", "GET /referrals", trainee)
    assert [referral["trainee_id"] for referral in mine] == [walk.kept["trainee"]]
    about = {"purpose": "challenge", "reasons": ["behaviour_management"], "on": ON}
    second = {"purpose": "progression", "reasons": ["contrasting_placement"], "on": ON}
    person = {"programme_id": walk.season.programme_id, "trainee_id": walk.merged["trainee"]}
    referrer = walk.season.ours.bearer("school_lead", subject=walk.merged["mentor"])
    steps: dict[str, dict[str, Any]] = {
        "acceptance": {"on": ON},
        "refusal": {"reason": "No room.", "on": ON},
        "redirection": {"to_role": "counsellor", "reason": "They can help.", "on": ON},
        "withdrawal": {"on": ON},
    }
    made = await call("referral", "POST /referrals", referrer, person | second)
    many = {"referral_ids": [made["referral_id"]], "on": ON}
    own = walk.season.ours.bearer("school_lead", subject=walk.kept["mentor"])
    assert (await send("referral", "POST /referrals/countersignatures", own, many)).status_code == 409
    await call("referral", "POST /referrals/countersignatures", lead, many)
    await call("referral", "POST /referrals/acceptances", lead, many)
    for step, body in steps.items():
        made = await call("referral", "POST /referrals", referrer, person | about, params={"again": "true"})
        at = {"referral_id": made["referral_id"]}
        seen = await call("referral", "GET /referrals/{referral_id}", trainee, **at)
        assert (seen["trainee_id"], seen["referred_by"]) == (walk.kept["trainee"], walk.kept["mentor"])
        signed = await send("referral", "POST /referrals/{referral_id}/countersignature", own, {"on": ON}, **at)
        assert signed.status_code == 409, "one person under two records is no second person"
        await call("referral", "POST /referrals/{referral_id}/countersignature", lead, {"on": ON}, **at)
        consent = await send("referral", "POST /referrals/{referral_id}/consent", lead, {"given": True, "on": ON}, **at)
        assert consent.status_code == 409, "this programme asks nobody"
        who = trainee if step == "withdrawal" else lead
        done = await send("referral", f"POST /referrals/{{referral_id}}/{step}", who, body, **at)
        assert done.is_success or step == "redirection", done.text
        await send("referral", "GET /referrals/{referral_id}/history", lead, **at)
        if done.is_success:
            mistake = {"step": step, "reason": "A slip.", "on": ON}
            await call("referral", "POST /referrals/{referral_id}/reversal", who, mistake, **at)
        await send("referral", "POST /referrals/{referral_id}/withdrawal", lead, {"on": ON}, **at)  # for the next one
