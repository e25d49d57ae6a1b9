"""`python -m bench.imports`: the whole register of schools through the API, as a partnership's first evening does it.

An extract as wide as the register's own (140 columns) is drawn from a seed and brought to a referral process of its
own: a dry run, then its confirmation. Beside the seconds stands what the same file costs when it is only read by
Python's `csv`, and the process's peak of resident memory.
"""

import argparse
import asyncio
import csv
import io
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import uvloop
from rich.console import Console
from rich.table import Table

from alongside.local.stack import Stack
from bench.children import peak_memory, serving
from bench.http import environment
from bench.seed import TENANT
from bench.servers import Servers
from shared.kernel.telemetry import set_up_logs, set_up_traces

SCHOOLS = 52_000
COLUMNS = 140
WITHIN = 120.0
"""Seconds that a request may take."""
WANTED = "20 s, 300 MB"


def extract(schools: int, seed: int = 1) -> bytes:
    """An extract in Windows-1252 with a row a school; the columns that nobody reads are filled as well."""
    text = io.StringIO(newline="")
    rows = _rows(schools, random.Random(seed))
    first = next(rows)
    filled = [f"Unread column {number}" for number in range(COLUMNS - len(first))]
    writer = csv.writer(text)
    writer.writerow([*first, *filled])
    for row in (first, *rows):
        writer.writerow([*row.values(), *("not read" for _ in filled)])
    return text.getvalue().encode("cp1252")


def _rows(schools: int, chance: random.Random) -> Iterator[dict[str, object]]:
    for number in range(schools):
        primary = chance.random() < 0.8
        trust = chance.randrange(2_000) if chance.random() < 0.5 else None
        yield {
            "URN": 100_000 + number,
            "LA (code)": 200 + number % 150,
            "LA (name)": f"Council {number % 150}",
            "EstablishmentName": f"School {number}",
            "TypeOfEstablishment (code)": "01",
            "TypeOfEstablishment (name)": "Community school",
            "EstablishmentStatus (code)": 1 if chance.random() < 0.55 else 2,
            "OpenDate": "01-09-1998",
            "CloseDate": "",
            "PhaseOfEducation (name)": "Primary" if primary else "Secondary",
            "StatutoryLowAge": 4 if primary else 11,
            "StatutoryHighAge": 11 if primary else 18,
            "Gender (name)": "Mixed",
            "ReligiousCharacter (name)": "None",
            "AdmissionsPolicy (name)": "Not applicable",
            "SpecialClasses (name)": "No Special Classes",
            "NumberOfPupils": chance.randrange(50, 1_500),
            "PercentageFSM": chance.randrange(600) / 10,
            "Trusts (code)": "" if trust is None else trust,
            "Trusts (name)": "" if trust is None else f"Trust {trust}",
            "UKPRN": 10_000_000 + number,
            "Town": "Town",
            "Postcode": "LS6 1AA",
            "UrbanRural (name)": "(England/Wales) Urban major conurbation",
            "TypeOfResourcedProvision (name)": "",
            "Easting": chance.randrange(400_000, 480_000),
            "Northing": chance.randrange(400_000, 480_000),
        }


async def measured(servers: Servers, schools: int) -> dict[str, float]:
    """Seconds of each step, and the process's peak of memory in MB."""
    content = extract(schools)
    begun = time.perf_counter()
    rows = sum(1 for _ in csv.reader(io.StringIO(content.decode("cp1252"), newline="")))
    found = {"rows": rows - 1, "read by csv alone, s": time.perf_counter() - begun}
    async with servers.database("referral") as urls:
        env = environment(servers, "referral", dict(urls))
        async with (
            serving("services.referral.main", "api", env=env) as served,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", timeout=WITHIN, trust_env=False) as client,
        ):
            client.headers["Authorization"] = f"Bearer {servers.issuer.token('lead', TENANT, ['partnership_lead'])}"
            begun = time.perf_counter()
            brought = await client.post(
                "/imports", params={"kind": "schools"}, content=content, headers={"Content-Type": "text/csv"}
            )
            brought.raise_for_status()
            found["dry run, s"] = time.perf_counter() - begun
            begun = time.perf_counter()
            confirmed = await client.post(
                f"/imports/{brought.json()['import_id']}/confirmation", json={"on": "2026-09-01"}
            )
            confirmed.raise_for_status()
            found["confirmation, s"] = time.perf_counter() - begun
            found["peak memory, MB"] = peak_memory(served.process.pid) / 1e6
    return found


def main() -> None:
    """Start a stack, measure, print."""
    parser = argparse.ArgumentParser(prog="bench.imports", description=__doc__)
    parser.add_argument("--schools", type=int, default=SCHOOLS, help="rows of the extract")
    chosen = parser.parse_args()
    set_up_logs("WARNING")
    set_up_traces("bench", None)
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as state, Stack(Path(state)) as stack:
        servers = Servers(stack.admin_url, stack.bootstrap_servers, Path(state))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(measured(servers, chosen.schools))
    table = Table("what", "measured", title=f"The register of schools (wanted: {WANTED} a step)")
    for name, figure in found.items():
        table.add_row(name, f"{figure:,.2f}" if isinstance(figure, float) else f"{figure:,}")
    Console().print(table)


if __name__ == "__main__":
    main()
