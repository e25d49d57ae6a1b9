"""Who has read a report about one person: recorded with the reading, and shown to the person and to leads.

A report is about one person where it names them (their progress, their review pack) or shows rows of one trainee only,
by a filter or because there is no other. A page about several people is not. A file of a report is judged in the same
way, when it is recorded and at each download. What somebody reads of themselves is not recorded, as in sessions.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.reporting import policy
from services.reporting.reports.reader import ReportReader, kept_record, kept_records, records_of
from shared.kernel.answers import Answer
from shared.kernel.notifier import Notifier
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.settings import Settings

HOUR = 3600.0
"""Seconds between two deletions of old reads."""


class ReportRead(Answer):
    """Somebody (`reader`, the subject of their token, and their `roles`) read a report about a person.

    `report` is its name, followed by `/difference` or `/trace` where they read that, by `/export` where they recorded a
    file of it, and by `/download` where they downloaded the file. `as_of` is the day that they asked about, `known_at`
    the moment whose knowledge they saw, None for that of then.
    """

    reader: str
    roles: tuple[str, ...]
    report: str
    as_of: date
    known_at: datetime | None
    read_at: datetime


class ReportReads(Answer):
    """A page of who has read reports about a person, the latest first.

    `next` is the cursor of the next page, None on the last one. Reads are kept for `kept_days`.
    """

    person_id: UUID
    kept_days: int
    reads: list[ReportRead]
    next: int | None


async def record_read(reader: ReportReader, report: str, as_of: date, *people: UUID) -> None:
    """Record in the reader's transaction that they have read a report about these people, given by any of their
    records: a past report names the records of its day.
    """
    if not people:
        return
    now = replace(reader, position=None)
    kept = await kept_records(now, people)
    own = (await now.principal()).subject
    named = {str(kept.get(person, person)) for person in people}
    others = sorted(map(UUID, named - {own}))
    if others:
        await reader.connection.execute(
            "select record_reads($1, $2, $3, $4, $5, $6, $7)",
            reader.who.tenant,
            others,
            reader.who.subject,
            sorted(reader.who.roles),
            report,
            as_of,
            reader.known_at,
        )


def only_trainee(rows: Iterable[Any]) -> tuple[UUID, ...]:
    """Return the trainee whom all of these rows are about; nobody where they are about several or none."""
    trainees = NamedTrainees()
    for row in rows:
        trainees.note(row)
    return trainees.only()


class NamedTrainees:
    """The trainees whom rows name, noted while the rows go by: two are enough to know that there are several."""

    def __init__(self) -> None:
        self._noted: set[UUID] = set()

    def note(self, row: Any) -> None:
        """Note the trainee of a row, if it names any."""
        named = getattr(row, "trainee_id", None)
        if named is not None and len(self._noted) < 2:
            self._noted.add(named)

    async def note_each(self, rows: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Yield these rows, each once it is noted."""
        async for row in rows:
            self.note(row)
            yield row

    def only(self) -> tuple[UUID, ...]:
        """Return the trainee whom all noted rows are about; nobody where they are about several or none."""
        return tuple(self._noted) if len(self._noted) == 1 else ()


async def list_reads(
    reader: ReportReader, person_id: UUID, *, kept_days: int, after: int | None, limit: int
) -> ReportReads:
    """Return who has read reports about a person, under whichever of their records.

    Raises `NotFound` or `NotAllowed` for somebody who is neither that person nor a partnership lead.
    """
    person_id = await kept_record(reader, person_id)
    policy.reads(await reader.principal(), person_id)
    rows = await reader.connection.fetch(
        f"""{reader.people}
           select id, coalesce(k.kept_id::text, reader) as reader, roles, report, as_of, known_at, read_at
           from reads left join kept_records k on k.merged_id::text = reader
           where tenant = $1 and person_id = any ($2) and id < coalesce($3::bigint, id + 1)
             and read_at > clock_timestamp() - $4::interval
           order by id desc limit $5""",
        reader.who.tenant,
        await records_of(reader, person_id),
        after,
        timedelta(days=kept_days),
        limit + 1,
    )
    return ReportReads(
        person_id=person_id,
        kept_days=kept_days,
        reads=[ReportRead.model_validate(dict(row)) for row in rows[:limit]],
        next=rows[limit - 1]["id"] if len(rows) > limit else None,
    )


async def forget_old_reads(store: PostgresStore, _: Notifier, settings: Settings) -> None:
    """Delete reads that are older than the setting says, once an hour, until cancelled."""
    while True:
        await delete_old_reads(store, settings.alongside_reads_kept_days)
        await asyncio.sleep(HOUR)


async def delete_old_reads(store: PostgresStore, kept_days: int) -> None:
    """Delete the reads that are more than so many days old."""
    await store.pool.execute(
        "delete from reads where read_at < clock_timestamp() - $1::interval", timedelta(days=kept_days)
    )
