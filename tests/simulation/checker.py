"""What must be true once everything is at rest, whatever has happened: compared event by event.

Nothing here looks at how it came about. What a decider believed stands in its events, what a consumer answered stands
as the cause of its own, so each store can be held against the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from services.sessions.projections.access import ITEMS
from shared.events import BrokenEnvelope, Envelope
from shared.kernel.processes import task_id
from shared.kernel.records import (
    BEGINNING,
    HighWaterMark,
    Incarnation,
    ModelEvent,
    ParkedMessage,
    RecordedEvent,
    incarnation_of,
)
from tests.simulation import ledger
from tests.simulation.database import START
from tests.simulation.mentoring import Ask
from tests.simulation.plain_record import PlainRecord
from tests.simulation.world import PUBLISHERS, Service, World

Stream = tuple[str, str]
"""Topic and stream, as a consumer knows it."""


def find_errors(world: World) -> list[str]:
    """List everything that is wrong in the world at rest; nothing in a good timeline."""
    checks = (
        _commands,
        _streams,
        _beliefs,
        _publications,
        _tallies,
        _relationships,
        _records,
        _keepers,
        _processes,
        _read_models,
        _parking,
    )
    return [*world.complaints, *(f"{check.__name__[1:]}: {sentence}" for check in checks for sentence in check(world))]


def _commands(world: World) -> Iterator[str]:
    """Acknowledged commands are stored once, refused never, unknown once or never; a command's events stay together."""
    stored: dict[UUID, list[RecordedEvent[str]]] = defaultdict(list)
    for service in world.services.values():
        for event in service.database.events:
            if event.cause.actor == "client":
                stored[event.cause.correlation_id].append(event)
    for invocation in world.invocations:
        events = stored.pop(invocation.order, [])
        streams = sorted(event.stream for event in events)
        outcome = f"{invocation.order} was {invocation.outcome}, and is stored in {streams}"
        together = not streams or _are_in(streams, invocation.asked)
        lost = invocation.order in world.forgotten  # an attempt that nobody waits for may do it again
        known = invocation.outcome == "unknown" or bool(events) == (invocation.outcome == "done") or lost
        if not (together and known):
            yield outcome
        elif events and invocation.outcome == "done" and not lost and events[-1].position != invocation.position:
            yield f"{outcome}, at {events[-1].position} where {invocation.position} was answered"
    if stored:
        yield f"nobody asked for {list(stored)}"


def _are_in(streams: Sequence[str], asked: Ask) -> bool:
    """Whether a command's events are in the streams that it adds to, with those that it may add to or without."""
    return any(
        len(streams) == len(wanted) and all(map(str.startswith, streams, sorted(wanted)))
        for wanted in (asked.streams, (*asked.streams, *asked.maybe))
    )


def _streams(world: World) -> Iterator[str]:
    """Versions count from 1 in the order of positions; no id occurs twice."""
    for service in world.services.values():
        versions: Counter[str] = Counter()
        for event in service.database.events:
            versions[event.stream] += 1
            if event.version != versions[event.stream]:
                yield f"{service.name}: {event.stream} has version {event.version} at {versions[event.stream]}"
        ids = Counter(event.id for event in service.database.events)
        yield from (f"{service.name}: {id_} is stored {times} times" for id_, times in ids.items() if times > 1)


def _beliefs(world: World) -> Iterator[str]:
    """Each decision was taken on all that came before it in its stream."""
    totals: Counter[str] = Counter()
    for event in _bodies(world.services["ledger"], "ledger.paid"):
        totals[event["account"]] += event["amount"]
        if event["total"] != totals[event["account"]] or not 0 <= event["total"] <= ledger.MOST:
            yield f"{event['account']} holds {totals[event['account']]}, and its decider believed {event['total']}"
    numbers: Counter[str] = Counter()
    for event in _bodies(world.services["tally"], "tally.counted"):
        numbers[event["tally"]] += 1
        if event["number"] != numbers[event["tally"]]:
            yield f"{event['tally']} counts {numbers[event['tally']]}, and its decider believed {event['number']}"


def _bodies(service: Service, type_: str) -> list[dict[str, Any]]:
    return [from_json(event.body) for event in service.database.events if event.type == type_]


