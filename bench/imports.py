"""Import files through the API and the command line's client, against Python's `csv` reading the same rows.

The register as wide as it is (140 columns) is drawn from a seed and brought to a referral process of its own: a dry
run, then its confirmation. So are trainees from a workbook, and their referrals. An earlier turn would leave nothing
to record, so that each file is brought once.
"""

import csv
import io
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

import httpx
import openpyxl

from bench.children import Serving, peak_memory, said_by, serving
from bench.figures import Finding, Peak, Rate, Ratio, Size
from bench.http import environment
from bench.seed import TENANT
from bench.servers import Servers

COLUMNS = 140
WITHIN = 600.0
"""Seconds that a request may take."""
TODAY = datetime.now(UTC).date()
"""As at the command line: a file that is confirmed for the day of its check is not checked again."""
_FIRST = TODAY.year if TODAY.month >= 9 else TODAY.year - 1
PROGRAMME = {
    "template": "ite-placement",
    "academic_year": f"{_FIRST}/{(_FIRST + 1) % 100:02}",
    "starts_on": f"{_FIRST}-09-01",
    "ends_on": f"{_FIRST + 1}-08-31",
    "on": f"{TODAY}",
}
MIB = 1024 * 1024
SINGLE = 50
"""Referrals that are made by single calls."""


def extract(schools: int, seed: int = 1) -> bytes:
    """An extract in Windows-1252 with a row a school; the columns that nobody reads are filled as well."""
    text = io.StringIO(newline="")
    rows = register(schools, random.Random(seed))
    first = next(rows)
    filled = [f"Unread column {number}" for number in range(COLUMNS - len(first))]
    writer = csv.writer(text)
    writer.writerow([*first, *filled])
    for row in (first, *rows):
        writer.writerow([*row.values(), *("not read" for _ in filled)])
    return text.getvalue().encode("cp1252")


def register(schools: int, chance: random.Random) -> Iterator[dict[str, object]]:
    """Rows of the register of schools, as far as they are read."""
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


def trainees(number: int) -> Iterator[dict[str, object]]:
    """Rows of trainees, with their days as days."""
    chance = random.Random(1)
    for nth in range(number):
        yield {
            "provider_trainee_id": f"T-{nth:05}",
            "given_name": "Elif",
            "family_name": f"Kaya{chr(97 + nth % 26)}",
            "email": f"t{nth}@trainees.example.org",
            "trn": f"{1_000_000 + nth}",
            "hesa_id": f"{10**12 + nth}",
            "subject": "mathematics",
            "phase": "secondary",
            "training_route": "provider_led_postgrad",
            "course_starts_on": date(2026, 9, 1),
            "course_ends_on": date(2027, 6, 25),
            "home_easting": chance.randrange(400_000, 480_000),
            "home_northing": chance.randrange(400_000, 480_000),
            "home_area": "LS6",
            "travel_mode": "car",
            "travel_limit_minutes": 60,
            "placements_left": 2,
        }


def referrals(number: int) -> Iterator[dict[str, object]]:
    """Rows of referrals of the first of those trainees."""
    for row in trainees(number):
        reference = row["provider_trainee_id"]
        yield {"provider_trainee_id": reference, "purpose": "induction", "reasons": "general_placement"}


def csv_of(rows: Iterable[Mapping[str, object]]) -> bytes:
    """The rows as CSV."""
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row))
            writer.writeheader()
        writer.writerow(row)
    return text.getvalue().encode()


