"""Compares what was acknowledged with what is stored, published, taken in and shown; each check says what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.matching.reactions import REACTIONS
from services.reporting.reactions.recording import CATALOGUE
from shared.events.catalogue import type_of
from shared.events.matching import PairConfirmed
from shared.events.referral import PersonErased
from shared.kernel.records import ModelEvent, RecordedEvent
from tests.faults.evidence import Event, Evidence, Message, normal, service
from tests.faults.history import Command, History, Lost
from tests.faults.marks import mark_of
from tests.faults.older import CAME_LATER
from tests.faults.site import ASKED, PUBLISHING

ERASED = type_of(PersonErased)
CONFIRMED, OPENED = type_of(PairConfirmed), "sessions.relationship_opened"
LATE = {type_of(event) for event in CAME_LATER}
"""Types of events that an older matching passes over, and today's hears later."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name, with how much it looked at and what it found wrong."""

    name: str
    looked_at: int
    wrong: Sequence[str]


def check(history: History, evidence: Evidence) -> list[Check]:
    """Every check, in the order of the way that an event takes."""
    checks = [
        Check(
            f"{name}: commands against stored events",
            sum(command.service == name for command in history.commands),
            check_commands(name, history, evidence.events[name]),
        )
        for name in ASKED
    ]
    for name, events in evidence.events.items():
        wrong = check_streams(events, evidence.versions[name])
        checks.append(Check(f"{name}: streams without gaps", len(events), wrong))
    for topic, due in evidence.due.items():
        messages = evidence.topics[topic]
        if topic == "people":
            wrong = check_compaction(
                [(publication.key, publication.value) for publication in due], messages, history.lost
            )
        else:
            wrong = check_publication(
                [(publication.event, publication.value) for publication in due], messages, history.lost
            )
        checks.append(Check(f"{topic}: stored against published", len(due), wrong))
    public = [publication for topic in PUBLISHING for publication in evidence.due[topic]]
    recorded = [(publication.event, publication.value) for publication in public if CATALOGUE.knows(publication.type)]
    checks.append(
        Check(
            "reporting: published against recorded",
            len(recorded),
            check_records(recorded, evidence.events["reporting"], history.lost),
        )
    )
    wanted = {type_of(event) for event in REACTIONS}
    caused = [publication.event for publication in evidence.due["referral"] if publication.type in wanted]
    checks.append(
        Check(
            "matching: published against effects",
            len(caused),
            check_effects(caused, evidence.events["matching"], history.lost),
        )
    )
    confirmed = [publication.event for publication in evidence.due["matching"] if publication.type == CONFIRMED]
    checks.append(
        Check(
            "sessions: confirmed pairs against relationships",
            len(confirmed),
            check_relationships(confirmed, evidence.events["sessions"]),
        )
    )
    checks += [
        Check(
            f"{name}.{model}: shown against folded", len(rows), check_rows(name, model, rows, evidence.recorded[name])
        )
        for (name, model), rows in evidence.rows.items()
    ]
    parked = [f"{name} has parked {message}" for name, messages in evidence.parked.items() for message in messages]
    return [*checks, Check("nothing parked", len(evidence.parked), parked)]


def check_commands(service: str, history: History, events: Iterable[Event]) -> list[str]:
    """Acknowledged: all its events, once, and the last where the answer said. Refused: none. Unknown: all or none.

    What was acknowledged and then lost with a backup put back may be there or not, but it is all there or not at all.
    """
    by_mark: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if (mark := mark_of(service, event.type, event.actor, event.body)) is not None:
            by_mark[mark].append(event)
    wrong = []
    for command in history.commands:
        if command.service == service:
            wrong += _command(command, by_mark.pop(command.mark, []), lost=command.mark in history.lost.marks)
    wrong += [f"{len(events)} events of {mark}, whom nobody was" for mark, events in by_mark.items()]
    return wrong


def _command(command: Command, events: Sequence[Event], *, lost: bool) -> list[str]:
    stored, wanted = Counter(event.type for event in events), Counter(command.expects)
    done = bool(wanted) and all(stored[type_] == times for type_, times in wanted.items())
    difference = f"{command.kind} {command.id} ({command.outcome}): {dict(stored)} instead of {dict(wanted)}"
    outcome = "unknown" if lost else command.outcome  # asked again, it may have had its effect after all
    match outcome:
        case "ok" if wanted and done:
            last = max(event.position for event in events) + command.after_it
            return [
                f"{command.kind} {command.id}: acknowledged at {attempt.position}, stored at {last}"
                for attempt in command.acknowledged
                if attempt.position != last
            ]
        case "ok" if wanted or stored:
            return [difference]
        case "refused" if stored:
            return [difference]
        case "unknown" if stored and not done:
            return [difference]
    return []


