"""What every route keeps to over HTTP: versions for what is changed, and an answer to what is sent twice."""

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import get_args

import pytest

from services.reporting.reports import REPORTS
from shared.kernel.http.context import Caller, CreatorDep, creator
from shared.kernel.http.document import statuses_of
from shared.kernel.http.routes import Route
from tools.reference.http import openapi
from tools.reference.sources import services

WITHOUT_VERSION: Mapping[str, str] = {
    "sessions PUT /meetings/{meeting_id}/note": "only its author writes it; a version would tell of the other's note",
    "sessions POST /relationships/{relationship_id}/meetings": "makes a meeting",
    "sessions POST /relationships/{relationship_id}/targets": "makes a target",
    "sessions POST /targets/{target_id}/progress": "makes a note",
    "sessions POST /relationships/{relationship_id}/observations": "makes an observation",
    "sessions POST /relationships/{relationship_id}/feedback": "makes feedback",
    "sessions POST /relationships/{relationship_id}/measures": "takes measures",
    "sessions POST /relationships/{relationship_id}/days/plan": "names many days; each has steps of its own",
    "sessions POST /relationships/{relationship_id}/days/log": "names many days; each has steps of its own",
    "sessions POST /relationships/{relationship_id}/days/removal": "names many days; each has steps of its own",
    "sessions PUT /relationships/{relationship_id}/survey/answers": "would tell of the other's",
    "sessions POST /relationships/{relationship_id}/hand-over/items": "makes an item",
    "sessions POST /relationships/{relationship_id}/hand-over/items/{item_id}/agreement": "has its own steps",
    "sessions POST /relationships/{relationship_id}/hand-over/items/{item_id}/withdrawal": "has its own steps",
    "sessions POST /relationships/{relationship_id}/hand-over": "refused once it is done",
    "sessions POST /relationships/{relationship_id}/hand-over/revocations": "revoked is revoked",
    "sessions PUT /relationships/{relationship_id}/reflections/{step}": "only its author writes it",
    "sessions POST /relationships/{relationship_id}/onward-referrals": "makes a referral",
    "sessions PUT /relationships/{relationship_id}/nudges/{nudge_id}/talk": "would tell of the mentee's own",
    "sessions PUT /relationships/{relationship_id}/nudges/{nudge_id}/no-talk": "would tell of the mentee's own",
    "sessions PUT /mentor-requests/{relationship_id}": "only the mentee writes it",
    "sessions PUT /mentor-requests/{relationship_id}/withdrawal": "only the mentee writes it",
    "sessions PUT /break-offs/{relationship_id}": "only the mentee writes it",
    "sessions POST /partnerships/{partnership}/recognitions/{code}/name": "asks, and changes nothing",
    "referral POST /imports/{import_id}/confirmation": "records in several appends, and goes on after a crash",
    "referral POST /imports/{import_id}/undo": "restores in several appends, and goes on after a crash",
    "referral POST /schools/{urn}/appetite": "of a school and an academic year, which is in the body",
    "reporting POST /webhooks/{webhook_id}/pause": "paused is paused",
    "reporting POST /webhooks/{webhook_id}/resumption": "resumed is resumed",
    "reporting POST /webhooks/{webhook_id}/secret": "makes a secret; the one before it goes on signing",
    "reporting POST /webhooks/{webhook_id}/replay": "sends again, and changes nothing of the webhook",
    "reporting POST /webhooks/{webhook_id}/dead-letters/{event_id}/retry": "sends again, and changes nothing of it",
    "reporting DELETE /webhooks/{webhook_id}/dead-letters/{event_id}": "discarded is discarded",
}
"""Commands with an id in their address that take no If-Match, and why."""
TOLD_APART: Mapping[str, str] = {
    **{
        f"reporting POST /reports/{report.name}/exports": "each says what was known at a moment of its own"
        for report in REPORTS
    },
    "sessions POST /assessments/{assessment_id}/signatures": "person, role and version: signed is signed",
    "sessions POST /assessments/{assessment_id}/corrections": "refused until the corrected version is submitted",
    "portal POST /api/accounts/{account_id}/roles": "role, schools and last day: the same again changes nothing",
    "sessions POST /assignments": "trainee, person, role and days: another is `already-assigned`",
    "sessions POST /relationships/{relationship_id}/meetings": "relationship and day; another is `already-recorded`",
    "sessions POST /targets/{target_id}/reviews": "the last review counts; the same again changes nothing to see",
    "sessions POST /recognitions": "holder, name, day and figures: the same document is answered again",
    "sessions POST /figures": "mentee, measure and day: the same file again changes nothing",
    "sessions POST /journal/files": "entry and digest: what is attached is answered again",
    "sessions POST /targets/{target_id}/shares": "target and audience: shared is shared",
    "sessions POST /targets/{target_id}/revocations": "target and audience: revoked is revoked",
    "sessions POST /targets/{target_id}/acknowledgements": "target and person: acknowledged is acknowledged",
    "sessions POST /journal/{entry_id}/releases": "entry and audience: released is released",
    "sessions POST /relationships/{relationship_id}/safeguarding": "person; another is `already-open`",
    "sessions POST /relationships/{relationship_id}/measures": "instrument, role and day; another is `already-taken`",
    "sessions POST /measures/{series_id}/{measure_id}/releases": "measures and audience: released is released",
    "sessions POST /measures/{series_id}/{measure_id}/revocations": "measures and audience: revoked is revoked",
    "sessions POST /feedback/{feedback_id}/releases": "feedback and audience: released is released",
    "sessions POST /feedback/{feedback_id}/revocations": "feedback and audience: revoked is revoked",
    "sessions POST /onward-referrals/{onward_id}/steps": "the last step again changes nothing",
    "sessions POST /onward-referrals/{onward_id}/steps/withdrawal": "the next one takes back the step before",
    "sessions POST /relationships/{relationship_id}/summary/signatures": "side and draft: signed is signed",
    "sessions POST /relationships/{relationship_id}/summary/withdrawal": "taken back is taken back",
    "sessions POST /relationships/{relationship_id}/reviews": "relationship and day; another is `already-reviewed`",
    "sessions POST /relationships/{relationship_id}/reviews/withdrawal": "the next one takes back the review before",
    "sessions POST /reflections/{reflection_id}/releases": "reflection and audience: released is released",
    "sessions POST /reflections/{reflection_id}/revocations": "reflection and audience: revoked is revoked",
    "sessions POST /observations/{observation_id}/releases": "observation and audience: released is released",
    "sessions POST /observations/{observation_id}/revocations": "observation and audience: revoked is revoked",
    "sessions POST /journal/{entry_id}/revocations": "entry and audience: revoked is revoked",
    "sessions POST /relationships/{relationship_id}/agreement/signatures": "side and draft: signed is signed",
    "sessions POST /relationships/{relationship_id}/pause": "paused is paused",
    "sessions POST /relationships/{relationship_id}/resumption": "resumed is resumed",
    "sessions POST /relationships/{relationship_id}/ending": "a relationship ends once",
    "sessions POST /relationships/{relationship_id}/ending/withdrawal": "withdrawn is withdrawn",
    "sessions POST /relationships/{relationship_id}/hand-over/revocations": "relationship: revoked is revoked",
    "sessions POST /relationships/{relationship_id}/break-off": "a relationship is broken off once",
    "sessions POST /relationships/{relationship_id}/hand-over/items/{item_id}/agreement": "agreed is agreed",
    "sessions POST /relationships/{relationship_id}/hand-over/items/{item_id}/withdrawal": "withdrawn is withdrawn",
    "sessions POST /relationships/{relationship_id}/hand-over": "a relationship is handed over once",
    "referral POST /offers": "school, subject, phase, year groups and first day: the same changes the offer",
    "referral POST /hosts": "name and postcode: the same corrects the host that is there",
    "referral POST /programmes/{programme_id}/overrides": "setting and days: the same again changes nothing",
    "referral POST /mentees": "its reference; another is `already-registered`",
    "referral POST /imports": "the next file of its kind replaces it, and the same file twice changes nothing",
    "matching POST /rounds": "whoever was proposed waits no longer, so that a second round proposes nobody twice",
    "matching POST /repairs": "what is broken is repaired by the first; the second finds nothing to change",
    "matching POST /scenarios": "each is solved with what is known at its moment, and proposes nobody",
    "matching POST /constellations": "a request that was met is not met again",
    "matching POST /peers": "whoever has a peer is not paired again",
    "reporting POST /webhooks": "its address; another is `already-registered`",
}
"""Commands that make something and are not asked about when they are repeated, and what tells two of them apart."""
WITHOUT_ACCOUNT: Mapping[str, str] = {
    "sessions GET /partnerships/{partnership}/recognitions/{code}": "whoever has the code verifies the document",
    "sessions GET /partnerships/{partnership}/recognitions/{code}/page": "whoever has the code verifies the document",
    "sessions POST /partnerships/{partnership}/recognitions/{code}/name": "whoever has the code compares the name",
}
"""Routes for people who have not signed in, and why."""


