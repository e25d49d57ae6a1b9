"""The findings as a table, as JSON, and as the page `docs/reference/performance.md`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import Answered, Finding, Growth, Latency, Peak, Ratio

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"
LINES = PAGE.with_suffix(".json")
"""The lines of the page by benchmark, of which those that are not run again stay as they are."""
_PAGE = """# Performance

Written by `python -m bench --write` from its own figures: change the code, not this page. Each figure is the median of
the turns of its run (three for the rebuild, one for a file or a round) and stands beside a ceiling that was measured in
the same run. The database is durable. Ratios travel between machines, figures a second do not.

| what | reached | ceiling | reaches | ratio | wanted | | measured on |
|---|---|---|---|---|---|---|---|
{rows}

PostgreSQL, Kafka, services and clients were all on one machine:

{measured}

{notes}
## What is missed

{missed}

## Processor time

What one unit takes of the process that is measured, in microseconds: what else a busy machine does changes it less than
the rates above. PostgreSQL's and Kafka's own time is not in it.

| what | ours | ceiling |
|---|---|---|
{cpu}

## As work grows

{growth}

## What the rows mean

- A command appended has a stream, a compare-and-set and a place in the order of the whole store; the plain INSERT has
  none of them. The `eventsourcing` library is searched for its fastest mode and number of threads, and spared its own
  serialiser.
- The HTTP command is a mentor's record of a missed meeting, with token and idempotency key: two streams loaded, one
  decision, one append. The route beside it does everything but that.
- A weekly meeting is held, with minutes and one target: one request of five fields. Five hundred mentors send theirs at
  once, so that the slowest of a hundred waits for most of the others. Three years of weekly records are opened in one
  request, with every text decrypted; the SQL beside it reads the same rows, and nothing else. Both rows are of the
  slowest one of a hundred, or of twenty: one over its seconds.
- The consumer's row is a worker's consumer with all that it does for every service (messages, marks, what is parked,
  decoding), and as its effect the fold into rows, in one transaction a batch. No service is made that way: reporting,
  the only one that answers from others' events, stores each of them for good before it projects. Its rows are the path
  of production, and are held to the same figures. The ceiling copies finished rows and stores no event.
- A round over HTTP is left to the worker, and ends when its result, with all that it explains, has been read. The
  solver alone has the same problem in memory and stores nothing. Scipy solves the largest round without limits on
  places, which it cannot state.
- Latency counts from the answer's arrival at the client until another connection can see the row.

When not to use these figures: to size a deployment. Measure there.
"""
HEADINGS = ("what", "a second", "ceiling", "a second", "ratio", "wanted", "")


def machine() -> dict[str, Any]:
    """The class of the machine, and how busy it was with other things when the run began."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def as_json(findings: Sequence[Finding], on: Mapping[str, Any], turns: int) -> dict[str, Any]:
    """Everything that was measured, with the medians beside the turns."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": dict(on),
        "turns": turns,
        "findings": [{"kind": type(one).__name__.lower(), **asdict(one), **_medians(one)} for one in findings],
    }


def _medians(finding: Finding) -> dict[str, Any]:
    match finding:
        case Ratio():
            return {
                "per_second": finding.per_second,
                "ceiling_per_second": finding.ceiling_per_second,
                "ratio": finding.ratio,
                "cpu": dict(zip(("ours", "theirs"), finding.cpu, strict=True)),
                "misses": finding.misses,
            }
        case Latency():
            return {f"p{at}": dict(zip(("ours", "theirs"), finding.at(at), strict=True)) for at in (50, 99)} | {
                "misses": finding.misses
            }
        case Answered():
            return {"p95": dict(zip(("ours", "theirs"), finding.p95, strict=True)), "misses": finding.misses}
        case Peak():
            return {"misses": finding.misses}
        case Growth():
            return {}


def rows(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """The table's rows, each as long as `HEADINGS`; the last cell is what is missed, if anything is."""
    return [row for finding in findings for row in _row(finding)]