def check_streams(events: Sequence[Event], versions: Mapping[tuple[str, str], int]) -> list[str]:
    """Each stream's versions are 1, 2, 3 ... in the order of positions; ids are unique."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    wrong = []
    for event in events:
        stream = event.tenant, event.stream
        seen[stream] += 1
        if event.version != seen[stream]:
            wrong.append(f"{event.stream}: version {event.version} at {event.position} where {seen[stream]} was due")
    for stream in sorted(seen.keys() | versions.keys()):
        last, kept = seen.get(stream, 0), versions.get(stream, 0)  # a stream may be compared and get no event
        if last != kept:
            wrong.append(f"{stream[1]}: version {kept} where its last event has {last}")
    wrong += [f"event {id_} is there {n} times" for id_, n in Counter(e.id for e in events).items() if n > 1]
    return wrong


def check_publication(due: Sequence[tuple[Event, bytes | None]], messages: Sequence[Message], lost: Lost) -> list[str]:
    """Every event that is due, nothing else, first published in the order of incarnations and positions."""
    wrong = []
    wanted = {event.id: (event, value) for event, value in due}
    first: dict[Any, Message] = {}
    last: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for message in messages:
        envelope = message.envelope
        if envelope.id in lost.events:
            continue
        if envelope.id not in wanted:
            wrong.append(f"published but not stored: {envelope.type} at sequence {envelope.sequence}")
            continue
        event, value = wanted[envelope.id]
        if (message.value, envelope.sequence, message.key) != (value, event.position, f"{event.tenant}/{event.stream}"):
            wrong.append(f"published otherwise than stored: {envelope.type} at sequence {envelope.sequence}")
        if envelope.id not in first:
            first[envelope.id] = message
            mark = envelope.incarnation, envelope.sequence
            if mark < last[message.partition]:
                wrong.append(f"{envelope.type} at {mark} came after {last[message.partition]}")
            last[message.partition] = max(last[message.partition], mark)
    wrong += [f"stored but not published: {e.type} at {e.position}" for e, _ in due if e.id not in first]
    return wrong


def check_compaction(due: Sequence[tuple[str, bytes | None]], messages: Sequence[Message], lost: Lost) -> list[str]:
    """The last word on each key is what was due last; an erased person's may be gone altogether."""
    wanted = dict(due)
    last = {message.key: message.value for message in messages if message.key not in {"-/roll", *lost.keys}}
    wanted = {key: value for key, value in wanted.items() if key not in lost.keys}
    wrong = [f"the last of key {key} in the topic is not what is due" for key in wanted if last.get(key) != wanted[key]]
    return wrong + [f"key {key} is in the compacted topic and nobody's" for key in last.keys() - wanted.keys()]


def check_records(due: Sequence[tuple[Event, bytes | None]], events: Sequence[Event], lost: Lost) -> list[str]:
    """A consumer that records events has each public event once, and those of a stream in their order."""
    times = Counter(event.id for event in events)
    wrong = [f"heard {times[e.id]} times: {e.type} at {e.position}" for e, _ in due if times[e.id] != 1]
    wanted = {event.id for event, _ in due} | lost.events
    wrong += [f"kept but never published: {event.type}" for event in events if event.id not in wanted]
    return wrong + _order((event for event, _ in due), {event.id: event.position for event in events})


def check_effects(due: Sequence[Event], events: Sequence[Event], lost: Lost) -> list[str]:
    """A consumer that reacts has one event caused by each public one, and those of a stream in their order.

    A fact that was known already, because it was published again after it had been lost, changes nothing. Nor does one
    that an older version passed over and today's hears after the erasure of the person.
    """
    times = Counter(event.causation_id for event in events)
    forgotten = {event.stream: event.position for event in due if event.type == ERASED and times[event.id] == 1}
    wrong = [
        f"{times[event.id]} effects of {event.type} at {event.position}"
        for event in due
        if times[event.id] != 1
        and not (times[event.id] == 0 and event.actor in lost.actors)
        and not (times[event.id] == 0 and event.type in LATE and event.position < forgotten.get(event.stream, 0))
    ]
    return wrong + _order(due, {event.causation_id: event.position for event in events})


def check_relationships(confirmed: Iterable[Event], events: Iterable[Event]) -> list[str]:
    """Every confirmed pair has one relationship, and no relationship is of another."""
    opened = Counter(event.stream for event in events if event.type == OPENED)
    pairs = {event.stream.removeprefix("pair-") for event in confirmed}
    wrong = [
        f"{opened[f'relationship-{pair}']} relationships of {pair}"
        for pair in sorted(pairs)
        if opened[f"relationship-{pair}"] != 1
    ]
    return wrong + [f"{stream} is of no pair" for stream in opened if stream.removeprefix("relationship-") not in pairs]


def _order(due: Iterable[Event], effects: Mapping[Any, int]) -> list[str]:
    last: dict[str, int] = defaultdict(int)
    wrong = []
    for event in due:
        effect = effects.get(event.id)
        if effect is not None and effect < last[event.stream]:
            wrong.append(f"taken in before what was before it: {event.type} at {event.position}")
        last[event.stream] = max(last[event.stream], effect or 0)
    return wrong


def check_rows(
    name: str, model: str, rows: Mapping[tuple[object, ...], dict[str, Any]], events: Sequence[RecordedEvent[str]]
) -> list[str]:
    """The rows that readers see are those that a fold of all events from the beginning comes to."""
    of = next(read_model for read_model in service(name).read_models if read_model.name == model)
    folded: dict[tuple[object, ...], Any] = {}
    of.fold(folded, ((stored.tenant, event) for stored, event in of.decode([ModelEvent.of(each) for each in events])))
    expected = {
        tuple(str(part) for part in key): normal(
            {"tenant": key[0]} | {field: getattr(row, field) for field in row.__dataclass_fields__}
        )
        for key, row in folded.items()
        if row is not None
    }
    actual = {tuple(str(part) for part in key): row for key, row in rows.items()}
    wrong = [f"row {key} is missing" for key in expected.keys() - actual.keys()]
    wrong += [f"row {key} should not be there" for key in actual.keys() - expected.keys()]
    return wrong + [
        f"row {key} shows {_differing(actual[key], expected[key])}"
        for key in expected.keys() & actual.keys()
        if actual[key] != expected[key]
    ]


def _differing(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    return "another " + ", ".join(name for name in expected if actual.get(name) != expected[name])