def workbook_of(rows: Iterable[dict[str, object]]) -> bytes:
    """The rows as a workbook of one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Trainees")
    for nth, row in enumerate(rows):
        if nth == 0:
            sheet.append(list(row))
        sheet.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def against_csv(servers: Servers, size: Size) -> list[Finding]:
    """The rows of the table."""
    schools = extract(size.schools)
    async with servers.database("referral") as urls, servers.topics() as settings:
        env = environment(servers, "referral", dict(urls), settings.alongside_topic_prefix)
        async with (
            serving("services.referral.main", "worker", env=env),
            serving("services.referral.main", "api", env=env) as served,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", timeout=WITHIN, trust_env=False) as client,
        ):
            client.headers["Authorization"] = f"Bearer {servers.issuer.token('lead', TENANT, ['partnership_lead'])}"
            ours = [await bring(client, served, "schools", schools, size.schools)]
            found: list[Finding] = [
                Ratio("import of the register", "csv reads it", ours, [_read(schools, size.schools)], least=4333),
                Peak("API process, import of the register", peak_memory(served.process.pid), 250 * MIB),
                Peak("command line, import of the register", await _command_line(servers, served, size), 100 * MIB),
            ]
            opened = await client.post("/programmes", json=PROGRAMME)
            people = workbook_of(trainees(size.trainees))
            what = f"import of {size.trainees:,} trainees from a workbook"
            ours = [await bring(client, served, "trainees", people, size.trainees)]
            opening = [_opened(people, size.trainees)]
            found.append(Ratio(what, "openpyxl alone opens and reads it", ours, opening, least=2000))
            single = [await _single_referrals(client, served, opened.json()["programme_id"], size)]
            ours = [await bring(client, served, "referrals", csv_of(referrals(size.referrals)), size.referrals)]
            what = f"import of {size.referrals:,} referrals"
            found.append(Ratio(what, "one call for each", ours, single, wanted=10, least=284))
    return found


async def _single_referrals(client: httpx.AsyncClient, served: Serving, programme_id: str, size: Size) -> Rate:
    """Refer trainees who are not in the file, one after the other."""
    seen = await client.get("/people", params={"kind": "trainee", "limit": 1000})
    in_file = {row["provider_trainee_id"] for row in referrals(size.referrals)}
    ids = [person["person_id"] for person in seen.json() if person["reference"] not in in_file][:SINGLE]
    cpu, begun = served.cpu(), time.perf_counter()
    for trainee_id in ids:
        body = {"programme_id": programme_id, "trainee_id": trainee_id, "on": f"{TODAY}"}
        why = {"purpose": "induction", "reasons": ["general_placement"]}
        (await client.post("/referrals", json=body | why)).raise_for_status()
    return Rate(len(ids) / (time.perf_counter() - begun), (served.cpu() - cpu) / len(ids) * 1e6)


async def bring(client: httpx.AsyncClient, served: Serving, kind: str, content: bytes, rows: int) -> Rate:
    """Bring a file: dry run and confirmation."""
    cpu, begun = served.cpu(), time.perf_counter()
    brought = await client.post(
        "/imports", params={"kind": kind}, content=content, headers={"Content-Type": "application/octet-stream"}
    )
    brought.raise_for_status()
    assert not brought.json()["errors"], brought.json()["errors"][:3]
    confirmed = await client.post(f"/imports/{brought.json()['import_id']}/confirmation", json={"on": f"{TODAY}"})
    confirmed.raise_for_status()
    rate = Rate(rows / (time.perf_counter() - begun), (served.cpu() - cpu) / rows * 1e6)
    client.headers["Alongside-Min-Position"] = confirmed.headers.get("Alongside-Position", "0")
    return rate


def _read(content: bytes, rows: int) -> Rate:
    cpu, begun = time.process_time(), time.perf_counter()
    assert sum(1 for _ in csv.reader(io.StringIO(content.decode("cp1252"), newline=""))) == rows + 1
    return Rate(rows / (time.perf_counter() - begun), (time.process_time() - cpu) / rows * 1e6)


def _opened(content: bytes, rows: int) -> Rate:
    cpu, begun = time.process_time(), time.perf_counter()
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == rows + 1
    return Rate(rows / (time.perf_counter() - begun), (time.process_time() - cpu) / rows * 1e6)


async def _command_line(servers: Servers, served: Serving, size: Size) -> int:
    """The most memory that a process of the command line has while it sends the register."""
    path = servers.state / "register.csv"
    path.write_bytes(extract(size.schools))
    asked = {"url": f"http://127.0.0.1:{served.port}", "state": f"{servers.state}", "file": f"{path}", "on": f"{TODAY}"}
    return int(await said_by("bench.upload", asked=asked))
