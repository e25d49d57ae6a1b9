"""Use cases of files: a dry run, a confirmation that goes in by stretches of rows, an undo that goes back likewise.

A file is judged as a whole, and nothing of it goes in while anything is wrong. Then each stretch is one append, with
how far it came: what is broken off between two of them is confirmed again and goes on from there. Everything that an
import does carries its id as correlation id.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.domain.imports import IMPORT, Effect, Import, Kind, TakeBack, TakeIn
from services.referral.imports import kept_files as waiting
from services.referral.imports import undoing
from services.referral.imports.kinds import INTAKES, Intake
from services.referral.imports.reading.errors import CellError, FileError
from services.referral.imports.reading.rows import Draft
from services.referral.imports.recording.schools import Report, Taken
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.http.context import Caller
from shared.kernel.postgres import tenant_transaction
from shared.kernel.postgres.progress import NotYet, projected_position
from shared.kernel.unit import JsonAnswer, Unit, UseCase

STRETCH = 1000
"""Rows in one append: enough to be fast, few enough to be small in memory and to show progress."""
MOST_ERRORS = 10_000
"""A file with more errors than this is the wrong file, and nobody reads them one by one."""
PATIENCE = 10.0
"""Seconds that a file waits for the read models to have seen what was recorded before it."""


class UnreadableFile(DomainError):
    """The file is no table of its kind, so that there is nothing to keep for a confirmation."""

    status = 422


class HasErrors(DomainError):
    """A file goes in when it has no errors."""


@dataclass
class _Judged:
    """What a whole file would do, and what is wrong with it."""

    rows: int = 0
    effect: Effect = field(default_factory=Effect)
    errors: list[CellError] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    report: Report = field(default_factory=Report)

    def add(self, rows: int, taken: Taken) -> None:
        self.rows += rows
        self.effect += _counted(taken)
        self.errors += taken.errors
        self.skipped += taken.skipped
        self.report = self.report.and_then(taken.report)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rows that go in together; `through_line` is the last line of them, `last` says that no others follow."""

    drafts: Sequence[Draft[Any]]
    through_line: int
    last: bool


async def bring(caller: Caller, kind: Kind, content: bytes) -> JsonAnswer:
    """Read a file, say what its rows would do and what is wrong with them, and keep it for the confirmation.

    Raises `UnreadableFile`. An earlier file of this kind that the same person brought is abandoned.
    """
    policy.may_run_the_partnership(caller.who)
    judged = await _judge(caller, INTAKES[kind], content, caller.context.commands.now().date())
    errors, packed = told(judged.errors), waiting.pack(content)

    async def use_case(unit: Unit) -> JsonAnswer:
        found = waiting.Found(kind, errors, dict(judged.skipped), judged.effect, judged.rows, judged.report)
        kept = waiting.Waiting(uuid4(), caller.who.subject, unit.now, packed)
        unit.in_transaction(
            lambda transaction: waiting.abandon(transaction, unit.tenant, [kind], by=caller.who.subject)
        )
        unit.in_transaction(lambda transaction: waiting.keep(transaction, unit.tenant, kept, found))
        return {
            "import_id": str(kept.import_id),
            "kind": kind,
            "ready": not errors,
            "rows": judged.rows,
            "errors": errors,
            "skipped": found.skipped,
            "will_change": found.will_change.model_dump(),
            "report": judged.report.as_json(),
            "expires_at": (unit.now + waiting.KEPT_FOR).isoformat(),
        }

    return await caller.run(use_case)


async def confirm(caller: Caller, import_id: UUID, *, good_rows_only: bool, on: date) -> JsonAnswer:
    """Let all rows of a file in, judged anew by what stands now; the file is destroyed with the last of them.

    A file of the register may go in without its bad rows: whoever brings them cannot mend them. Raises `HasErrors`.
    """
    policy.may_run_the_partnership(caller.who)
    caller = _as_import(caller, import_id)
    async with tenant_transaction(caller.context.store.pool, [caller.who.tenant]) as connection:
        brought = await waiting.brought(connection, caller.context.store.keyring, caller.who.tenant, import_id)
    if good_rows_only and brought.kind not in ("schools", "school_links"):
        raise Invalid("Only schools go in without their bad rows; correct the file.", pointer="/good_rows_only")
    if brought.content is None:
        return await caller.run(_confirmed(import_id, brought.kind))
    going = _Going(caller, import_id, brought.kind, INTAKES[brought.kind], good_rows_only, on)
    if not good_rows_only:
        await going.refuse_bad(brought)
    async with aclosing(_stretches(going.intake, brought.content, Counter())) as stretches:
        async for stretch in stretches:
            if stretch.last:
                return await caller.run(going.taking_in(stretch))
            await caller.context.commands.run(replace(caller.request, key=None), going.taking_in(stretch))
    raise AssertionError("a file has a last stretch, though it may be empty")