def _publications(world: World) -> Iterator[str]:
    """A partition of a topic has each public event and no other, first published in the order of positions."""
    for service in world.services.values():
        if service.publication is None:
            continue
        published: dict[HighWaterMark, tuple[str, UUID]] = {}
        for (topic, number), records in world.log.records.items():
            highest = BEGINNING
            for envelope in (_envelope(record.headers) for record in records if topic == service.publication.topic):
                if envelope is None or envelope.id in world.lost:
                    continue
                mark = HighWaterMark(envelope.incarnation, envelope.sequence)
                if mark > highest:
                    highest = mark
                elif mark not in published:
                    yield f"{topic}/{number} tells of {mark} only after {highest}"
                published[mark] = (envelope.subject, envelope.id)
        lives = [Incarnation(1, 0), *(Incarnation(*row) for row in service.database.tables["incarnations"].items())]
        wanted = {
            HighWaterMark(incarnation_of(lives, event.position), event.position): (event.stream, event.id)
            for event in _public(service)
        }
        if published != wanted:
            missing, too_many = sorted(wanted.keys() - published), sorted(published.keys() - wanted)
            yield f"{service.name}: missing {missing}, too many {too_many}"


def _public(service: Service) -> list[RecordedEvent[str]]:
    catalogue, publish = PUBLISHERS[service.name]
    return [
        event
        for event in service.database.events
        if publish(catalogue.decode(event.type, event.schema_version, event.body)) is not None
    ]


def _envelope(headers: Sequence[tuple[str, bytes]]) -> Envelope | None:
    try:
        return Envelope.from_headers(headers)
    except BrokenEnvelope:
        return None


def _tallies(world: World) -> Iterator[str]:
    """The tally has counted each payment that is not parked once, in its account's order, here and on that of all."""
    tally = world.services["tally"]
    parked = {id_ for message in _list_parked(tally) if (id_ := _id(message)) is not None}
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for event in _public(world.services["ledger"]):
        if event.id not in parked:
            wanted[event.stream.replace("account", "tally")].append(event.id)
    counted: dict[str, list[UUID]] = defaultdict(list)
    for event in tally.database.events:
        if event.cause.causation_id is not None and event.cause.causation_id not in world.lost:
            counted[event.stream].append(event.cause.causation_id)
    everything = counted.pop(f"tally-{ledger.ALL}", [])
    yield from _differences("the tally", wanted, counted)
    if Counter(everything) != Counter(id_ for ids in wanted.values() for id_ in ids):
        yield "the tally of all has other payments than those of the accounts together"


def _relationships(world: World) -> Iterator[str]:
    """Sessions has opened each pair that was confirmed once, and ended each that was withdrawn once."""
    sessions = world.services["sessions"]
    parked = {message.stream.rpartition("/")[2] for message in _list_parked(sessions)}
    steps = {
        "matching.pair_confirmed": "sessions.relationship_opened",
        "matching.pair_withdrawn": "sessions.relationship_ended",
    }
    asked = {
        (event.stream, steps[event.type]) for event in world.services["matching"].database.events if event.type in steps
    }
    taken = [event for event in sessions.database.events if event.type in steps.values()]
    known = Counter((_stream_of_pair(event), event.type) for event in taken)
    yield from (f"{stream} has no {step}" for stream, step in sorted(asked - known.keys()) if stream not in parked)
    yield from (f"{stream} has {step} {times} times" for (stream, step), times in known.items() if times > 1)
    for event in taken:
        if event.cause.causation_id not in world.lost and (_stream_of_pair(event), event.type) not in asked:
            yield f"{event.stream} has {event.type} that nobody asked for"


def _stream_of_pair(event: RecordedEvent[str]) -> str:
    return event.stream.replace("relationship", "pair")


def _records(world: World) -> Iterator[str]:
    """What sessions has stored of each pair keeps the rules of a plain model, and its items are shown as released."""
    database, record = world.services["sessions"].database, PlainRecord()
    for event in database.events:
        yield from (f"{event.stream}: {sentence}" for sentence in record.add(event))
    yield from record.find_unfinished()
    rows = database.tables[ITEMS.table(1)].values()
    shown = {f"{row.item_id}": {to["role"] for to in row.released_to} for row in rows}
    if shown != record.released:
        yield f"entries are shown to {shown}, and released to {record.released}"


def _keepers(world: World) -> Iterator[str]:
    """The keeper has recorded each public event of the other services once, in the order of its stream."""
    keeper = world.services["keeper"]
    parked = {id_ for message in _list_parked(keeper) if (id_ := _id(message)) is not None}
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for source in PUBLISHERS:
        for event in _public(world.services[source]):
            if event.id not in parked:
                wanted[f"{source}/{event.stream}"].append(event.id)
    kept: dict[str, list[UUID]] = defaultdict(list)
    for event in keeper.database.events:
        if event.id not in world.lost:
            kept[event.stream].append(event.id)
    yield from _differences("the keeper", wanted, kept)


