"""A round over HTTP, from POST to its result with all that it explains, against the solver alone on the same problem.

A partnership of the shape of `bench.matching.a_round` comes in by referral's own files and routes; when matching has
heard of all of it, a round is posted and left to the worker, and its result is read. What that takes longer than the
solver alone is reading, explaining, storing, projecting and answering. A round takes what is free, so that there is one
turn of each. Referral and matching have a process each, and a database and topics of their own.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

from bench.children import Serving, peak_memory, serving
from bench.figures import Finding, Peak, Rate, Ratio, Size
from bench.http import environment
from bench.imports import MIB, PROGRAMME, TODAY, WITHIN, bring, csv_of, register
from bench.matching import Optima, SolverAlone, a_round, find_optima, in_new_process, solve_alone
from bench.seed import TENANT
from bench.servers import Servers, Urls
from services.matching.rounds.results import MOST_IN_WORDS
from services.matching.solver import Problem
from shared.kernel.postgres import connect

MANY = 5_000
"""Referrals of one file, and of one call that takes a step of many."""
HEARD_WITHIN = 1_800.0
"""Seconds within which matching hears of a partnership."""
OPTIMUM_WITHIN, EVEN_WITHIN = 1.5, 2.5
"""Seconds in which the largest round is to be solved: to the optimum, and with even load."""
MOST_MEMORY = 1024 * MIB
_HEARD = """select (select count(*) from schools) as schools, (select count(*) from mentors) as mentors,
                   (select count(*) from offers) as offers, (select count(*) from trainees) as trainees,
                   (select count(*) from reasons) as referrals, (select count(*) from candidates) as candidates"""


class Running(NamedTuple):
    """Referral's and matching's processes with a client each, and matching's databases."""

    referral: tuple[Serving, httpx.AsyncClient]
    matching: tuple[Serving, httpx.AsyncClient]
    urls: Urls
    tutor: str


async def against_solver(servers: Servers, size: Size) -> list[Finding]:
    """The rows of the table."""
    largest, _ = size.rounds[-1]
    optima: Optima = await asyncio.to_thread(in_new_process, find_optima, largest, size.turns)
    without_places = "scipy's assignment, without limits on places"
    found: list[Finding] = [
        Ratio(
            f"solver: the optimum of {largest:,} trainees",
            without_places,
            optima.optimum,
            optima.scipy,
            least=largest / OPTIMUM_WITHIN,
        ),
        Ratio(
            f"solver: the optimum of {largest:,} trainees with even load",
            without_places,
            optima.even,
            optima.scipy,
            least=largest / EVEN_WITHIN,
        ),
    ]
    for trainees, seconds in size.rounds:
        alone: SolverAlone = await asyncio.to_thread(in_new_process, solve_alone, trainees, size.turns)
        async with running(servers) as platform:
            programme_id = await bring_in(platform, a_round(trainees, barred=0))
            rate = await solve_round(platform, programme_id, alone)
            had = peak_memory(platform.matching[0].process.pid)
        what = f"round of {trainees:,} over HTTP"
        found += [
            Ratio(
                f"{what}, from POST to its result", "the solver alone", [rate], alone.rates, least=trainees / seconds
            ),
            Peak(f"solver's process, {trainees:,} trainees", alone.peak, MOST_MEMORY),
            Peak(f"matching's process, {what}", had, MOST_MEMORY),
        ]
    return found


@asynccontextmanager
async def running(servers: Servers) -> AsyncIterator[Running]:
    """Run referral and matching."""
    async with (
        servers.database("referral") as referral_urls,
        servers.database("matching") as matching_urls,
        servers.topics() as settings,
    ):
        environments = {
            service: environment(servers, service, dict(urls), settings.alongside_topic_prefix)
            for service, urls in (("referral", referral_urls), ("matching", matching_urls))
        }
        lead = servers.issuer.token("lead", TENANT, ["partnership_lead"])
        async with (
            serving("services.referral.main", "all", env=environments["referral"]) as referral,
            serving("services.matching.main", "all", env=environments["matching"]) as matching,
            _client(referral, lead) as to_referral,
            _client(matching, lead) as to_matching,
        ):
            tutor = servers.issuer.token("tutor", TENANT, ["tutor"])
            yield Running((referral, to_referral), (matching, to_matching), matching_urls, tutor)


def _client(served: Serving, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{served.port}",
        timeout=WITHIN,
        trust_env=False,
        headers={"Authorization": f"Bearer {token}"},
    )


async def bring_in(platform: Running, problem: Problem) -> str:
    """Bring in a partnership until matching has heard of all of it; return the programme's id."""
    served, client = platform.referral
    opened = await client.post("/programmes", json=PROGRAMME)
    programme_id: str = opened.raise_for_status().json()["programme_id"]
    files = {
        "schools": _schools(problem),
        "mentors": _mentors(problem),
        "trainees": _trainees(problem),
        "offers": _offers(problem),
    }
    for kind, rows in files.items():
        listed = list(rows)
        await bring(client, served, kind, csv_of(listed), len(listed))
    references = [trainee.id for trainee in problem.trainees]
    for first in range(0, len(references), MANY):
        await _refer(platform, references[first : first + MANY])
    everything = {
        "schools": len(problem.schools),
        "mentors": len(problem.mentors),
        "offers": len(problem.offers),
        "trainees": len(references),
        "referrals": len(references),
        "candidates": len(references),
    }
    await _until_heard(platform.urls["worker"], everything)
    return programme_id


