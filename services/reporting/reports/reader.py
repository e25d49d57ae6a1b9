"""Read for a report: as things are known now, or were known at a past moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.reporting.policy import LEAD
from services.reporting.reports.freshness import DatedAnswer, read_freshness
from services.reporting.views.current_rows import KNOWN_AT, current_rows, people
from services.reporting.views.keeping import choose_what_to_reckon
from services.reporting.views.kept import Kept
from shared.kernel.postgres.progress import projected_position
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader


@dataclass(frozen=True)
class ReportReader(Reader):
    """Reads for a report, as things are known now, or were known after the event at `position`, recorded by `known_at`.

    `looks_back` says that whoever asks chose that moment, as `at` does; an export has one of its own.

    A query about a few people compares `mentor_record_id` and `trainee_record_id` with `records_of`, which the indexes
    of the tables serve.
    """

    known_at: datetime | None = None
    position: int | None = None
    looks_back: bool = False

    @property
    def current_rows(self) -> str:
        """The beginning of every query."""
        return current_rows(past=self.position is not None)

    @property
    def people(self) -> str:
        """The beginning of a query that needs no more than `kept_records`."""
        return people(past=self.position is not None)

    async def at(self, known_at: datetime | None) -> "ReportReader":
        """Return a reader of what was known at a moment; of what is known now where it is None or yet to come.

        Until another reader is made, the transaction of this connection reads as of that moment.
        """
        if known_at is not None and known_at < await self.now():
            return replace(await self.at_position(await self._position_at(known_at), known_at), looks_back=True)
        return replace(self, known_at=None, position=None, looks_back=False)

    async def at_position(self, position: int, known_at: datetime) -> "ReportReader":
        """Return a reader of what was known after the event at a position, which was at a moment."""
        reader = replace(self, known_at=known_at, position=position)
        await reader.begin()
        return reader

    async def begin(self) -> None:
        """Let the transaction read as of this reader's moment: needed where readers take turns on one connection."""
        if self.position is not None:
            await self.value(f"select set_config('{KNOWN_AT}', $1, true)", str(self.position))

    async def figures(self, day: date, *sets: Kept) -> str:
        """Return `current_rows` with figures up to a day as further tables, each under its name.

        Those that are kept are read, and only what has changed since then is reckoned; all of a past moment.
        """
        some = await self._choose(sets, day if self.position is None else None) if sets else ()
        return ", ".join(
            (
                self.current_rows,
                # what is reckoned is reckoned once, however often a report reads it
                *(
                    f"{each.name} as {f'({each.rows})' if each in some else f'not materialized ({each.kept})'}"
                    for each in sets
                ),
            )
        )

    async def reckon_all(self, *sets: Kept) -> None:
        """Let `rows` of these figures be all reckoned."""
        await self._choose(sets, None)

    async def _choose(self, sets: Sequence[Kept], day: date | None) -> Sequence[Kept]:
        return await choose_what_to_reckon(self.connection, self.current_rows, day, sets)

    async def _position_at(self, known_at: datetime) -> int:
        """Return the position of the last event that was recorded by a moment; 0 where there is none."""
        position: int = await self.value(
            "select position_at($1, $2, $3)", self.who.tenant, known_at, await projected_position(self.connection)
        )
        return position

    async def knows_all_of(self, moment: datetime) -> bool:
        """Return whether the read tables have every event that was recorded by a moment."""
        behind: bool = await self.value(
            "select exists (select from events where tenant = $1 and position > $2 and recorded_at <= $3)",
            self.who.tenant,
            await projected_position(self.connection),
            moment,
        )
        return not behind

    async def now(self) -> datetime:
        """Return the present moment, by the clock that events are recorded by."""
        now: datetime = await self.value("select clock_timestamp()")
        return now

    async def freshness(self) -> DatedAnswer:
        """Return how far an answer reaches.

        Ask before the rows of an answer are read: then the answer contains at least the events up to these times.
        """
        names_parked = self.who.has(LEAD)
        return await read_freshness(
            self.connection, self.who.tenant, self.position, self.known_at, names_parked=names_parked
        )

    async def principal(self) -> Principal:
        """Return the person who asks, under the id of their kept record: their token may still name a merged one."""
        try:
            record_id = UUID(self.who.subject)
        except ValueError:
            return self.who
        return replace(self.who, subject=str(await kept_record(self, record_id)))


async def kept_records(reader: ReportReader, record_ids: Collection[object]) -> dict[object, object]:
    """Return the kept records of those of these records that were merged: the last of the chain of merges of each."""
    rows = await reader.connection.fetch(
        f"{reader.people} select merged_id, kept_id from kept_records where merged_id = any ($1)",
        list(record_ids),
    )
    return {row["merged_id"]: row["kept_id"] for row in rows}


async def kept_record(reader: ReportReader, record_id: UUID) -> UUID:
    """Return the id of the kept record: the last of the record's chain of merges, or the record itself."""
    kept = (await kept_records(reader, [record_id])).get(record_id, record_id)
    assert isinstance(kept, UUID)
    return kept


async def records_of(reader: ReportReader, *kept_ids: UUID) -> list[UUID]:
    """Return these records and all records that were merged into them."""
    rows = await reader.connection.fetch(
        f"{reader.people} select merged_id from kept_records where kept_id = any ($1)", list(kept_ids)
    )
    return [*kept_ids, *(row["merged_id"] for row in rows)]
