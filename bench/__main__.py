"""`python -m bench`: measure on a local stack of its own, print a table, save it as JSON."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from alongside.stack.stack import Stack
from bench.append import appended, inserted
from bench.relay import produced, relayed
from bench.servers import Servers

RUNS = 5


async def measure(servers: Servers, what: Callable[[Servers], Awaitable[float]]) -> float:
    """The median of several runs, in units a second."""
    return median([await what(servers) for _ in range(RUNS)])


async def run(servers: Servers) -> list[dict[str, float | str]]:
    """Every pair of a figure and its ceiling."""
    rows: list[dict[str, float | str]] = []
    for name, ours, ceiling_name, ceiling in (
        ("append, one event a command", appended, "one INSERT a transaction", inserted),
        ("relay to Kafka, acknowledged by all", relayed, "plain aiokafka producer", produced),
    ):
        reached, at_most = await measure(servers, ours), await measure(servers, ceiling)
        rows.append(
            {
                "what": name,
                "per_second": reached,
                "ceiling": ceiling_name,
                "ceiling_per_second": at_most,
                "ratio": reached / at_most,
            }
        )
    return rows


def main() -> None:
    """Start a stack, measure, print, save."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures are saved")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as state, Stack(Path(state)) as stack:
        rows = asyncio.run(run(Servers(stack.admin_url, stack.bootstrap_servers)))
    chosen.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    table = Table("what", "per second", "ceiling", "per second", "ratio", title=f"Medians of {RUNS} runs")
    for row in rows:
        table.add_row(
            f"{row['what']}",
            f"{row['per_second']:,.0f}",
            f"{row['ceiling']}",
            f"{row['ceiling_per_second']:,.0f}",
            f"{row['ratio']:.2f}",
        )
    Console().print(table)


main()
