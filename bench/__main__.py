"""`python -m bench`: measure on a local stack of its own, print a table, save it as JSON, write the page."""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import uvloop

from alongside.local.stack import Stack
from bench import append, consume, http, imports, latency, rebuild, relay, report, reports, rounds, weeks
from bench.figures import FULL, QUICK, Finding, Size
from bench.servers import Servers
from shared.kernel.service.command_line import tune_garbage_collector
from shared.kernel.telemetry import set_up_logs, set_up_traces

BENCHMARKS: Mapping[str, Callable[[Servers, Size], Awaitable[list[Finding]]]] = {
    "append": append.against_insert,
    "library": append.against_library,
    "http": http.against_nothing,
    "relay": relay.against_producer,
    "consume": consume.against_copy,
    "rebuild": rebuild.against_copy,
    "latency": latency.against_kafka,
    "growth": append.growing,
    "imports": imports.against_csv,
    "rounds": rounds.against_solver,
    "reports": reports.against_bare_tables,
    "weeks": weeks.against_nothing_and_sql,
}


async def run(servers: Servers, names: Sequence[str], size: Size) -> dict[str, list[Finding]]:
    """What these benchmarks find, one after the other."""
    found: dict[str, list[Finding]] = {}
    for name in names:
        print(f"{name} ...", flush=True)
        found[name] = await BENCHMARKS[name](servers, size)
    return found


def main() -> None:
    """Start a stack, measure, print, save."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="NAME")
    parser.add_argument(
        "--quick", action="store_true", help="in seconds, to see that it works; its figures mean little"
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures are saved")
    parser.add_argument("--write", action="store_true", help=f"write {report.PAGE.name}; rows of others stay")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    set_up_logs("WARNING")
    set_up_traces("bench", None)
    on = report.machine()
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as state, Stack(Path(state)) as stack:
        tune_garbage_collector()
        servers = Servers(stack.admin_url, stack.bootstrap_servers, Path(state))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(run(servers, chosen.only, size))
    findings = [finding for benchmark in found.values() for finding in benchmark]
    report.save(report.as_json(findings, on, size.turns), chosen.json)
    report.show(findings, size.turns)
    if chosen.write:
        report.write(found, on, size.turns, list(BENCHMARKS))


if __name__ == "__main__":
    main()