def _schools(problem: Problem) -> Iterator[Mapping[str, object]]:
    rows = register(len(problem.schools), random.Random(1))
    for school, row in zip(problem.schools, rows, strict=True):
        point = {"Easting": school.point.easting, "Northing": school.point.northing}
        yield row | {"URN": school.urn, "EstablishmentStatus (code)": 1, **point}


def _mentors(problem: Problem) -> Iterator[Mapping[str, object]]:
    for mentor in problem.mentors:
        yield {
            "staff_reference": mentor.id,
            "given_name": "Amina",
            "family_name": f"Farooq{chr(97 + len(mentor.id) % 26)}",
            "email": f"{mentor.id}@schools.example.org",
            "school_urn": mentor.schools[0].urn,
            "subjects": ";".join(sorted(mentor.subjects)),
            "phases": ";".join(sorted(mentor.phases)),
            "capacity_hours_per_week": mentor.capacity_hours,
            "role": "volunteer" if mentor.volunteer else "directed",
        }


def _trainees(problem: Problem) -> Iterator[Mapping[str, object]]:
    for trainee in problem.trainees:
        yield {
            "provider_trainee_id": trainee.id,
            "given_name": "Elif",
            "family_name": "Kaya",
            "email": f"{trainee.id}@trainees.example.org",
            "subject": trainee.subject,
            "phase": trainee.phase,
            "training_route": "provider_led_postgrad",
            "course_starts_on": PROGRAMME["starts_on"],
            "course_ends_on": PROGRAMME["ends_on"],
            "home_easting": trainee.home.easting,
            "home_northing": trainee.home.northing,
            "travel_mode": trainee.travel_mode,
            "travel_limit_minutes": trainee.travel_limit_minutes,
        }


def _offers(problem: Problem) -> Iterator[Mapping[str, object]]:
    for offer in problem.offers:
        yield {
            "school_urn": offer.school_urn,
            "subject": offer.subject,
            "phase": offer.phase,
            "places": offer.places,
            "starts_on": PROGRAMME["starts_on"],
            "ends_on": PROGRAMME["ends_on"],
            "academic_year": PROGRAMME["academic_year"],
        }


async def _refer(platform: Running, references: Sequence[str]) -> None:
    """Refer trainees by a file, have that countersigned, and accept them."""
    served, client = platform.referral
    rows = [{"provider_trainee_id": one, "purpose": "induction", "reasons": "general_placement"} for one in references]
    await bring(client, served, "referrals", csv_of(rows), len(rows))
    made: list[str] = []
    page: dict[str, Any] = {"status": "referred", "limit": 1000}
    while listed := (await client.get("/referrals", params=page)).raise_for_status().json():
        made += [one["referral_id"] for one in listed]
        page["after"] = made[-1]
    assert len(made) == len(references)
    many = {"on": f"{TODAY}", "referral_ids": made}
    tutor = {"Authorization": f"Bearer {platform.tutor}"}
    (await client.post("/referrals/countersignatures", json=many, headers=tutor)).raise_for_status()
    accepted = (await client.post("/referrals/acceptances", json=many)).raise_for_status()
    client.headers["Alongside-Min-Position"] = accepted.headers["Alongside-Position"]


async def _until_heard(url: str, everything: Mapping[str, int]) -> None:
    connection = await connect(url)
    deadline = time.monotonic() + HEARD_WITHIN
    try:
        while (heard := dict(await connection.fetchrow(_HEARD) or {})) != everything:
            if time.monotonic() > deadline:
                raise RuntimeError(f"matching has heard of {heard}, not of {everything}")
            await asyncio.sleep(0.25)
    finally:
        await connection.close()


async def solve_round(platform: Running, programme_id: str, alone: SolverAlone) -> Rate:
    """Post a round, and read it until its result is there."""
    served, client = platform.matching
    body = {"programme_id": programme_id, "on": f"{TODAY}"}
    cpu, begun = served.cpu(), time.perf_counter()
    posted = (await client.post("/rounds", json=body, headers={"Prefer": "respond-async"})).raise_for_status()
    after_it = {"Alongside-Min-Position": posted.headers["Alongside-Position"]}
    while True:
        answer = await client.get(posted.headers["Location"], headers=after_it)
        # 503: the result is being projected
        if answer.status_code != 503 and answer.raise_for_status().json()["state"] not in ("asked", "begun"):
            break
        await asyncio.sleep(0.2)  # a page that waits asks about as often; each answer takes the process some time
    trainees = alone.placed + len(answer.json()["unplaced_trainees"])
    rate = Rate(trainees / (time.perf_counter() - begun), (served.cpu() - cpu) / trainees * 1e6)
    found = answer.json()
    assert found["state"] == "solved", found["failed_because"]
    assert (found["placed"], found["total_cost"]) == (alone.placed, alone.cost)
    assert len(found["pairs"]) == found["placed"]
    explained = found["explained"]
    assert explained["unplaced"] == len(found["unplaced_trainees"])
    in_words = found["placed"] if found["placed"] <= MOST_IN_WORDS else 0
    assert explained["pairs"] == explained["alternatives"] == in_words
    assert sum(pair["why"] is not None for pair in found["pairs"]) == in_words
    return rate
