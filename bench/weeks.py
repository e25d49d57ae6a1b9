"""A week and three years of it: recording a weekly meeting, and opening a relationship with all its records.

The meeting is held, with minutes and one target, recorded by five hundred mentors at once; beside it is the same route
with the command left out. Three years of weekly records are opened by one request; beside it are the statements that
read the same rows. What counts is the slowest of a hundred, and of twenty: each rate is one over those seconds.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import count
from statistics import quantiles
from uuid import UUID, uuid5

import httpx

from bench.children import Serving, said_by, serving
from bench.figures import Finding, Rate, Ratio, Size, in_turns
from bench.http import environment, mentor
from bench.load import Answers, Load
from bench.seed import ENDS, SPACE, meetings, relationships, seed_relationships
from bench.servers import Servers
from shared.calendar import bank_holiday_on
from shared.kernel.postgres import connect

MENTORS = 500
THREE_YEARS_AGO = date(2024, 9, 2)
WEEKS = (ENDS - THREE_YEARS_AGO).days // 7
SEEN_WITHIN = 120.0
"""Seconds."""
_ROWS = (
    "select * from relationships where relationship_id = $1",
    "select * from meetings where relationship_id = $1 order by happened_on",
    "select * from targets where relationship_id = $1 order by set_on, target_id",
)


def held(on: date) -> dict[str, object]:
    """A weekly meeting as a mentor records it, in five fields."""
    target = {"text": "Wait three seconds after each question.", "due_on": f"{on + timedelta(weeks=1)}"}
    return {"status": "held", "on": f"{on}", "minutes": 45, "targets": [target]}


async def against_nothing_and_sql(servers: Servers, size: Size) -> list[Finding]:
    """The two rows of the table."""
    return [await _recording(servers, size), await _opening(servers, size)]


async def _recording(servers: Servers, size: Size) -> Ratio:
    number = size.requests
    async with servers.database("sessions") as urls:
        await seed_relationships(urls["admin"], relationships(number * (size.turns + 1)))
        env = environment(servers, "sessions", dict(urls))
        async with (
            serving("services.sessions.main", "api", env=env) as commands,
            serving("bench.nothing", env=env) as nothing,
        ):
            turn = count()

            async def ask(server: Serving, first: int) -> Rate:
                sent = [
                    (server.port, f"/relationships/{relationship}/meetings", held(on))
                    for relationship, on in meetings(number, first)
                ]
                load = Load(token=mentor(servers), commands=sent, clients=min(MENTORS, number), rate=None)
                before = server.cpu()
                done: Answers = await said_by("bench.load", asked=load)
                assert done["statuses"] == {"201": number}, done["statuses"]
                took = [answered - at for at, answered in zip(done["sent"], done["answered"], strict=True)]
                return Rate(1 / _slowest(took, 99), (server.cpu() - before) / number * 1e6)

            async def ours() -> Rate:
                return await ask(commands, next(turn) * number)

            async def ceiling() -> Rate:
                return await ask(nothing, 0)

            await ours()
            await ceiling()
            mine, at_most = await in_turns(size.turns, ours, ceiling)
    what = f"weekly meeting with a target, {MENTORS} mentors at once, one API process: one over p99"
    return Ratio(what, "the same route doing nothing", mine, at_most, wanted=0.4)


async def _opening(servers: Servers, size: Size) -> Ratio:
    relationship = uuid5(SPACE, "three years")
    async with servers.topics() as settings, servers.database("sessions") as urls:
        await seed_relationships(urls["admin"], [relationship], THREE_YEARS_AGO)
        env = environment(servers, "sessions", dict(urls), settings.alongside_topic_prefix)
        async with (
            serving("services.sessions.main", "all", env=env) as service,
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{service.port}",
                headers={"Authorization": f"Bearer {mentor(servers)}"},
                trust_env=False,
                timeout=SEEN_WITHIN,
            ) as client,
        ):
            weeks = await _record_three_years(client, relationship, WEEKS if size.turns > 1 else 12)
            connection = await connect(urls["worker"])
            times = max(size.requests // 10, 20)

            async def ours() -> Rate:
                async def open_it() -> None:
                    shown = await client.get(f"/relationships/{relationship}")
                    assert len(shown.json()["meetings"]) == weeks, shown.text[:200]

                before = service.cpu()
                slow = await _slowest_of(times, open_it)
                return Rate(1 / slow, (service.cpu() - before) / times * 1e6)

            async def ceiling() -> Rate:
                async def read() -> None:
                    for statement in _ROWS:
                        await connection.fetch(statement, relationship)

                return Rate(1 / await _slowest_of(times, read))

            await ours()
            await ceiling()
            mine, at_most = await in_turns(size.turns, ours, ceiling)
            await connection.close()
    what = "opening a relationship with three years of weekly records, one client: one over p95"
    return Ratio(what, "the SQL alone", mine, at_most)


async def _record_three_years(client: httpx.AsyncClient, relationship: UUID, weeks: int) -> int:
    """Record a meeting a week, and wait until all of them are seen; return how many there are."""
    days = [THREE_YEARS_AGO + timedelta(weeks=nth) for nth in range(weeks)]
    path = f"/relationships/{relationship}"
    position = "0"
    for nth, day in enumerate(days):
        on = day if bank_holiday_on(day) is None else day + timedelta(days=1)
        on = on if bank_holiday_on(on) is None else on + timedelta(days=1)
        body = held(on) | {"discussed": "Questions that let the class think, and what to do with a wrong answer."}
        headers = {"Idempotency-Key": f"week-{nth}"}
        answer = await client.post(f"{path}/meetings", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        position = answer.headers["Alongside-Position"]
    deadline = time.monotonic() + SEEN_WITHIN
    while True:  # a query waits for its position, for a moment at a time
        answer = await client.get(path, headers={"Alongside-Min-Position": position})
        if answer.is_success:
            return len(days)
        assert time.monotonic() < deadline, answer.text


async def _slowest_of(times: int, work: Callable[[], Awaitable[None]]) -> float:
    """Seconds of the slowest of twenty, over so many turns one after the other."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        took.append(time.perf_counter() - begun)
    return _slowest(took, 95)


def _slowest(took: list[float], percentile: int) -> float:
    return quantiles(took, n=100, method="inclusive")[percentile - 1]
