"""The load: clients that register people and offers, refer, countersign and decide, over HTTP, whatever is killed.

What they do in sessions is in `mentoring.py`.

Each has a random generator of its own. They try again under the same key when they do not know what became of a
command, now and then on the other replica; some give up and never learn it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import httpx

from alongside.demo import partnership
from alongside.local.issuer import Issuer
from services.referral.domain.people import person_id
from tests.faults.history import Attempt, Command, History, Who
from tests.faults.mentoring import Mentoring

TENANT = "aire-valley"
ON = "2026-06-16"
FIRST_DAY = date(2026, 9, 1)
LEAD = "partnership_lead"
GIVES_UP = 0.2
"""Of the clients that do not know what became of a command, so many never ask again."""
ANSWERED_WITHIN = 8.0
"""Seconds that a client waits for an answer."""
PAUSE = 0.3
"""Seconds before a client asks again."""
THINKS = 0.35
"""Seconds between two commands of a client, at most."""
MOST_PLACES = 200


@dataclass
class Partnership:
    """What all clients know of: the programme, trainees that nobody referred yet, and referrals by where they stand."""

    programme: str = ""
    trainees: list[str] = field(default_factory=list)
    referred: list[str] = field(default_factory=list)
    countersigned: list[str] = field(default_factory=list)
    mentors: list[str] = field(default_factory=list)
    offers: "count[int]" = field(default_factory=count)
    references: "count[int]" = field(default_factory=count)


@dataclass
class Clients:
    """The clients of one run, and what they have seen; `urls` are those of the replicas of each service."""

    urls: Mapping[str, Sequence[str]]
    issuer: Issuer
    seed: int
    history: History = field(default_factory=History)
    knows: Partnership = field(default_factory=Partnership)
    resting: bool = False

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(timeout=ANSWERED_WITHIN, limits=httpx.Limits(max_connections=64))
        self._ids = Random(f"ids {self.seed}")
        self.mentoring = Mentoring(self)

    def command(self, kind: str, path: str, body: object, expects: Mapping[str, int], **others: Any) -> Command:
        """A new command, written down before it is asked."""
        command = Command(str(UUID(int=self._ids.getrandbits(128), version=4)), kind, path, body, expects, **others)
        self.history.commands.append(command)
        return command

    async def attempt(self, command: Command, url: str, key: str | None = None) -> Attempt:
        """Ask once, and write down what came of it."""
        who = command.who or Who(command.id, LEAD)
        headers = {
            "Authorization": f"Bearer {self.issuer.token(who.subject, TENANT, (who.role,))}",
            "Idempotency-Key": key or command.id,
        }
        body: dict[str, Any] = {"json": command.body}
        if isinstance(command.body, bytes):
            body = {"content": command.body}
            headers["Content-Type"] = "text/csv"
        self.history.asked += 1
        try:
            answer = await self._http.request(command.method, f"{url}{command.path}", headers=headers, **body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            attempt = Attempt("refused")
        except httpx.HTTPError:
            attempt = Attempt("unknown")
        else:
            attempt = _of(answer)
        command.attempts.append(attempt)
        return attempt

    async def until_known(self, command: Command, random: Random, *, patient: bool = False) -> Attempt | None:
        """Ask until it is known what became of it; None where the client gives up before."""
        urls = list(self.urls[command.service])
        random.shuffle(urls)
        for turn in count():
            attempt = await self.attempt(command, urls[turn % len(urls)])
            if attempt.outcome == "ok" or (attempt.outcome == "refused" and attempt.status is not None):
                return attempt
            if not patient and ((attempt.outcome == "unknown" and random.random() < GIVES_UP) or self.resting):
                return None
            await asyncio.sleep(PAUSE)
        return None

    async def set_up(self) -> None:
        """A programme and the demo partnership's schools."""
        random = Random(f"set up {self.seed}")
        opened = self.command(
            "open programme",
            "/programmes",
            {
                "template": "ite-placement",
                "academic_year": "2026/27",
                "starts_on": "2026-09-01",
                "ends_on": "2027-07-31",
                "on": ON,
            },
            {"referral.programme_opened": 1},
        )
        answer = await self.until_known(opened, random, patient=True)
        assert answer is not None
        self.knows.programme = answer.answer["programme_id"]
        await self.take_file("schools", partnership.SCHOOLS.read_bytes(), "referral.school_recorded", 12, random)

    async def take_file(self, kind: str, content: bytes, event: str, rows: int, random: Random) -> bool:
        """Bring a file and confirm it: every row goes in, or none. Whether it is known that it did."""
        bring = self.command(f"bring {kind}", f"/imports?kind={kind}", content, {})
        brought = await self.until_known(bring, random)
        if brought is None or brought.outcome != "ok":
            return False
        where = f"/imports/{brought.answer['import_id']}/confirmation"
        confirm = self.command(f"confirm {kind}", where, {"on": ON}, {event: rows, "referral.import_confirmed": 1})
        done = await self.until_known(confirm, random)
        return done is not None and done.outcome == "ok"

    @asynccontextmanager
    async def load(self, number: int) -> AsyncIterator[None]:
        """So many clients at work; at the end each brings what it is at to an end."""
        self.resting = False
        tasks = [asyncio.create_task(self._work(Random(f"client {self.seed} {nth}"))) for nth in range(number)]
        try:
            yield
        finally:
            self.resting = True
            async with asyncio.timeout(60):
                await asyncio.gather(*tasks)

    async def burst(self, number: int) -> None:
        """So many commands at once."""
        await asyncio.gather(*(self._offer(Random(f"burst {self.seed} {nth}")) for nth in range(number)))

    async def close(self) -> None:
        await self._http.aclose()

    async def _work(self, random: Random) -> None:
        while not self.resting:
            await random.choices(
                (
                    self._trainees,
                    self.refer,
                    self._countersign,
                    self._decide,
                    self._offer,
                    self._mentors,
                    self._erase,
                    self._mistake,
                    self.mentoring.work,
                ),
                (2, 6, 5, 4, 6, 1, 1, 1, 14),
            )[0](random)
            await asyncio.sleep(random.uniform(0, THINKS))

    async def refer(self, random: Random) -> None:
        """Refer a trainee whom nobody referred: a second referral for the same purpose is refused."""
        if not self.knows.trainees:
            return
        body = {
            "programme_id": self.knows.programme,
            "trainee_id": self.knows.trainees.pop(0),
            "purpose": "induction",
            "reasons": ["general_placement"],
            "note": "Would like to start with small groups.",
            "on": ON,
        }
        done = await self.until_known(self.command("refer", "/referrals", body, {"referral.referral_made": 1}), random)
        if done is not None and done.outcome == "ok":
            self.knows.referred.append(done.answer["referral_id"])

    async def _countersign(self, random: Random) -> None:
        if not self.knows.referred:
            return
        referral = self.knows.referred.pop(random.randrange(len(self.knows.referred)))
        command = self.command(
            "countersign",
            f"/referrals/{referral}/countersignature",
            {"on": ON},
            {"referral.referral_countersigned": 1},
        )
        done = await self.until_known(command, random)
        if done is not None and done.outcome == "ok":
            self.knows.countersigned.append(referral)

    async def _decide(self, random: Random) -> None:
        if not self.knows.countersigned:
            return
        where = f"/referrals/{self.knows.countersigned.pop(0)}"
        if random.random() < 0.7:
            command = self.command("accept", f"{where}/acceptance", {"on": ON}, {"referral.referral_accepted": 1})
        else:
            body = {"on": ON, "reason": "There is no room this term."}
            command = self.command("decline", f"{where}/refusal", body, {"referral.referral_declined": 1})
        await self.until_known(command, random)

    async def _offer(self, random: Random) -> None:
        """All clients change the same offer, each to a number of places that nobody else says."""
        nth, places = divmod(next(self.knows.offers), MOST_PLACES)
        starts = FIRST_DAY + timedelta(days=nth)
        body = {
            "school_urn": "990001",
            "subject": "Mathematics",
            "phase": "secondary",
            "places": places + 1,
            "starts_on": f"{starts}",
            "ends_on": "2027-07-20",
            "on": ON,
        }
        await self.until_known(self.command("offer", "/offers", body, {"referral.offer_recorded": 1}), random)

    async def _trainees(self, random: Random) -> None:
        references = [f"T-{next(self.knows.references):05}" for _ in range(5)]
        content, event = trainees(references), "referral.trainee_recorded"
        if await self.take_file("trainees", content, event, len(references), random):
            self.knows.trainees += [str(person_id(TENANT, "trainee", reference)) for reference in references]

    async def _mentors(self, random: Random) -> None:
        references = [f"M-{next(self.knows.references):05}" for _ in range(5)]
        if await self.take_file("mentors", mentors(references), "referral.mentor_recorded", len(references), random):
            self.knows.mentors += references

    async def _erase(self, random: Random) -> None:
        if not self.knows.mentors:
            return
        person = person_id(TENANT, "mentor", self.knows.mentors.pop(0))
        body = {"on": ON}
        command = self.command("erase", f"/people/{person}/erasure", body, {"referral.person_erased": 1})
        await self.until_known(command, random)

    async def _mistake(self, random: Random) -> None:
        """A command that must be refused: no such referral, or a key of before with another body."""
        if random.random() < 0.5:
            nobody = UUID(int=random.getrandbits(128), version=4)
            await self.until_known(self.command("mistake", f"/referrals/{nobody}/acceptance", {"on": ON}, {}), random)
            return
        lost_keys = self.history.lost.actors  # with a backup that was put back a key goes too
        offers = (c for c in reversed(self.history.commands) if c.kind == "offer" and c.id not in lost_keys)
        acknowledged = next((c for c in offers if c.acknowledged), None)
        if acknowledged is not None and isinstance(acknowledged.body, dict):
            again = Command(acknowledged.id, "key reused", acknowledged.path, acknowledged.body | {"places": 0}, {})
            with contextlib.suppress(IndexError):
                attempt = await self.attempt(again, random.choice(self.urls["referral"]))
                assert attempt.outcome != "ok" or again.id in lost_keys, "a key was taken with another body"


