"""A service for the kernel's tests: notes with a personal text, a read model, and a public event that it consumes
itself.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import APIRouter
from pydantic import BaseModel

from alongside.local.issuer import Issuer
from shared.events import Catalogue, Envelope, PublicEvent
from shared.kernel.answers import Answer
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal
from shared.kernel.http.context import CallerDep, ReaderDep, set_location
from shared.kernel.http.routes import Route
from shared.kernel.http.versions import has_version
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.loops.relay import Publication, publish_each
from shared.kernel.postgres import Pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.reactions import Reaction, catalogue_of, react_with
from shared.kernel.readmodel import ReadModel, Step
from shared.kernel.records import Cause
from shared.kernel.service.api import open_api
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings
from shared.kernel.unit import Unit
from tests.support.databases import Urls, database
from tests.support.services import master_key, settings_for

DAY = date(2026, 9, 14)
TENANT = "north-star"
SOURCE = "urn:alongside:notes"


class NoteWritten(Event):
    type = "notes.note_written"

    note_id: UUID
    author_id: str
    text: Annotated[str, Personal("author_id")]


class NoteAmended(Event):
    type = "notes.note_amended"

    note_id: UUID
    words: int


class NoteHeard(Event):
    type = "notes.note_heard"

    note_id: UUID
    words: int


class AuthorForgotten(Event):
    type = "notes.author_forgotten"

    author_id: str


class Write(Command):
    note_id: UUID
    author_id: str
    text: str


class Amend(Command):
    note_id: UUID
    words: int


class Hear(Command):
    note_id: UUID
    words: int


class Forget(Command):
    author_id: str


class TooLong(DomainError):
    """The amendment has more words than the consumer accepts."""


LONGEST = 1000


@dataclass(frozen=True)
class Note:
    written: bool = False
    amendments: int = 0


def decide_note(command: Command, note: Note, now: datetime) -> Sequence[Event]:
    match command:
        case Write(note_id=note_id, author_id=author_id, text=text):
            return [NoteWritten(happened_on=DAY, note_id=note_id, author_id=author_id, text=text)]
        case Amend(note_id=note_id, words=words):
            if not note.written:
                raise NotFound("There is no such note.")
            return [NoteAmended(happened_on=DAY, note_id=note_id, words=words)]
        case _:
            raise TypeError(command)


def evolve_note(note: Note, event: Event) -> Note:
    return Note(written=True, amendments=note.amendments + isinstance(event, NoteAmended))


def decide_ear(command: Hear, heard: int, now: datetime) -> Sequence[Event]:
    if command.words > LONGEST:
        raise TooLong("Nobody listens that long.")
    return [NoteHeard(happened_on=DAY, note_id=command.note_id, words=command.words)]


NOTE: Decider[Note, Command, Event] = Decider("note", Note, decide_note, evolve_note, (NoteWritten, NoteAmended))
EAR: Decider[int, Hear, Event] = Decider("ear", lambda: 0, decide_ear, lambda heard, _: heard + 1, (NoteHeard,))
AUTHOR: Decider[bool, Forget, Event] = Decider(
    "author",
    lambda: False,
    lambda command, gone, _: [] if gone else [AuthorForgotten(happened_on=DAY, author_id=command.author_id)],
    lambda _, __: True,
    (AuthorForgotten,),
)
EVENTS: Catalogue[Event] = Catalogue((NoteWritten, NoteAmended, NoteHeard, AuthorForgotten))


class NoteTold(PublicEvent):
    type: ClassVar[str] = "notes.note_told"

    note_id: UUID
    words: int


class AuthorGone(PublicEvent):
    type: ClassVar[str] = "notes.author_gone"

    author_id: str


def publish(event: BaseModel) -> PublicEvent | None:
    match event:
        case NoteWritten(note_id=note_id):
            return NoteTold(happened_on=DAY, note_id=note_id, words=1)
        case NoteAmended(note_id=note_id, words=words):
            return NoteTold(happened_on=DAY, note_id=note_id, words=words)
        case AuthorForgotten(author_id=author_id):
            return AuthorGone(happened_on=DAY, author_id=author_id)
        case _:
            return None


async def count_note(unit: Unit, event: NoteTold) -> None:
    """Record each public event of a note in a stream of the note's own."""
    await unit.decide(EAR, event.note_id, Hear(note_id=event.note_id, words=event.words))


