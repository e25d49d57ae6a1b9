"""Commands of notes of progress towards a target."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from services.sessions.commands.merges import kept_records
from services.sessions.commands.relationships import load_to_change
from services.sessions.commands.targets import load_target_context
from services.sessions.domain.journal import JOURNAL_ENTRY
from services.sessions.domain.target_progress import NewProgress, NoteProgress, TakeBackProgress
from services.sessions.domain.targets import TARGET
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class ProgressState(Answer):
    """A note of progress after a command."""

    target_id: UUID
    note_id: UUID
    taken_back: bool


def note_progress(who: Principal, target_id: UUID, progress: NewProgress) -> UseCase[ProgressState]:
    """Note progress towards a target, with evidence from the person's own journal."""

    async def use_case(unit: Unit) -> ProgressState:
        (target,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, target, "target")
        await _must_be_own(unit, relationship.person_on(by), progress.evidence)
        context = await load_target_context(unit, relationship)
        note_id = uuid4()
        noting = NoteProgress(
            relationship=relationship,
            rules=context.rules,
            target_id=target_id,
            note_id=note_id,
            by=by,
            progress=progress,
        )
        await unit.decide(TARGET, target_id, noting)
        return ProgressState(target_id=target_id, note_id=note_id, taken_back=False)

    return use_case


def take_back_progress(who: Principal, target_id: UUID, note_id: UUID, on: date) -> UseCase[ProgressState]:
    """Take back a note of progress that the person wrote."""

    async def use_case(unit: Unit) -> ProgressState:
        (target,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, target, "target")
        taking = TakeBackProgress(relationship=relationship, target_id=target_id, note_id=note_id, by=by, on=on)
        await unit.decide(TARGET, target_id, taking)
        return ProgressState(target_id=target_id, note_id=note_id, taken_back=True)

    return use_case


async def _must_be_own(unit: Unit, author_id: UUID, evidence: Sequence[UUID]) -> None:
    """Raise `Invalid`, with one sentence for an entry of somebody else, one that was removed, and none at all."""
    for index, entry in enumerate(await unit.load(JOURNAL_ENTRY, *evidence)):
        is_own = (
            entry is not None
            and not entry.removed
            and len(set(await kept_records(unit, entry.owner_id, author_id))) == 1
        )
        if not is_own:
            raise Invalid("Name entries of your own journal, which you have not removed.", pointer=f"/evidence/{index}")
