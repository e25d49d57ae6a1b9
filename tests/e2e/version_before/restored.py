"""What the version before left, put back on the run's servers, and today's services on it.

Of today's code this names nothing but the command line, the HTTP and the tables, which stay when all else moves.
"""

import asyncio
import json
import lzma
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer

from shared.kernel.postgres.provision import ROLES, provision

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SERVICES = ("referral", "matching", "sessions", "reporting")
ADDED = ("portal",)
"""Services that the version before did not have; their databases are new."""
TOPICS = ("referral", "matching", "sessions", "people")
PATIENCE = 120.0
"""Seconds that anything may take."""

MOVED = {
    ("reporting", "/placements"): ("placements", "placements"),
    ("reporting", "/caseload"): ("caseloads", "relationships"),
    ("reporting", "/schools/meetings"): ("meetings-by-school", "schools"),
}
"""Reports that have another address today, and the name of their rows in the answer of before."""
SMALL_GROUPS = "Schools are shown however few relationships they have: this is for those who run the placements."
PASSWORD = "test"
UP = "Stop with Ctrl-C."
"""What the command line prints last, once every service is ready."""

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_ONE_AFTER_THE_OTHER = """
import contextlib, io, json, runpy, sys
said = []
for words in json.load(sys.stdin):
    sys.argv = ["alongside", *words]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_module("alongside", run_name="__main__")
        except SystemExit as end:
            assert not end.code, words
    said.append(out.getvalue())
json.dump(said, sys.stdout)
"""


def read_file(name: str) -> str:
    """Read one of the compressed files of this folder, as text."""
    return lzma.decompress((HERE / f"{name}.xz").read_bytes()).decode()


def lines(name: str) -> list[dict[str, Any]]:
    """One of the files of this folder that hold a JSON object a line."""
    return [json.loads(line) for line in read_file(name).splitlines()]


def until(look: Callable[[], T], enough: Callable[[T], bool], what: str) -> T:
    """Look until it is enough; AssertionError after a while."""
    end = time.monotonic() + PATIENCE
    while not enough(found := look()):
        assert time.monotonic() < end, f"{what}: {found}"
        time.sleep(0.05)
    return found


