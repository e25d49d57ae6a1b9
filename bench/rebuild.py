"""Rebuilding a read model from a million events, against reading the events and COPY of the finished rows."""

from typing import Any

from bench.children import said_by
from bench.figures import Finding, Growth, Peak, Rate, Ratio, Size, in_turns
from bench.rebuilding import TARGETS
from bench.seed import COHORT, seed_targets
from bench.servers import Servers
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.read_models import prepare_read_models


async def against_copy(servers: Servers, size: Size) -> list[Finding]:
    """The rebuild's row, the memory that it took, and how its speed changes with the events."""
    points = []
    for events in (size.rebuilt // 100, size.rebuilt // 10):
        done = await _alone(servers, events)
        points.append((events, done["per_second"]))
    async with servers.database("reporting") as urls:
        await seed_targets(urls["admin"], size.rebuilt)
        await _prepare(urls["worker"])
        peaks: list[int] = []

        async def ours() -> Rate:
            done = await _said("ours", urls["worker"], size.rebuilt)
            peaks.append(done["peak"])
            return Rate(done["per_second"], done["cpu"])

        async def ceiling() -> Rate:
            done = await _said("ceiling", urls["worker"], size.rebuilt)
            return Rate(done["per_second"], done["cpu"])

        await ours()  # the ceiling copies its rows
        mine, at_most = await in_turns(size.rebuilds, ours, ceiling)
    points.append((size.rebuilt, Ratio("", "", mine, at_most).per_second))
    return [
        Ratio(
            f"rebuild of a read model from {size.rebuilt:,} events",
            "reading the events and COPY of the finished rows",
            mine,
            at_most,
            wanted=0.5,
        ),
        Peak(f"rebuild from {size.rebuilt:,} events", max(peaks)),
        Growth("rebuild, by events", "events", points),
    ]


async def _alone(servers: Servers, events: int) -> dict[str, Any]:
    async with servers.database("reporting") as urls:
        await seed_targets(urls["admin"], events)
        await _prepare(urls["worker"])
        return await _said("ours", urls["worker"], events)


async def _prepare(url: str) -> None:
    async with await open_pool(url, size=2) as pool:
        await prepare_read_models(pool, [TARGETS])


async def _said(what: str, url: str, events: int) -> dict[str, Any]:
    done: dict[str, Any] = await said_by("bench.rebuilding", what, url)
    whole, rest = divmod(events, 4 * COHORT)
    rows = whole * COHORT + min(rest, COHORT)
    assert done["rows"] == rows, f"{done['rows']} rows of {rows}"
    return done