@dataclass(frozen=True, slots=True)
class _Going:
    """A file that goes in."""

    caller: Caller
    import_id: UUID
    kind: Kind
    intake: Intake[Any]
    good_rows_only: bool
    on: date

    async def refuse_bad(self, brought: waiting.Brought) -> None:
        """Judge the whole file once more, unless it has begun to go in; raises `HasErrors`."""
        assert brought.content is not None
        if (await _import(self.caller, self.import_id)).status != "new":
            return
        errors = brought.errors
        if not self.intake.judged_once and brought.rows > STRETCH:
            errors = told((await _judge(self.caller, self.intake, brought.content, self.on)).errors)
        if errors and (self.intake.judged_once or brought.rows > STRETCH):
            raise HasErrors("Some cells need another look; nothing was stored.", errors=errors)

    def taking_in(self, stretch: _Stretch) -> UseCase[JsonAnswer]:
        """One stretch, and with the last of them the end."""

        async def use_case(unit: Unit) -> JsonAnswer:
            (before,) = await unit.load(IMPORT, self.import_id)
            if before.status == "confirmed" or (before.through_line >= stretch.through_line and not stretch.last):
                return _answer(self.import_id, self.kind, before)
            taken = await self.intake.take(unit, stretch.drafts, self.on)
            if taken.errors and not self.good_rows_only and before.status == "new":
                raise HasErrors("Some cells need another look; nothing was stored.", errors=told(taken.errors))
            await unit.decide(
                IMPORT,
                self.import_id,
                TakeIn(
                    import_id=self.import_id,
                    kind=self.kind,
                    effect=_counted(taken),
                    through_line=stretch.through_line,
                    streams=tuple(dict.fromkeys(taken.streams)),
                    last=stretch.last,
                    on=self.on,
                ),
            )
            rows, report = len(stretch.drafts), taken.report
            unit.in_transaction(
                lambda transaction: waiting.going_in(
                    transaction, unit.tenant, self.import_id, rows, report, last=stretch.last
                )
            )
            (after,) = await unit.load(IMPORT, self.import_id)
            return _answer(self.import_id, self.kind, after)

        return use_case


def _confirmed(import_id: UUID, kind: Kind) -> UseCase[JsonAnswer]:
    """The answer for a file that is gone: what it did, where it went in."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (found,) = await unit.load(IMPORT, import_id)
        if found.status != "confirmed":
            raise waiting.FileGone
        return _answer(import_id, kind, found)

    return use_case


def _answer(import_id: UUID, kind: Kind, found: Import) -> JsonAnswer:
    return {"import_id": str(import_id), "kind": kind, **found.effect.model_dump()}


async def undo(caller: Caller, import_id: UUID, *, on: date) -> JsonAnswer:
    """Take back everything that an import did; raises `BuiltUpon` with reasons where something rests on it."""
    policy.may_run_the_partnership(caller.who)
    caller = _as_import(caller, import_id)
    async with tenant_transaction(caller.context.store.pool, [caller.who.tenant]) as connection:
        await waiting.brought(
            connection, caller.context.store.keyring, caller.who.tenant, import_id
        )  # whether it is there
    found = await _import(caller, import_id)
    if found.status == "new":
        raise NotFound("Nothing of this file went in, so that there is nothing to undo.")
    stretches = [found.streams[at : at + STRETCH] for at in range(0, len(found.streams), STRETCH)] or [()]
    await _see_everything(caller)
    reasons: list[undoing.Reason] = []
    for streams in stretches:
        reasons += await _taken_back(caller, import_id, streams, on)
    if reasons:
        raise undoing.BuiltUpon(reasons)
    for number, streams in enumerate(reversed(stretches), 1):
        last = number == len(stretches)
        use_case = _taking_back(caller, import_id, streams, on, last=last)
        if last:
            return await caller.run(use_case)
        await caller.context.commands.run(replace(caller.request, key=None), use_case)
    raise AssertionError("there is a last stretch, though it may be empty")


async def _import(caller: Caller, import_id: UUID) -> Import:
    found: list[Import] = []

    async def look(unit: Unit) -> JsonAnswer:
        found.extend(await unit.load(IMPORT, import_id))
        return {}

    await caller.context.commands.run(replace(caller.request, key=None), look)
    return found[-1]


async def _taken_back(caller: Caller, import_id: UUID, streams: Sequence[str], on: date) -> list[undoing.Reason]:
    """Why these cannot be taken back, without doing it."""
    reasons: list[undoing.Reason] = []

    async def look(unit: Unit) -> JsonAnswer:
        before = unit.savepoint()
        found = await undoing.take_back(unit, import_id, streams, by=caller.who.subject, on=on)
        unit.undo(before)
        reasons[:] = found
        return {}

    await caller.context.commands.run(replace(caller.request, key=None), look)
    return reasons


def _taking_back(
    caller: Caller, import_id: UUID, streams: tuple[str, ...], on: date, *, last: bool
) -> UseCase[JsonAnswer]:
    async def use_case(unit: Unit) -> JsonAnswer:
        (before,) = await unit.load(IMPORT, import_id)
        if before.status != "undone":
            if reasons := await undoing.take_back(unit, import_id, streams, by=caller.who.subject, on=on):
                raise undoing.BuiltUpon(reasons)
            await unit.decide(IMPORT, import_id, TakeBack(import_id=import_id, streams=streams, last=last, on=on))
            unit.in_transaction(
                lambda transaction: waiting.going_back(transaction, unit.tenant, import_id, len(streams), last=last)
            )
        return {"import_id": str(import_id), "kind": before.kind, "status": "undone" if last else "going_back"}

    return use_case


def _as_import(caller: Caller, import_id: UUID) -> Caller:
    """The same command, everything it does marked as the import's."""
    cause = replace(caller.request.cause, correlation_id=import_id)
    return replace(caller, request=replace(caller.request, cause=cause))