@dataclass
class Platform:
    """The databases and topics of the version before, under names of their own, and whoever serves them today."""

    name: str
    admin_url: str
    environment: Mapping[str, str]
    http: httpx.Client
    addresses: dict[str, str] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def says(self, *words: str) -> str:
        """What a command that goes well prints."""
        done = self._python("-m", "alongside", *words)
        assert done.returncode == 0, done
        return done.stdout

    def says_each(self, commands: Sequence[Sequence[str]]) -> list[str]:
        """What each of many commands prints, typed in one process: a process for each would take a second."""
        done = self._python("-c", _ONE_AFTER_THE_OTHER, typed=json.dumps(commands))
        assert done.returncode == 0, done
        found: list[str] = json.loads(done.stdout)
        return found

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """What a service's database answers to its superuser."""
        return asyncio.run(_rows(_url(self.admin_url, f"{self.name}_{service}"), query))

    def ask(self, question: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and answer of somebody's question, in the form of before if the address is another one today."""
        asked = {name: question[name] for name in ("tenant", "who", "service", "path")}
        path, _, parameters = asked["path"].partition("?")
        if (asked["service"], path) not in MOVED:
            return self.send("GET", **asked)
        report, rows = MOVED[asked["service"], path]
        found = self._rows_of(asked, f"/reports/{report}?{parameters}")
        if report == "caseloads":
            active = self._rows_of(asked, f"/reports/mentoring?{parameters}&active=true")
            active.sort(key=itemgetter("starts_on", "relationship_id"))
            for mentor in found:
                mentor[rows] = [each for each in active if each["mentor_id"] == mentor["mentor_id"]]
            rows = "mentors"
        return 200, {"as_of": "2026-10-25", "small_groups": SMALL_GROUPS, "up_to_date_at": None, rows: found}

    def _rows_of(self, asked: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
        status, page = self.send("GET", **{**asked, "path": path})
        assert (status, page["next"]) == (200, None), page
        rows: list[dict[str, Any]] = page["rows"]
        return rows

    def send(
        self, method: str, tenant: str, who: str, service: str, path: str, body: str | None = None, key: str = ""
    ) -> tuple[int, Any]:
        """Status and answer of what somebody asks or commands."""
        headers = {"Authorization": f"Bearer {self.tokens[tenant, who]}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        answer = self.http.request(method, self.addresses[service] + path, headers=headers, content=body)
        return answer.status_code, answer.json()

    def know(self, people: Sequence[tuple[str, str]]) -> None:
        """Get to know where the services answer, and a token for each of these people, by tenant and persona."""
        asked = [("token", "--as", who, "--tenant", tenant) for tenant, who in people]
        addresses, *tokens = self.says_each([("addresses",), *asked])
        said = dict(word.split("=", 1) for word in shlex.split(addresses) if "=" in word)
        self.addresses = {service: said[service.upper()] for service in SERVICES}
        self.tokens = dict(zip(people, map(str.strip, tokens), strict=True))

    def statuses(self) -> list[dict[str, Any]]:
        """How far every service is."""
        found: list[dict[str, Any]] = json.loads(self._python("-m", "alongside", "status", "--json").stdout)
        return found

    def catch_up(self) -> None:
        """Wait until every service has taken in all that there is."""
        until(self.statuses, lambda found: all(map(_has_caught_up, found)), "nobody is behind")

    def verify(self) -> list[tuple[str, dict[str, Any]]]:
        """Run every check of every service."""
        found = json.loads(self._python("-m", "alongside", "verify", "--json").stdout)
        return [(service, check) for service, checks in found.items() for check in checks]

    def _python(self, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def _has_caught_up(one: Mapping[str, Any]) -> bool:
    followers = (one["relay"], *one["read_models"], *one["processes"])
    behind = any(follower["behind"] for follower in followers)
    return one["consumer_lag"] == 0 and not behind and not one["unheard"]


@contextmanager
def restore_version_before(admin_url: str, kafka_bootstrap: str, state: Path) -> Iterator[Platform]:
    """Restore the four databases as the version before left them, before anything reads them; drop them at the end."""
    name = f"before{uuid4().hex[:8]}"
    databases = {
        f"DATABASE_URL_{service.upper()}_{role.upper()}": _url(
            admin_url, f"{name}_{service}", f"{name}_{service}_{role}"
        )
        for service in (*SERVICES, *ADDED)
        for role in ROLES
    }
    environment = {
        **os.environ,
        **databases,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "ALONGSIDE_TOPIC_PREFIX": name,
        "ALONGSIDE_MASTER_KEY": (HERE / "master_key.txt").read_text().strip(),
        "ALONGSIDE_STATE": str(state),
    }
    try:
        asyncio.run(_restore(admin_url, name))
        with httpx.Client(timeout=PATIENCE, trust_env=False) as http:
            yield Platform(name, admin_url, environment, http)
    finally:
        asyncio.run(_drop(admin_url, name))


@contextmanager
def serve(platform: Platform, output: Path) -> Iterator[None]:
    """Run today's services on the platform, each with API and worker in a process, as the command line starts them."""
    command = [sys.executable, "-m", "alongside", "up"]
    with (
        output.open("w") as out,
        subprocess.Popen(command, cwd=ROOT, env=platform.environment, stdout=out, stderr=out) as process,
    ):
        try:
            until(lambda: (process.poll(), output.read_text()), lambda said: said[0] is not None or UP in said[1], "up")
            assert process.poll() is None, output.read_text()
            yield
        finally:
            process.terminate()


def fill_topics(platform: Platform, kafka_bootstrap: str) -> None:
    """Put what the version before sent into today's topics, each message into its partition and in order."""
    asyncio.run(_fill_topics(platform.name, kafka_bootstrap))


async def _fill_topics(name: str, kafka_bootstrap: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", enable_idempotence=True) as producer:
        acknowledged = [
            await producer.send(
                _rename(message["topic"], name),
                None if message["value"] is None else message["value"].encode(),
                key=message["key"].encode(),
                partition=message["partition"],
                headers=[(header, value.encode()) for header, value in message["headers"]],
            )
            for message in lines("topics.jsonl")
        ]
        await asyncio.gather(*acknowledged)


def _rename(text: str, name: str) -> str:
    """Put this run's names of databases, their roles, and topics into a text."""
    for service in SERVICES:
        text = text.replace(f"alongside_{service}", f"{name}_{service}")
    for topic in TOPICS:
        text = text.replace(f"alongside.{topic}.v1", f"{name}.{topic}.v1")
    return text


async def _restore(admin_url: str, name: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        for group in ("alongside_app", "alongside_worker"):
            if not await admin.fetchval("select 1 from pg_roles where rolname = $1", group):
                await admin.execute(f"create role {group} nologin")
        for service in SERVICES:
            for role in ROLES:
                await admin.execute(f"create role {name}_{service}_{role} login password '{PASSWORD}'")
            for role in ("app", "worker"):
                await admin.execute(f"grant alongside_{role} to {name}_{service}_{role}")
            await _load(admin, _url(admin_url, f"{name}_{service}"), _rename(read_file(f"{service}.sql"), name))
    finally:
        await admin.close()
    for service in ADDED:  # as `alongside provision` does
        await provision(admin_url, service, dict.fromkeys(ROLES, PASSWORD), f"{name}_{service}")


async def _load(admin: Connection, url: str, dump: str) -> None:
    """Run a dump, as `psql` would: at its lines that begin with a backslash it goes on in the database just made."""
    making, *filling = (re.sub(r"^\\.*$", "", part, flags=re.MULTILINE) for part in dump.split("\n\\connect "))
    for statement in re.findall(r"^(?:CREATE|ALTER) DATABASE .*;$", making, flags=re.MULTILINE):
        await admin.execute(statement)  # by itself: no database is made in a transaction
    inside = await asyncpg.connect(url)
    try:
        for part in filling:
            await inside.execute(part.partition("\n")[2])
    finally:
        await inside.close()


async def _drop(admin_url: str, name: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        for service in (*SERVICES, *ADDED):
            await admin.execute(f"drop database if exists {name}_{service} with (force)")
            for role in ROLES:
                await admin.execute(f"drop role if exists {name}_{service}_{role}")
    finally:
        await admin.close()


async def _rows(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def _url(admin_url: str, database: str, role: str | None = None) -> str:
    parts = urlsplit(admin_url)
    who = f"{role}:{PASSWORD}" if role else parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}", path=f"/{database}").geturl()