def _routes() -> Iterator[tuple[str, Route]]:
    for service in services():
        for router in service.routers:
            for route in router.routes:
                assert isinstance(route, Route)
                yield f"{service.name} {min(route.methods or ())} {route.path}", route


ROUTES = dict(_routes())
COMMANDS = {name: route for name, route in ROUTES.items() if " GET " not in name}
MAKERS = {name: route for name, route in COMMANDS.items() if route.status_code == 201}


def _takes(route: Route, dependency: object) -> bool:
    return any(annotation.annotation == dependency for annotation in signature(route.endpoint).parameters.values())


@pytest.mark.parametrize("name", [name for name, route in COMMANDS.items() if "{" in route.path])
def test_what_a_command_changes_is_read_with_the_version_that_its_if_match_takes(name: str) -> None:
    thing = COMMANDS[name].versioned
    if name in WITHOUT_VERSION:
        assert thing is None
        return
    assert thing is not None, "mark it with `has_version`, or say in WITHOUT_VERSION why not"
    reads = [read for known, read in ROUTES.items() if known.startswith(f"{name.split(maxsplit=1)[0]} GET ")]

    assert [read.path for read in reads if read.versioned == thing], "no GET answers its ETag"


def test_a_route_with_a_version_has_its_key_in_the_address() -> None:
    things = {name: route.versioned for name, route in ROUTES.items() if route.versioned}

    assert [name for name, thing in things.items() if f"{{{thing.key}}}" not in name] == []