REACTIONS: dict[type[PublicEvent], Reaction] = {NoteTold: count_note}


@dataclass(frozen=True, slots=True)
class NoteRow:
    note_id: UUID
    author_id: str
    text: str
    words: tuple[int, ...]
    heard: int


NOTES = ReadModel(
    name="notes",
    row=NoteRow,
    key=("note_id",),
    on={
        NoteWritten: Step(lambda e: (e.note_id,), lambda _, e: NoteRow(e.note_id, e.author_id, e.text, (), 0)),
        NoteAmended: Step(lambda e: (e.note_id,), lambda row, e: replace(row, words=(*row.words, e.words))),
        NoteHeard: Step(lambda e: (e.note_id,), lambda row, e: row and replace(row, heard=row.heard + 1)),
    },
)

router = APIRouter()


class NewNote(BaseModel):
    author_id: str
    text: str


class Amendment(BaseModel):
    words: int


class WrittenNote(Answer):
    note_id: UUID


class AmendedNote(Answer):
    amendments: int


class ForgottenAuthor(Answer):
    author_id: str


@router.post("/notes", status_code=201)
async def write(body: NewNote, caller: CallerDep) -> WrittenNote:
    async def use_case(unit: Unit) -> WrittenNote:
        note_id = uuid4()
        await unit.decide(NOTE, note_id, Write(note_id=note_id, author_id=body.author_id, text=body.text))
        return WrittenNote(note_id=note_id)

    answer = await caller.run(use_case, WrittenNote)
    set_location(caller.response, f"/notes/{answer.note_id}")
    return answer


@has_version(NOTE, key="note_id")
async def amend(note_id: UUID, body: Amendment, caller: CallerDep) -> AmendedNote:
    async def use_case(unit: Unit) -> AmendedNote:
        await unit.decide(NOTE, note_id, Amend(note_id=note_id, words=body.words))
        (note,) = await unit.load(NOTE, note_id)
        return AmendedNote(amendments=note.amendments)

    return await caller.run(use_case, AmendedNote)


# the other routes are FastAPI's own, so that texts reach the store as they were sent
router.add_api_route("/notes/{note_id}/amendments", amend, methods=["POST"], route_class_override=Route)


@router.delete("/authors/{author_id}")
async def forget(author_id: str, caller: CallerDep) -> ForgottenAuthor:
    async def use_case(unit: Unit) -> ForgottenAuthor:
        await unit.decide(AUTHOR, author_id, Forget(author_id=author_id))
        unit.destroy_key(author_id)
        return ForgottenAuthor(author_id=author_id)

    return await caller.run(use_case, ForgottenAuthor)


@router.get("/notes")
async def list_notes(reader: ReaderDep) -> list[dict[str, Any]]:
    rows = await reader.connection.fetch("select note_id, author_id, text, words, heard from notes order by note_id")
    return await reader.unseal([dict(row) for row in rows])


@router.get("/notes/longer-than/{words}")
async def longer_than(words: int, reader: ReaderDep) -> int:
    return int(await reader.connection.fetchval("select count(*) from notes where heard > $1", words))


@router.post("/broken")
async def fail(body: NewNote, caller: CallerDep) -> None:
    raise RuntimeError(f"it happened to {body.text}")


def publications(settings: Settings) -> Sequence[Publication]:
    return [
        Publication(settings.topic("notes"), SOURCE, publish_each(EVENTS, publish), frozenset({AuthorGone.type})),
    ]


SERVICE = Service(
    name="notes",
    routers=(router,),
    read_models=(NOTES,),
    publications=publications,
    listens_to=("notes",),
    catalogue=catalogue_of(REACTIONS),
    effect=react_with("notes", REACTIONS),
)
"""Consumes its own topic, so that one process covers the whole way from request to projection."""

