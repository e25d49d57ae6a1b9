"""A batch reads in one round trip what its reactions are known to read, and each reaction decides on that."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.events import Envelope
from shared.kernel.loops.consumer import IncomingEvent
from shared.kernel.reactions import ReactionWithReads, react_with
from shared.kernel.records import StreamKey
from shared.kernel.unit import Unit
from tests.support.notes_service import DAY, EAR, REACTIONS, SOURCE, NoteTold, note_message


class Reads:
    """A transaction in which nothing is stored, and what was asked of it."""

    fatal_errors: tuple[type[BaseException], ...] = ()

    def __init__(self) -> None:
        self.asked: list[Sequence[StreamKey]] = []

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[object]:
        self.asked.append(streams)
        return []


def incoming_note(note_id: UUID, sequence: int, tenant: str) -> IncomingEvent:
    envelope = Envelope(
        id=uuid4(),
        type=NoteTold.type,
        version=1,
        source=SOURCE,
        subject=f"note-{note_id}",
        time=datetime(2026, 9, 14, tzinfo=UTC),
        tenant=tenant,
        sequence=sequence,
        correlation_id=uuid4(),
    )
    event = NoteTold(happened_on=DAY, note_id=note_id, words=sequence)
    return IncomingEvent(envelope, event, note_message(note_id, sequence))


async def test_a_batch_reads_in_one_round_trip_for_each_tenant_what_its_reactions_will_read() -> None:
    transaction, decided = Reads(), list[tuple[str, int]]()
    notes = [uuid4(), uuid4(), uuid4()]

    async def react(unit: Unit, event: NoteTold) -> None:
        await unit.load(EAR, event.note_id)
        decided.append((unit.tenant, event.words))

    reaction = ReactionWithReads(react, lambda event: [(EAR, event.note_id)])
    batch = [incoming_note(note, nth, tenant) for nth, (note, tenant) in enumerate(zip(notes, "aba", strict=True))]

    outcome = await react_with("notes", {NoteTold: reaction})(transaction, batch)  # type: ignore[arg-type]  # it reads only

    assert not outcome.failed
    assert decided == [("a", 0), ("b", 1), ("a", 2)]
    streams = [EAR.stream(note) for note in notes]
    assert transaction.asked == [[("a", streams[0]), ("a", streams[2])], [("b", streams[1])]]


async def test_a_reaction_that_says_nothing_of_its_reads_reads_when_it_is_run() -> None:
    transaction, note = Reads(), uuid4()
    await react_with("notes", REACTIONS)(transaction, [incoming_note(note, 1, "a"), incoming_note(uuid4(), 2, "a")])  # type: ignore[arg-type]  # likewise
    assert [len(streams) for streams in transaction.asked] == [1, 1]