def _of(answer: httpx.Response) -> Attempt:
    if answer.is_success:
        position = answer.headers.get("Alongside-Position")
        return Attempt("ok", answer.status_code, int(position) if position else None, answer.json())
    return Attempt("refused" if answer.is_client_error else "unknown", answer.status_code)


def mentors(references: Sequence[str]) -> bytes:
    """A file of mentors, as a partnership sends it."""
    head = (
        "staff_reference,given_name,family_name,email,trn,school_urn,subjects,phases,"
        "capacity_hours_per_week,role,trained_on"
    )
    rows = [
        f"{r},Ann,Other,{r.lower()}@schools.example.org,,990001,mathematics,secondary,3,volunteer," for r in references
    ]
    return "\n".join((head, *rows, "")).encode()


def trainees(references: Sequence[str]) -> bytes:
    """A file of trainees, as a partnership sends it."""
    head = (
        "provider_trainee_id,given_name,family_name,email,trn,subject,phase,training_route,course_starts_on,"
        "course_ends_on,home_easting,home_northing,travel_mode,travel_limit_minutes"
    )
    rows = [
        f"{r},Ann,Other,{r.lower()}@trainees.example.org,,mathematics,secondary,provider_led_postgrad,2026-09-01,"
        "2027-06-25,429500,434500,car,45"
        for r in references
    ]
    return "\n".join((head, *rows, "")).encode()