@pytest.mark.parametrize("name", list(MAKERS))
def test_what_makes_something_new_answers_what_happens_when_it_is_sent_twice(name: str) -> None:
    asks = _takes(MAKERS[name], CreatorDep)

    assert asks != (name in TOLD_APART), "take a CreatorDep, or say in TOLD_APART what tells two of them apart"


def test_every_exception_is_a_route() -> None:
    assert [name for name in (*WITHOUT_VERSION, *TOLD_APART) if name not in COMMANDS] == []
    assert [name for name in WITHOUT_ACCOUNT if name not in ROUTES] == []


def test_a_command_that_asks_declares_how_it_is_confirmed() -> None:
    documents = {service.name: openapi(service) for service in services()}
    for name, route in COMMANDS.items():
        if _takes(route, CreatorDep):
            service, method, path = name.split()
            parameters = documents[service]["paths"][path][method.lower()]["parameters"]
            assert [parameter["in"] for parameter in parameters if parameter.get("name") == "again"] == ["query"], name
    assert Caller in get_args(CreatorDep)
    assert creator.__doc__


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_the_document_declares_the_problems_of_each_route_and_no_answer_by_default(service: object) -> None:
    document = openapi(service)  # type: ignore[arg-type]  # a parameter of pytest
    for name, route in ROUTES.items():
        if name.startswith(f"{document['info']['title'].split()[-1]} "):
            _, method, path = name.split()
            responses = document["paths"][path][method.lower()]["responses"]
            assert {f"{status}" for status in (422, 500, 503)} <= {*responses}
            assert "default" not in responses
            assert ("401" in responses, 401 in statuses_of(route, method)) == (name not in WITHOUT_ACCOUNT,) * 2
            assert ("Retry-After" in responses.get("429", {}).get("headers", {})) == (name in WITHOUT_ACCOUNT)