def _differences(who: str, wanted: dict[str, list[UUID]], actual: dict[str, list[UUID]]) -> Iterator[str]:
    for stream in sorted(wanted.keys() | actual.keys()):
        expected, received = wanted[stream], actual[stream]
        if expected == received:
            continue
        missing = [expected.index(id_) + 1 for id_ in expected if id_ not in received]
        twice = [id_ for id_, times in Counter(received).items() if times > 1]
        order = "" if missing or twice else ", in another order or of nobody's telling"
        yield f"{who} of {stream}: missing {missing} of {len(expected)}, twice {len(twice)}{order}"


def _processes(world: World) -> Iterator[str]:
    """A process has followed each payment once, in order; each of its tasks is done once, or withdrawn and not done."""
    database = world.services["ledger"].database
    expected: dict[str, list[str]] = defaultdict(list)
    watched: Counter[str] = Counter()
    for paid in _bodies(world.services["ledger"], "ledger.paid"):
        account = paid["account"]
        for fact in ledger.hear_payment(ledger.Paid(**paid), bool(watched[account]), START):
            watched[account] = isinstance(fact, ledger.Watched)
            expected[account].append(fact.type)
    facts: dict[str, list[str]] = defaultdict(list)
    audits = Counter(event.cause.causation_id for event in database.events if event.type == "ledger.audited")
    tasks = {number: status for number, (_, status) in database.tables["tasks"].items()}
    for event in database.events:
        if event.stream.startswith("watch-"):
            facts[event.stream.removeprefix("watch-")].append(event.type)
        if event.type == "ledger.watched":
            number = task_id(event.id, 0)
            outcome = (tasks.pop(number, None), audits.pop(number, 0))
            if outcome not in (("done", 1), ("withdrawn", 0)):
                yield f"{event.stream} asked for an audit, which is {outcome[0]}, and there are {outcome[1]}"
    if tasks or audits.keys() - {None}:
        yield f"nobody asked for {tasks} and {audits}"
    if facts != expected:
        yield f"the watch has {dict(facts)}, and the payments make {dict(expected)}"


def _read_models(world: World) -> Iterator[str]:
    """Every read model is what a fold of its whole store gives, and so is its past where it keeps one."""
    for service in world.services.values():
        for model in service.models:
            rows: dict[tuple[object, ...], object] = {}
            past: dict[object, object] = {}
            known_from: dict[tuple[object, ...], int] = {}
            for stored, event in model.decode([ModelEvent.of(stored) for stored in service.database.events]):
                key = (stored.tenant, *model.on[type(event)].key(event))
                before = rows.get(key)
                model.fold(rows, [(stored.tenant, event)])
                if rows[key] != before:
                    if before is not None:
                        past[key, known_from[key]] = (before, stored.position)
                    known_from[key] = stored.position
            if rows != service.database.tables[model.table(1)]:
                yield f"{model.name} shows what its store does not say"
            if model.keeps_past and past != service.database.tables[model.past_table(1)]:
                yield f"{model.name} kept what its store does not say"


def _parking(world: World) -> Iterator[str]:
    """Only poisoned messages and those behind them in their stream are parked, each once."""
    for service in world.services.values():
        poisoned: set[Stream] = set()
        for message in _list_parked(service):
            stream = (message.topic, message.stream)
            if _is_poison(service, message):
                poisoned.add(stream)
            elif stream not in poisoned:
                yield f"{service.name}: {message.stream} has {message.sequence} parked for nothing: {message.reason}"
            if world.mended:
                where = f"{service.name}: {message.stream} has {message.sequence}"
                yield f"{where} parked after it was mended: {message.reason}"
        ids = Counter(id_ for message in _list_parked(service) if (id_ := _id(message)) is not None)
        yield from (f"{service.name}: {id_} is parked {times} times" for id_, times in ids.items() if times > 1)


def _is_poison(service: Service, message: ParkedMessage) -> bool:
    if message.value == b"junk":
        return True
    body = from_json(message.value or b"{}")
    return service.name == "tally" and body.get("amount") in (ledger.UNREADABLE, ledger.REFUSED)


def _list_parked(service: Service) -> Iterable[ParkedMessage]:
    return [parked for _, parked in sorted(service.database.tables["parked"].items())]


def _id(message: ParkedMessage) -> UUID | None:
    envelope = _envelope(message.headers)
    return envelope.id if envelope else None