ALONE = replace(SERVICE, listens_to=(), publications=lambda _: ())
"""The same without a broker."""


@dataclass
class Notes:
    """The running service: its settings, token issuer, database, HTTP client and the worker's pool."""

    settings: Settings
    issuer: Issuer
    urls: Urls
    client: httpx.AsyncClient
    pool: Pool | None

    def bearer(self, tenant: str = TENANT, subject: str = "somebody") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(subject, tenant, ())}"}

    async def write(self, text: str = "A note.", *, author: str = "author", tenant: str = TENANT) -> str:
        answer = await self.client.post(
            "/notes", json={"author_id": author, "text": text}, headers=self.bearer(tenant=tenant)
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["note_id"])

    async def amend(self, note_id: str, words: int, *, tenant: str = TENANT) -> httpx.Response:
        answer = await self.client.post(
            f"/notes/{note_id}/amendments", json={"words": words}, headers=self.bearer(tenant=tenant)
        )
        assert answer.status_code == 200, answer.text
        return answer


@asynccontextmanager
async def serve_notes(
    urls: Urls, settings: Settings, issuer: Issuer, service: Service, *, work: bool
) -> AsyncIterator[Notes]:
    """Run the service's API, and its worker if `work` is true, in this process, on an existing database."""
    async with AsyncExitStack() as stack:
        works = await stack.enter_async_context(run_worker(service, settings, urls["worker"])) if work else None
        app = await stack.enter_async_context(open_api(service, settings, urls["app"]))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://notes.test", timeout=30)
        )
        yield Notes(settings, issuer, urls, client, works.pool if works else None)


@asynccontextmanager
async def run_notes(
    admin_url: str, kafka_bootstrap: str, state: Path, service: Service = SERVICE, *, work: bool = True
) -> AsyncIterator[Notes]:
    """Run the service on a new database and, if it consumes topics, on new topics."""
    issuer = Issuer(state)
    settings = settings_for(issuer, kafka_bootstrap, f"t{uuid4().hex[:12]}")
    async with database(admin_url) as urls:
        if service.listens_to:
            await create_topics(kafka_bootstrap, [Topic(settings.topic("notes"), 4)])
        async with serve_notes(urls, settings, issuer, service, work=work) as notes:
            yield notes


async def store_events(worker_url: str, select: str = "*") -> list[asyncpg.Record]:
    """Read every stored event in the order of positions, in the worker's role."""
    connection = await asyncpg.connect(worker_url)
    try:
        return list(await connection.fetch(f"select {select} from events order by position"))
    finally:
        await connection.close()


def keyring() -> Keyring:
    return Keyring(master_key())


def store_of(pool: Pool) -> PostgresStore:
    """Make a store on this pool, with a new key each time: only for events without personal text."""
    return PostgresStore(pool, keyring())


def cause(actor: str = "somebody") -> Cause:
    return Cause(actor, uuid4())


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as Kafka hands it to the consumer."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    key: bytes | None
    offset: int
    partition: int = 0
    topic: str = "t.notes.v1"


def note_message(
    note_id: UUID, sequence: int, *, words: int = 1, value: bytes | None = None, version: int = 1, **message: Any
) -> ReceivedMessage:
    """Make a message with a public event of a note, as the relay sends it; `value` replaces the body."""
    event = NoteTold(happened_on=DAY, note_id=note_id, words=words)
    envelope = Envelope(
        id=uuid4(),
        type=message.pop("type_", NoteTold.type),
        version=version,
        source=message.pop("source", SOURCE),
        subject=f"note-{note_id}",
        time=datetime.fromisoformat("2026-09-14T09:00:00+00:00"),
        tenant=TENANT,
        sequence=sequence,
        correlation_id=uuid4(),
    )
    key = f"{TENANT}/note-{note_id}".encode()
    offset = message.pop("offset", sequence)
    return ReceivedMessage(value or event.model_dump_json().encode(), envelope.headers(), key, offset, **message)
