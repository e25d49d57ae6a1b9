"""Pairs for the load in sessions, made before anything is struck: referred, matched in a round, accepted by both."""

from random import Random
from typing import Any

import httpx

from alongside.demo import partnership
from services.referral.domain.people import person_id
from tests.faults.clients import ON, TENANT, Clients
from tests.faults.history import Who
from tests.faults.mentoring import WorkingPair
from tests.faults.site import Site, until

TRAINEES, MENTORS, OFFERS = 36, 45, 26
"""How many the demo partnership's files have."""
ROUND_ON, ANSWERED_ON = "2026-07-01", "2026-07-02"


async def open_relationships(site: Site, clients: Clients) -> list[WorkingPair]:
    """Match the demo partnership's trainees, and return the pairs once sessions has opened their relationships."""
    await _refer_trainees(clients, Random(f"pairs {clients.seed}"))
    await site.restart(site.matching_api)
    try:
        async with httpx.AsyncClient(timeout=60) as http:
            matching = _Asking(http, site.matching_api.url, clients)
            pairs = await _solve_round(matching, clients.knows.programme)
            for pair in pairs:
                for role in ("mentor", "trainee"):
                    who = Who(pair[f"{role}_id"], role)
                    await matching.post(f"/pairs/{pair['pair_id']}/acceptance", {"on": ANSWERED_ON}, who)
            await _are_open(_Asking(http, clients.urls["sessions"][0], clients), {pair["pair_id"] for pair in pairs})
    finally:
        await site.matching_api.stop()
    return [
        WorkingPair(pair["pair_id"], Who(pair["mentor_id"], "mentor"), Who(pair["trainee_id"], "trainee"))
        for pair in pairs
    ]


async def _refer_trainees(clients: Clients, random: Random) -> None:
    """Bring the files; refer every trainee, countersign and accept."""
    for kind, file, event, rows in (
        ("mentors", partnership.MENTORS, "referral.mentor_recorded", MENTORS),
        ("trainees", partnership.TRAINEES, "referral.trainee_recorded", TRAINEES),
        ("offers", partnership.OFFERS, "referral.offer_recorded", OFFERS),
    ):
        assert await clients.take_file(kind, file.read_bytes(), event, rows, random)
    lines = partnership.TRAINEES.read_text(encoding="utf-8").splitlines()[1:]
    clients.knows.trainees = [str(person_id(TENANT, "trainee", line.split(",")[0])) for line in lines]
    for _ in lines:
        await clients.refer(random)
    for step, event in (("countersignatures", "countersigned"), ("acceptances", "accepted")):
        body = {"referral_ids": clients.knows.referred, "on": ON}
        expects = {f"referral.referral_{event}": TRAINEES}
        done = await clients.until_known(clients.command(step, f"/referrals/{step}", body, expects), random)
        assert done is not None
        assert done.outcome == "ok"
    clients.knows.referred = []


class _Asking:
    """Requests to a service whose answers nobody checks: nothing is struck yet."""

    def __init__(self, http: httpx.AsyncClient, url: str, clients: Clients) -> None:
        self._http, self._url, self._issuer = http, url, clients.issuer

    async def post(self, path: str, body: object, who: Who) -> Any:
        answer = await self._http.post(f"{self._url}{path}", json=body, headers=self._headers(who))
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, who: Who, **query: Any) -> Any:
        answer = await self._http.get(f"{self._url}{path}", params=query, headers=self._headers(who))
        return answer.json() if answer.is_success else None

    def _headers(self, who: Who) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.token(who.subject, TENANT, (who.role,))}"}


async def _solve_round(matching: _Asking, programme_id: str) -> list[dict[str, Any]]:
    lead = Who("lead", "partnership_lead")

    async def is_ready() -> bool:
        ready = await matching.get("/readiness", lead, programme_id=programme_id)
        wanted = {"candidates": TRAINEES, "mentors": MENTORS, "offers": OFFERS, "schools": 12}
        return ready is not None and all(ready[kind] == number for kind, number in wanted.items())

    await until(is_ready, "matching knows everybody", 60)
    solved = await matching.post("/rounds", {"programme_id": programme_id, "on": ROUND_ON}, lead)
    found: list[dict[str, Any]] = []

    async def is_solved() -> bool:
        shown = await matching.get(f"/rounds/{solved['round_id']}", lead)
        found[:] = shown["pairs"] if shown else []
        return bool(found)

    await until(is_solved, "the round is shown", 60)
    return found


async def _are_open(sessions: _Asking, pairs: set[str]) -> None:
    async def are_there() -> bool:
        shown = await sessions.get("/relationships", Who("lead", "partnership_lead"), limit=1000)
        return shown is not None and pairs <= {each["relationship_id"] for each in shown}

    await until(are_there, "the relationships are open", 60)
