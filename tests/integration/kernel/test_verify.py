"""`verify` finds what was planted behind everybody's back, and nothing where nothing is wrong."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import BaseModel

from alongside.local.issuer import Issuer
from alongside.operations.verify import Check, verify
from shared.events import PublicEvent
from shared.events.referral import ProgrammeRules, ProgrammeRulesChanged, RulesFrom
from shared.kernel.kafka.catching_up import read_unheard
from shared.kernel.kafka.messages import topic_messages
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.projector import Projector
from shared.kernel.loops.relay import OutgoingMessage, Publication, Relay, messages_for, publish_each
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.read_models import prepare_read_models
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.recording import record_events
from shared.kernel.records import Cause, Incarnation, NewEvent
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings
from tests.support.databases import Urls, database
from tests.support.notes_service import (
    DAY,
    EVENTS,
    NOTES,
    SERVICE,
    SOURCE,
    TENANT,
    AuthorForgotten,
    NoteAmended,
    NoteTold,
    NoteWritten,
    publish,
)
from tests.support.services import settings_for

pytestmark = pytest.mark.timeout(60)
FIRST = [Incarnation(1, 0)]
LATER = DAY + timedelta(days=7)


def nobody(_: PublicEvent) -> None:
    """Whom an event asks to forget."""


def publications(settings: Settings) -> Sequence[Publication]:
    return [Publication(settings.topic("notes"), SOURCE, publish_each(EVENTS, publish))]


TELLER = replace(SERVICE, publications=publications)
"""Tells of notes, hears them itself and shows them."""
KEEPER = replace(
    SERVICE, name="keeper", read_models=(), publications=lambda _: (), effect=record_events("keeper", nobody)
)


def publish_rules(event: BaseModel) -> PublicEvent | None:
    """Every amendment as an event of the published language with models in models; its words are in both levels."""
    if not isinstance(event, NoteAmended):
        return None
    rules = ProgrammeRules(
        edition="2026-1",
        mentor_hours_per_trainee_week=1.5,
        meetings_per_week=event.words,
        targets_per_meeting=1,
        assessor_is_not_mentor=True,
        assessments=(),
        weights={},
        schools_at_least=2,
    )
    stretches = (RulesFrom(effective_from=DAY, rules=rules), RulesFrom(effective_from=LATER, rules=rules))
    return ProgrammeRulesChanged(
        happened_on=DAY, programme_id=event.note_id, rules_version=event.words, stretches=stretches
    )


def rules_on(topic: str, tombstones: frozenset[str] = frozenset()) -> Service:
    """A service that tells of amendments as rules of programmes, and hears nothing."""

    def publications(settings: Settings) -> Sequence[Publication]:
        return [Publication(settings.topic(topic), SOURCE, publish_each(EVENTS, publish_rules), tombstones)]

    return replace(SERVICE, publications=publications, listens_to=())


def without(message: OutgoingMessage, *fields: str, **others: object) -> OutgoingMessage:
    """The message as it was before all rules got these fields, the last of them with other values for some."""
    body = json.loads(message.value or b"")
    for stretch in body["stretches"]:
        for name in fields:
            del stretch["rules"][name]
    body["stretches"][-1]["rules"] |= others
    return replace(message, value=json.dumps(body).encode())


@dataclass
class Scene:
    """A service, its topic, and what happens to them when a test says so."""

    settings: Settings
    admin_url: str
    urls: Urls
    pool: Pool
    service: Service = TELLER

    @property
    def store(self) -> PostgresStore:
        return PostgresStore(self.pool, Keyring(self.settings.master_key()))

    @property
    def topic(self) -> str:
        return self.settings.topic("notes")

    async def write(self, *words: int, note: UUID | None = None) -> UUID:
        """A note, written and amended."""
        note, cause = note or uuid4(), Cause("somebody", uuid4())
        events = [
            NoteWritten(happened_on=DAY, note_id=note, author_id="ada", text="A secret."),
            *(NoteAmended(happened_on=DAY, note_id=note, words=number) for number in words),
        ]
        await self.store.append(
            [NewEvent(TENANT, f"note-{note}", event, cause) for event in events], {(TENANT, f"note-{note}"): 0}
        )
        return note

    async def send(self, messages: Sequence[OutgoingMessage] | None = None) -> None:
        """What the relay would send, or these; then everything is heard and shown."""
        async with KafkaPublisher(self.settings.kafka_bootstrap_servers) as publisher:
            if messages is None:
                relay = Relay(publisher, self.service.publications(self.settings))
                await self._run_out(Follower("relay", relay.handle))
            else:
                await publisher.publish(messages)
        await self.hear(self.service)
        await self._run_out(Projector(self.service.read_models))

    async def hear(self, service: Service) -> None:
        consumer = service.consumer(self.store, Notifier())
        await consumer.enter_reactions([self.topic])
        async for batch in topic_messages(self.settings.kafka_bootstrap_servers, [self.topic]):
            await consumer.receive(batch)

    async def _run_out(self, of: Follower[Any] | Projector) -> None:
        while await of.step(self.store):
            pass

    async def due(self) -> list[OutgoingMessage]:
        """What the relay has to send."""
        async with self.store.transaction() as transaction:
            events = await transaction.read_after(0, 1000)
            (publication,) = self.service.publications(self.settings)
            return await messages_for(publication, transaction, events, FIRST)

    async def mark_all_sent(self) -> None:
        """Move the cursor of the relay to the end, as if it had published every event."""
        await self.pool.execute("update cursors set position = (select max(position) from events) where name = 'relay'")

    async def plant(self, *statements: str) -> None:
        """What no role may do."""
        admin = await asyncpg.connect(self.admin_url.rpartition("/")[0] + "/" + self.urls["worker"].rpartition("/")[2])
        try:
            await admin.execute("set session_replication_role = replica")  # triggers stay silent
            for statement in statements:
                await admin.execute(statement)
        finally:
            await admin.close()

    async def checks_by_subject(self) -> dict[str, Check]:
        checks = await verify(self.service, self.settings, self.urls["worker"])
        return {check.subject.replace(self.topic, "notes"): check for check in checks}

    async def wrong(self) -> dict[str, dict[str, int]]:
        return {name: dict(check.wrong) for name, check in (await self.checks_by_subject()).items() if check.wrong}


@pytest.fixture
async def scene(postgres_admin_url: str, kafka_bootstrap: str, tmp_path: Path) -> AsyncIterator[Scene]:
    settings = settings_for(Issuer(tmp_path), kafka_bootstrap, f"t{uuid4().hex[:12]}")
    await create_topics(kafka_bootstrap, [Topic(settings.topic("notes"), 4)])
    async with database(postgres_admin_url) as urls, await open_pool(urls["worker"], size=4) as pool:
        await prepare_read_models(pool, [NOTES])
        await PostgresStore(pool, Keyring(settings.master_key())).ensure_cursor("relay")
        yield Scene(settings, postgres_admin_url, urls, pool)


async def test_verify_finds_no_error_in_a_sound_service_and_counts_harmless_repeats(scene: Scene) -> None:
    notes = [await scene.write(1, 2) for _ in range(3)]
    await scene.send()
    await scene.send()
    again = await scene.due()
    await scene.send(again[:5])
    await scene.write(1)

    found = await scene.checks_by_subject()

    assert not any(check.wrong for check in found.values())
    assert found["topic notes"].harmless == {"harmless repeats": 5, "not yet sent": 2}
    assert found["topic notes"].examined == 14
    assert found["consumer"].examined == 9
    assert found["read model notes"].examined == len(notes)
    assert found["read model notes"].harmless == {"behind": 2}
    assert found["store"].harmless == {"streams": 7, "incarnations": 1}


async def test_verify_finds_an_event_that_never_reached_its_topic(scene: Scene) -> None:
    await scene.write(1, 2, 3)
    first, lost, *rest = await scene.due()
    await scene.send([first, *rest])
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.wrong == {"lost": 1}
    assert found.examples["lost"] == [dict(lost.headers)["ce_id"].decode()]


async def test_verify_finds_an_event_that_was_published_twice(scene: Scene) -> None:
    await scene.write(1, 2)
    messages = await scene.due()
    higher = [(name, b"%020d" % 99 if name == "ce_sequence" else value) for name, value in messages[1].headers]
    await scene.send([*messages, replace(messages[1], headers=higher)])
    await scene.mark_all_sent()
    assert await scene.wrong() == {"topic notes": {"doubled": 1}, "consumer": {"doubled": 1}}


async def test_verify_finds_events_that_were_published_in_another_order(scene: Scene) -> None:
    await scene.write(1, 2)
    first, second, third = await scene.due()
    await scene.send([first, third, second])
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.wrong == {"swapped": 1}
    assert found.examples["swapped"] == [dict(second.headers)["ce_id"].decode()]


async def test_verify_finds_an_event_that_differs_in_the_topic(scene: Scene) -> None:
    await scene.write(1, 2)
    first, second, third = await scene.due()
    await scene.send([first, replace(second, value=(second.value or b"").replace(b'"words":1', b'"words":7')), third])
    await scene.mark_all_sent()
    assert await scene.wrong() == {"topic notes": {"different": 1}}


async def test_a_message_that_was_sent_before_fields_were_added_is_harmless(scene: Scene) -> None:
    scene.service = rules_on("notes")
    await scene.write(1, 2, 3)
    first, second, third = await scene.due()
    await scene.send([without(first, "schools_at_least", "same_school_again"), without(second, "asks_qts"), third])
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.harmless == {"sent before fields were added": 1}, "what lacks a default means the same with it"
    assert found.wrong == {}


async def test_the_fields_that_a_message_of_before_has_are_compared(scene: Scene) -> None:
    scene.service = rules_on("notes")
    await scene.write(1, 2, 3, 4)
    first, second, third, fourth = await scene.due()
    shorter = json.loads(without(third, "schools_at_least").value or b"")
    del shorter["stretches"][1]
    none = shorter | {"rules_version": 4, "stretches": []}
    otherwise = [
        without(first, "schools_at_least", meetings_per_week=7),
        without(second, "asks_qts", schools_at_least=3),
        replace(third, value=json.dumps(shorter).encode()),
        replace(fourth, value=json.dumps(none).encode()),
    ]
    await scene.send(otherwise)
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert (found.harmless, found.wrong) == ({}, {"different": 4})


async def test_a_message_that_was_sent_before_and_again_since_is_compared_both_times(scene: Scene) -> None:
    scene.service = rules_on("notes")
    await scene.write(1, 2)
    first, second = await scene.due()
    early, later = without(first, "asks_qts", "schools_at_least"), without(first, "schools_at_least")
    await scene.send([early, second, later, without(first, "schools_at_least", asks_qts=True)])
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.harmless == {"harmless repeats": 2, "sent before fields were added": 2}
    assert found.wrong == {"different": 1}


async def test_verify_finds_an_event_that_is_missing_from_the_store(scene: Scene) -> None:
    note = await scene.write(1, 2)
    await scene.send()
    await scene.plant(f"delete from events where stream = 'note-{note}' and version = 2")
    wrong = await scene.wrong()
    assert wrong["store"] == {"streams with gaps": 1}
    assert wrong["topic notes"] == {"unknown": 1}
    assert wrong["read model notes"] == {"different": 1}


async def test_verify_finds_an_event_that_is_in_the_store_twice(scene: Scene) -> None:
    note = await scene.write(1, 2)
    await scene.send()
    columns = "id, tenant, stream, type, schema_version, body, happened_on, actor, correlation_id, causation_id"
    await scene.plant(
        f"insert into events (version, {columns}) select 4, {columns} from events "
        f"where stream = 'note-{note}' and version = 2",
    )
    wrong = await scene.wrong()
    assert wrong["store"] == {"doubled": 1, "streams of another version": 1}


async def test_verify_finds_a_past_that_events_do_not_give(scene: Scene) -> None:
    model = replace(NOTES, keeps_past=True, edition=2)
    scene.service = replace(TELLER, read_models=(model,))
    await prepare_read_models(scene.pool, [model])
    notes = [await scene.write(1, 2, 3) for _ in range(3)]
    await scene.send()
    sound = (await scene.checks_by_subject())["read model notes"]
    assert (sound.examined, sound.wrong) == (len(notes) * 8, {}), "written, amended and heard, each kept"

    first, second, third = notes
    await scene.plant(
        f"delete from reading.notes_past where note_id = '{first}' and words = '[1]'",
        f"insert into reading.notes_past select * from reading.notes_past where note_id = '{second}' and words = '[1]'",
        f"update reading.notes_past set known_until = known_until + 1 where note_id = '{third}' and words = '[1, 2]'",
    )
    found = (await scene.checks_by_subject())["read model notes"]
    assert found.wrong == {"missing": 1, "extra": 1, "different": 1}
    assert found.examples["different"][0].endswith(": known_until")


async def test_verify_finds_events_that_are_swapped_in_the_store(scene: Scene) -> None:
    note = await scene.write(1, 2)
    await scene.send()
    one, other = [
        row["position"]
        for row in await scene.pool.fetch(
            "select position from events where stream = $1 and version > 1 order by version", f"note-{note}"
        )
    ]
    await scene.plant(
        "alter table events alter position drop identity",
        f"update events set position = -1 where position = {one}",
        f"update events set position = {one} where position = {other}",
        f"update events set position = {other} where position = -1",
    )
    wrong = await scene.wrong()
    assert wrong["store"] == {"swapped": 1}
    assert wrong["topic notes"] == {"swapped": 2}


async def test_verify_finds_an_effect_that_happened_twice(scene: Scene) -> None:
    await scene.write(1)
    await scene.send()
    await scene.pool.execute("update high_water set position = 0")
    await scene.write()
    await scene.hear(TELLER)
    assert await scene.wrong() == {"consumer": {"doubled": 2}}


async def test_verify_finds_rows_that_no_event_made(scene: Scene) -> None:
    changed, gone = await scene.write(1), await scene.write(2)
    await scene.send()
    made = uuid4()
    await scene.plant(
        f"update reading.notes_v1 set words = '[7]', heard = 9 where note_id = '{changed}'",
        f"delete from reading.notes_v1 where note_id = '{gone}'",
        f"insert into reading.notes_v1 values ('{TENANT}', '{made}', 'ada', 'Ada Lovelace', '[]', 0)",
    )
    found = (await scene.checks_by_subject())["read model notes"]
    assert found.wrong == {"missing": 1, "extra": 1, "different": 1}
    assert found.examples == {
        "missing": [f'["{TENANT}","{gone}"]'],
        "extra": [f'["{TENANT}","{made}"]'],
        "different": [f'["{TENANT}","{changed}"]: words, heard'],
    }


async def test_verify_finds_events_that_a_recording_service_lost_doubled_or_swapped(scene: Scene) -> None:
    lost, doubled, swapped = [await scene.write(1, 2, 3) for _ in range(3)]
    async with KafkaPublisher(scene.settings.kafka_bootstrap_servers) as publisher:
        await publisher.publish(await scene.due())
    async with database(scene.admin_url) as urls, await open_pool(urls["worker"], size=2) as pool:
        keeper = replace(scene, urls=urls, pool=pool, service=KEEPER)
        await keeper.hear(KEEPER)
        assert await keeper.wrong() == {}
        await keeper.plant(
            f"delete from events where stream = 'notes/note-{lost}' and version = 4",
            f"update streams set version = 3 where stream = 'notes/note-{lost}'",
            f"update events e set id = o.id from events o where e.stream = 'notes/note-{doubled}'"
            " and o.stream = e.stream and e.version = 3 and o.version = 2",
            f"update events set version = 105 - version where stream = 'notes/note-{swapped}' and version in (2, 3)",
            f"update events set version = version - 100 where stream = 'notes/note-{swapped}' and version > 100",
        )
        found = await keeper.checks_by_subject()
    assert found["consumer"].wrong == {"lost": 2, "doubled": 1, "swapped": 1}
    assert found["store"].wrong == {"doubled": 1, "swapped": 1}


async def test_of_a_compacted_topic_the_last_of_each_key_is_compared(scene: Scene) -> None:
    scene.service = replace(SERVICE, listens_to=())
    right, wrong, lost = [await scene.write(1, 2) for _ in range(3)]
    gone = NewEvent(TENANT, "author-ada", AuthorForgotten(happened_on=DAY, author_id="ada"), Cause("a", uuid4()))
    await scene.store.append([gone], {(TENANT, "author-ada"): 0})
    messages = [each for each in await scene.due() if str(lost).encode() not in each.key]
    last = {message.key: message for message in messages}
    other = last[f"{TENANT}/note-{wrong}".encode()]
    await scene.send([message for message in messages if message is not other])
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.wrong == {"lost": 1, "different": 1}
    assert found.examples["different"] == [f"{TENANT}/note-{wrong}"]
    assert found.examined == len({right, wrong}) + 1


async def test_a_compacted_topic_may_hold_what_was_sent_before_fields_were_added(scene: Scene) -> None:
    scene.service = rules_on("notes", frozenset({"gone"}))
    before, changed, overtaken = [await scene.write(1, 2) for _ in range(3)]
    due = await scene.due()
    last = {message.key: message for message in due}
    of_before, of_changed = (last[f"{TENANT}/note-{note}".encode()] for note in (before, changed))
    sent = list(due)
    sent[due.index(of_before)] = without(of_before, "schools_at_least")
    sent[due.index(of_changed)] = without(of_changed, "schools_at_least", meetings_per_week=7)
    del sent[-1]
    sent[-1] = without(sent[-1], "schools_at_least")
    await scene.send(sent)
    await scene.mark_all_sent()
    found = (await scene.checks_by_subject())["topic notes"]
    assert found.harmless == {"sent before fields were added": 1}
    assert found.wrong == {"different": 2}
    assert sorted(found.examples["different"]) == sorted(f"{TENANT}/note-{note}" for note in (changed, overtaken))


async def test_it_names_a_type_of_event_that_has_not_been_heard_to_the_end(scene: Scene) -> None:
    await scene.write(1)
    await scene.send()
    assert await scene.wrong() == {}
    scene.service = replace(scene.service, heard_again={NoteTold: 1})  # a version that no worker has run yet

    found = (await scene.checks_by_subject())["consumer"]

    assert found.wrong == {"not heard to the end": 1}
    assert found.examples == {"not heard to the end": [NoteTold.type]}
    consumer = scene.service.consumer(scene.store, Notifier())
    await consumer.enter_reactions([scene.topic])
    assert (await scene.checks_by_subject())["consumer"].wrong == {"not heard to the end": 1}
    await read_unheard(scene.settings.kafka_bootstrap_servers, consumer, {scene.topic})
    assert (await scene.checks_by_subject())["consumer"].wrong == {"doubled": 2}, (
        "the service of the tests counts it again"
    )
