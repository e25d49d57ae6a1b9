"""Use cases of meetings: authorise by relation, load, decide."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from services.sessions.commands.relationships import open_to
from services.sessions.commands.targets import Wanted, set_wanted
from services.sessions.domain.meetings import MEETING, AgendaBy, Hold, Miss, MissedReason, meeting_on
from services.sessions.domain.relationships import RELATIONSHIP
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def record_held(
    who: Principal,
    relationship_id: UUID,
    *,
    on: date,
    minutes: int,
    agenda_by: AgendaBy,
    discussed: str | None,
    reflection: str | None,
    targets: Sequence[Wanted],
) -> UseCase[JsonAnswer]:
    """Record a meeting that was held, with the targets that were set in it."""

    async def use_case(unit: Unit) -> JsonAnswer:
        meeting_id = meeting_on(relationship_id, on)
        await unit.read((RELATIONSHIP, relationship_id), (MEETING, meeting_id))
        relationship, by = await open_to(who, unit, relationship_id)
        await unit.decide(
            MEETING,
            meeting_id,
            Hold(
                relationship=relationship,
                meeting_id=meeting_id,
                by=by,
                on=on,
                minutes=minutes,
                agenda_by=agenda_by,
                discussed=discussed,
                reflection=reflection,
                targets=len(targets),
            ),
        )
        target_ids = []
        for nth, wanted in enumerate(targets):
            with _pointing_into(f"/targets/{nth}"):
                target_ids.append(await set_wanted(unit, relationship, by, on, wanted))
        return {"meeting_id": str(meeting_id), "target_ids": [str(target_id) for target_id in target_ids]}

    return use_case


def record_missed(who: Principal, relationship_id: UUID, *, on: date, reason: MissedReason) -> UseCase[JsonAnswer]:
    """Record a meeting that was missed."""

    async def use_case(unit: Unit) -> JsonAnswer:
        meeting_id = meeting_on(relationship_id, on)
        await unit.read((RELATIONSHIP, relationship_id), (MEETING, meeting_id))
        relationship, by = await open_to(who, unit, relationship_id)
        await unit.decide(
            MEETING, meeting_id, Miss(relationship=relationship, meeting_id=meeting_id, by=by, on=on, reason=reason)
        )
        return {"meeting_id": str(meeting_id), "target_ids": []}

    return use_case


@contextmanager
def _pointing_into(prefix: str) -> Iterator[None]:
    """Let a refusal point to its field inside a larger body."""
    try:
        yield
    except Invalid as error:
        error.pointer = f"{prefix}{error.pointer or ''}"
        raise
