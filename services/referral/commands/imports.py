"""Use cases of import files: a dry run, a confirmation that records rows in batches, an undo that restores in batches.

A file is checked as a whole, and no row of it is recorded while anything is wrong. Then each batch is one append, which
also notes how far the import is: an import that was interrupted is confirmed again and continues from there. Every
event of an import has the import's id as correlation id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from pydantic import Field

from services.referral import policy
from services.referral.domain.fields import Dated
from services.referral.domain.imports import IMPORT, Effect, Import, Kind, TakeBack, TakeIn
from services.referral.imports import kept_files, undoing
from services.referral.imports.batches import BATCH, Batch, batches
from services.referral.imports.database import last_position
from services.referral.imports.dry_run import PATIENCE, as_json, dry_run
from services.referral.imports.kept_files import KeptImport
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.outcomes import FileTable, ImportReport
from services.referral.imports.recording.same_people import name_holders
from shared.inputs.numbers import Yes
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.unit import CommandRunner, Question, Unit, UseCase
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import CellError


class HasErrors(DomainError):
    """The file has errors, and is recorded only without any."""


class NeedsConfirmation(DomainError):
    """Rows share an e-mail address with somebody on record, and nobody has confirmed that they are other people."""


class Confirmation(Dated):
    """The decision to record a file; a file of the register may be recorded without its bad rows.

    `other_people` confirms that people who share an e-mail address with a record are not the person of that record.
    """

    good_rows_only: Yes = False
    other_people: Yes = False


class DryRunAnswer(Answer):
    """What a file would do, every wrong cell, what has to be confirmed (`warnings`), what is not read, and until when
    the file is kept.
    """

    import_id: UUID
    kind: Kind
    ready: bool
    rows: int
    errors: list[CellError]
    warnings: list[CellError]
    skipped: dict[str, int]
    will_change: Effect
    report: ImportReport
    table: FileTable = FileTable()
    expires_at: datetime


class ImportEffect(Answer):
    """How many rows of an import were new, changed something, changed nothing, or were left out as bad."""

    import_id: UUID
    kind: Kind
    new: int
    changed: int
    unchanged: int
    left_out: int


class ImportUndone(Answer):
    """An import that was undone; its kind is None where it is not known any more.

    `records` counts what was restored, by category (school, person, offer, earlier, referral): 0 of each if it was
    undone before.
    """

    import_id: UUID
    kind: Kind | None
    status: Literal["undone", "going_back"]
    records: dict[str, int] = Field(default_factory=dict)


async def check_file(runner: CommandRunner, kind: Kind, content: FileContent) -> DryRunAnswer:
    """Find out what the rows of a file would do and what is wrong with them, and keep the file for the confirmation.

    Raises `UnreadableFile`. An earlier file of this kind by the same person is abandoned.
    """
    policy.may_run_the_partnership(runner.who)
    result = await dry_run(runner, kind, content, await runner.evaluate(_today))

    async def use_case(unit: Unit) -> DryRunAnswer:
        file = kept_files.NewFile(uuid4(), runner.who.subject, unit.now, content)
        unit.in_transaction(
            lambda transaction: kept_files.abandon(transaction, unit.tenant, [kind], by=runner.who.subject)
        )
        unit.in_transaction(lambda transaction: kept_files.keep(transaction, unit.tenant, file, result))
        return DryRunAnswer(
            import_id=file.import_id,
            kind=kind,
            ready=not result.errors,
            rows=result.rows,
            errors=await name_holders(unit, result.errors),
            warnings=await name_holders(unit, result.warnings),
            skipped=dict(result.skipped),
            will_change=result.effect,
            report=result.report,
            table=result.table,
            expires_at=unit.now + kept_files.KEPT_FOR,
        )

    return await runner.run(use_case, DryRunAnswer)


async def _today(unit: Unit) -> date:
    return unit.now.date()


async def confirm(runner: CommandRunner, import_id: UUID, confirmation: Confirmation) -> ImportEffect:
    """Record all rows of a file, checked again against what is recorded now; the file is destroyed after the last row.

    A file of the register may be recorded without its bad rows, because the sender cannot correct the register. Raises
    `HasErrors`.
    """
    policy.may_run_the_partnership(runner.who)
    runner = runner.with_correlation_id(import_id)
    kept = await runner.evaluate(lambda unit: kept_files.load_for(unit, import_id))
    if confirmation.good_rows_only and kept.kind not in ("schools", "school_links"):
        raise Invalid(
            "Only files of schools can be imported without their bad rows. Correct the file and send it again.",
            pointer="/good_rows_only",
        )
    if kept.content is None:
        return await runner.run(_effect_of_gone_file(import_id, kept.kind), ImportEffect)
    recording = _Recording(import_id, kept.kind, confirmation)
    if not confirmation.good_rows_only:
        await recording.refuse_errors(runner, kept, kept.content)
    async with aclosing(batches(FILE_KINDS[kept.kind], kept.content)) as in_batches:
        async for batch in in_batches:
            if batch.last:
                return await runner.run(recording.record(batch), ImportEffect)
            await runner.run_step(recording.record(batch))
    raise AssertionError("a file has a last batch, though it may be empty")


@dataclass(frozen=True, slots=True)
class _Recording:
    """An import whose rows are being recorded."""

    import_id: UUID
    kind: Kind
    confirmation: Confirmation

    async def refuse_errors(self, runner: CommandRunner, kept: KeptImport, content: FileContent) -> None:
        """Check the whole file once more if something was recorded since, or it is for another day.

        Raises `HasErrors` or `NeedsConfirmation`. A file whose rows have begun to be recorded is not checked.
        """
        if (await runner.evaluate(lambda unit: _load(unit, self.import_id))).status != "new":
            return
        checked_once = FILE_KINDS[self.kind].checked_once
        if not checked_once and kept.rows <= BATCH:
            return  # its only batch is checked as it is recorded
        errors, warnings = kept.errors, kept.warnings
        last = await runner.evaluate(last_position)
        if not checked_once and (kept.checked_on, kept.checked_through) != (self.confirmation.on, last):
            result = await dry_run(runner, self.kind, content, self.confirmation.on)
            errors, warnings = result.errors, result.warnings
        if errors:
            raise _has_errors(errors)
        if warnings and not self.confirmation.other_people:
            raise _needs_confirmation(warnings)

    def record(self, batch: Batch) -> UseCase[ImportEffect]:
        """Make the use case that records a batch, and with the last batch confirms the import."""

        async def use_case(unit: Unit) -> ImportEffect:
            before = await _load(unit, self.import_id)
            if before.status == "confirmed" or (before.through_line >= batch.through_line and not batch.last):
                return _effect(self.import_id, self.kind, before)
            outcome = await FILE_KINDS[self.kind].record(unit, batch.drafts, self.confirmation.on)
            if outcome.errors and not self.confirmation.good_rows_only and before.status == "new":
                raise _has_errors(await name_holders(unit, outcome.errors))
            if outcome.warnings and not self.confirmation.other_people and before.status == "new":
                raise _needs_confirmation(await name_holders(unit, outcome.warnings))
            command = TakeIn(
                import_id=self.import_id,
                kind=self.kind,
                effect=outcome.whole_effect,
                through_line=batch.through_line,
                streams=tuple(dict.fromkeys(outcome.streams)),
                last=batch.last,
                on=self.confirmation.on,
            )
            await unit.decide(IMPORT, self.import_id, command)
            rows, report = len(batch.drafts), outcome.report
            unit.in_transaction(
                lambda transaction: kept_files.note_recorded(
                    transaction, unit.tenant, self.import_id, rows, report, last=batch.last
                )
            )
            return _effect(self.import_id, self.kind, await _load(unit, self.import_id))

        return use_case


def _has_errors(errors: Sequence[CellError]) -> HasErrors:
    return HasErrors("Some cells need another look; nothing was stored.", errors=as_json(errors))


def _needs_confirmation(warnings: Sequence[CellError]) -> NeedsConfirmation:
    sentence = (
        "Some rows share an e-mail address with somebody on record; nothing was stored. Use the reference of the "
        "record where it is the same person, or confirm with `--other-people`, or over HTTP with `other_people`, that "
        "none is."
    )
    return NeedsConfirmation(sentence, errors=as_json(warnings))


def _effect_of_gone_file(import_id: UUID, kind: Kind) -> UseCase[ImportEffect]:
    """Make the use case that says what a file did which is not kept any more, where it was confirmed."""

    async def use_case(unit: Unit) -> ImportEffect:
        found = await _load(unit, import_id)
        if found.status != "confirmed":
            raise kept_files.FileGone
        return _effect(import_id, kind, found)

    return use_case


async def _load(unit: Unit, import_id: UUID) -> Import:
    (found,) = await unit.load(IMPORT, import_id)
    return found


def _effect(import_id: UUID, kind: Kind, found: Import) -> ImportEffect:
    return ImportEffect(import_id=import_id, kind=kind, **found.effect.model_dump())


async def undo(runner: CommandRunner, import_id: UUID, step: Dated) -> ImportUndone:
    """Undo everything that an import did; raises `BuiltUpon` with reasons if something was built on it."""
    policy.may_run_the_partnership(runner.who)
    runner = runner.with_correlation_id(import_id)
    await runner.evaluate(lambda unit: kept_files.load_for(unit, import_id))  # raises where there is no such import
    found = await runner.evaluate(lambda unit: _load(unit, import_id))
    if found.status == "new":
        raise NotFound("No row of this file was imported, so there is nothing to undo.")
    parts = [found.streams[at : at + BATCH] for at in range(0, len(found.streams), BATCH)] or [()]
    await runner.wait_until_projected(PATIENCE)
    reasons: list[undoing.Reason] = []
    for streams in parts:
        reasons += await runner.evaluate(_reasons_against(runner, import_id, streams, step.on))
    if reasons:
        named = await runner.evaluate(lambda unit: undoing.with_names(unit, reasons))
        raise undoing.BuiltUpon(named, len(reasons))
    *others, first = reversed(parts)
    for streams in others:
        await runner.run_step(_take_back(runner, import_id, streams, step.on, last=False))
    records = dict(Counter(stream.partition("-")[0] for stream in found.streams))
    return await runner.run(_take_back(runner, import_id, first, step.on, last=True, records=records), ImportUndone)


def _reasons_against(
    runner: CommandRunner, import_id: UUID, streams: Sequence[str], on: date
) -> Question[list[undoing.Reason]]:
    async def question(unit: Unit) -> list[undoing.Reason]:
        return await undoing.take_back(unit, import_id, streams, by=runner.who.subject, on=on)

    return question


def _take_back(
    runner: CommandRunner,
    import_id: UUID,
    streams: tuple[str, ...],
    on: date,
    *,
    last: bool,
    records: Mapping[str, int] = {},  # nobody writes to it
) -> UseCase[ImportUndone]:
    async def use_case(unit: Unit) -> ImportUndone:
        before = await _load(unit, import_id)
        if before.status != "undone":
            if reasons := await undoing.take_back(unit, import_id, streams, by=runner.who.subject, on=on):
                raise undoing.BuiltUpon(await undoing.with_names(unit, reasons), len(reasons))
            await unit.decide(IMPORT, import_id, TakeBack(import_id=import_id, streams=streams, last=last, on=on))
            unit.in_transaction(
                lambda transaction: kept_files.note_undone(transaction, unit.tenant, import_id, len(streams), last=last)
            )
        status: Literal["undone", "going_back"] = "undone" if last else "going_back"
        return ImportUndone(import_id=import_id, kind=before.kind, status=status, records=dict(records))

    return use_case