def _row(finding: Finding) -> list[tuple[str, ...]]:
    missed = "missed" if not isinstance(finding, Growth) and finding.misses else ""
    match finding:
        case Ratio():
            wanted = [f"{finding.wanted:g}"] if finding.wanted is not None else []
            wanted += [f"{finding.least:,.0f} a second"] if finding.least is not None else []
            ratio = f"{finding.ratio:.2f}"
            figures = (f"{finding.per_second:,.0f}", finding.ceiling, f"{finding.ceiling_per_second:,.0f}", ratio)
            return [(finding.what, *figures, ", ".join(wanted), missed)]
        case Latency():
            return [
                (
                    f"{finding.what}, p{at}",
                    f"{ours:.1f} ms",
                    finding.beside,
                    f"{theirs:.1f} ms",
                    f"+{ours - theirs:.1f} ms",
                    f"within {apart:g} ms",
                    "missed" if ours - theirs > apart else "",
                )
                for at, apart in finding.wanted
                for ours, theirs in [finding.at(at)]
            ]
        case Answered():
            ours, theirs = finding.p95
            wanted_within = f"within {finding.within:g} ms"
            figures = (f"{ours:.0f} ms", finding.beside, f"{theirs:.0f} ms", f"{theirs / ours:.2f}")
            return [(f"{finding.what}, p95", *figures, wanted_within, missed)]
        case Peak():
            most = f"{finding.may_have / 2**20:.0f} MiB"
            return [(f"memory: {finding.what}", f"{finding.had / 2**20:.0f} MiB", "", "", "", f"under {most}", missed)]
        case Growth():
            return []


def grown(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """How cost grows: what, and the rate at each amount of work."""
    return [
        (finding.what, ", ".join(f"{amount:,}: {rate:,.0f} a second" for amount, rate in finding.points))
        for finding in findings
        if isinstance(finding, Growth)
    ]


def spent(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """What a unit takes of the processor: what, ours, and the ceiling's; microseconds."""
    return [
        (finding.what, *(f"{cpu:,.1f}" for cpu in finding.cpu))
        for finding in findings
        if isinstance(finding, Ratio) and all(finding.cpu)
    ]


def show(findings: Sequence[Finding], turns: int) -> None:
    """Print it."""
    console = Console()
    table = Table(*HEADINGS, title=f"Medians of {turns} turns")
    for row in rows(findings):
        table.add_row(*row, style="red" if row[-1] else "")
    console.print(table)
    if spent(findings):
        processor = Table("processor time", "ours, us", "ceiling, us", title="Of the process that is measured")
        for one in spent(findings):
            processor.add_row(*one)
        console.print(processor)
    if grown(findings):
        growth = Table("as work grows", "a second", title="Growth")
        for line in grown(findings):
            growth.add_row(*line)
        console.print(growth)


def lines_of(findings: Sequence[Finding], on: Mapping[str, Any], turns: int) -> dict[str, Any]:
    """What the page shows of one benchmark."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "measured": f"{turns} turns; {on['cores']} cores ({on['processor']}), {on['memory_gib']} GiB, {on['system']}, "
        f"Python {on['python']}, load before the run {on['load_before']}",
        "rows": [list(row) for row in rows(findings)],
        "notes": [f"{one.what}: {one.note}." for one in findings if isinstance(one, Ratio) and one.note],
        "cpu": [list(row) for row in spent(findings)],
        "growth": [f"{what}: {points}." for what, points in grown(findings)],
    }


def write(found: Mapping[str, Sequence[Finding]], on: Mapping[str, Any], turns: int, order: Sequence[str]) -> None:
    """Write the page; `order` are the names of all benchmarks, of which those that were not run keep their lines."""
    before = json.loads(LINES.read_text(encoding="utf-8")) if LINES.exists() else {}
    now = before | {name: lines_of(findings, on, turns) for name, findings in found.items()}
    lines = {name: now[name] for name in order if name in now}
    save(lines, LINES)
    PAGE.write_text(page(lines), encoding="utf-8")


def page(lines: Mapping[str, Mapping[str, Any]]) -> str:
    """The page: what was measured, when and on what, and what is missed; `lines` are those of each benchmark."""
    rows = [[*row, one["date"]] for one in lines.values() for row in one["rows"]]
    missed = [row for row in rows if row[6]]
    runs: dict[str, list[str]] = {}
    for name, one in lines.items():
        runs.setdefault(f"{one['date']}, {one['measured']}", []).append(name)
    return _PAGE.format(
        measured="\n".join(f"- {measured}: {', '.join(names)}." for measured, names in runs.items()),
        rows="\n".join(f"| {' | '.join(row)} |" for row in rows),
        notes="".join(f"- {note}\n" for one in lines.values() for note in one["notes"]),
        cpu="\n".join(f"| {' | '.join(row)} |" for one in lines.values() for row in one["cpu"]),
        missed="\n".join(f"- {row[0]}: {row[4] or row[1]}, wanted {row[5]}." for row in missed) or "Nothing.",
        growth="\n".join(f"- {line}" for one in lines.values() for line in one["growth"]),
    )


def save(found: Mapping[str, Any], to: Path) -> None:
    """As JSON."""
    to.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