async def _judge(caller: Caller, intake: Intake[Any], content: bytes, on: date) -> _Judged:
    """What the file would do now; raises `UnreadableFile`."""
    if intake.looks_around:
        await _see_everything(caller)
    judged = _Judged()
    try:
        async for stretch in _stretches(intake, content, judged.skipped):
            taken: list[Taken] = []

            async def look(unit: Unit, stretch: _Stretch = stretch, taken: list[Taken] = taken) -> JsonAnswer:
                before = unit.savepoint()
                taken[:] = [await intake.take(unit, stretch.drafts, on)]
                unit.undo(before)
                return {}

            await caller.context.commands.run(replace(caller.request, key=None), look)
            judged.add(len(stretch.drafts), taken[0])
            if len(judged.errors) > MOST_ERRORS:
                raise UnreadableFile(
                    f"This file has more than {MOST_ERRORS:,} errors; the first are listed. Is it the right file?",
                    errors=told(judged.errors[:100]),
                )
    except FileError as error:
        raise UnreadableFile(str(error), errors=told(error.errors)) from None
    return judged


async def _stretches(intake: Intake[Any], content: bytes, skipped: Counter[str]) -> AsyncGenerator[_Stretch, None]:
    """The file's rows, read beside everything else that this process does; what is left out is added to `skipped`."""
    reading = await asyncio.to_thread(intake.read, content)
    drafts = iter(reading)
    size = None if intake.whole else STRETCH
    now = await asyncio.to_thread(lambda: list(islice(drafts, size)))
    while True:
        then = await asyncio.to_thread(lambda: list(islice(drafts, size)))
        yield _Stretch(now, now[-1].line if now else 0, last=not then)
        if not then:
            break
        now = then
    skipped.update(reading.skipped)


async def _see_everything(caller: Caller) -> None:
    """Wait until the read models show what the partnership has recorded; raises `NotYet`."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        async with tenant_transaction(caller.context.store.pool, [caller.who.tenant]) as connection:
            last = await connection.fetchval("select position from events order by position desc limit 1")
            if last is None or await projected_position(connection) >= last:
                return
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet("What was recorded before is still being written up; ask again in a moment.", retry_after=1)
        await asyncio.sleep(0.02)


def _counted(taken: Taken) -> Effect:
    return taken.effect.model_copy(update={"left_out": len({error.line for error in taken.errors})})


def told(errors: Iterable[CellError]) -> list[dict[str, Any]]:
    """Errors as JSON; what is wrong with a whole row or file has no column."""
    return [
        {"line": error.line, "column": error.column, "code": error.code, "message": error.message} for error in errors
    ]
