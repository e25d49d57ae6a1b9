"""Queries of shared targets: what somebody may read of one, with whom it is shared, and what is shared with them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.target_states import TargetAudience
from services.sessions.queries.assignments import assigned_in, assigned_today
from services.sessions.queries.meetings import side_that_reads
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.queries.relationships import find_relationships
from services.sessions.queries.targets import (
    TargetRecord,
    TargetSummary,
    WrittenAnswers,
    find_record,
    find_summary,
    must_be_one_of_the_two,
)
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class SharedTarget(TargetSummary):
    """A target as those see it with whom it is shared: its words, without reviews and notes of progress."""

    text: str
    measure: str | None
    answers: WrittenAnswers
    acknowledged_on: date | None


class TargetReceipt(Answer):
    """Somebody acknowledged a target on a day; without an account, one of the two says so (`recorded_by`)."""

    person_id: UUID | None
    on: date
    recorded_by: Side | None


class ShareOfTarget(Answer):
    """A person or a role of the programme with whom a target is shared, and who of them acknowledged it."""

    person_id: UUID | None
    role: str | None
    shared_by: Side
    shared_on: date
    acknowledged: tuple[TargetReceipt, ...]


async def show_target(reader: Reader, target_id: UUID) -> TargetRecord | SharedTarget | TargetSummary:
    """Return a target, with its texts for its two people and those with whom it is shared.

    Raises `NotFound`, also for people who may not see it.
    """
    try:
        side = await side_that_reads(reader, "target", target_id)
    except NotFound:
        shared = await _shared_one(reader, target_id)
        if not shared:
            raise
        return shared[0]
    if side is not None:
        return await find_record(reader, target_id)
    shared = await _shared_one(reader, target_id)
    return shared[0] if shared else await find_summary(reader, target_id)


async def list_shared(reader: Reader) -> list[SharedTarget]:
    """Return the targets that are shared with the person, or with their role, the earliest first."""
    who = await current_principal(reader)
    own = await records_of(reader, policy.item_reader(who))
    scope = policy.shared_target_scope(who, await assigned_today(reader))
    rows = await reader.connection.fetch(
        f"""{_SHARES}
            where s.person_id = any ($1)
               or s.role is not null and ($2 or r.school_urn = any ($3) or r.trainee_id = any ($4))""",
        own,
        scope.everything,
        sorted(scope.schools),
        sorted(scope.trainees),
    )
    return await _shared(reader, rows)


async def list_shares(reader: Reader, target_id: UUID) -> list[ShareOfTarget]:
    """Return with whom a target is shared; raises `NotFound` for others than its two people."""
    await must_be_one_of_the_two(reader, target_id)
    rows = await reader.connection.fetch(
        """select person_id, role, shared_by, shared_on, acknowledged from target_shares
           where target_id = $1 order by shared_on, audience""",
        target_id,
    )
    return [await _share(reader, row) for row in rows]


async def _share(reader: Reader, row: Any) -> ShareOfTarget:
    receipts = [TargetReceipt.model_validate(each) for each in row["acknowledged"]]
    people = [None if each.person_id is None else await kept_record(reader, each.person_id) for each in receipts]
    named = [each.model_copy(update={"person_id": kept}) for each, kept in zip(receipts, people, strict=True)]
    person_id = None if row["person_id"] is None else await kept_record(reader, row["person_id"])
    return ShareOfTarget(**{**row, "person_id": person_id, "acknowledged": tuple(named)})


async def _shared_one(reader: Reader, target_id: UUID) -> list[SharedTarget]:
    return await _shared(reader, await reader.connection.fetch(f"{_SHARES} where s.target_id = $1", target_id))


async def _shared(reader: Reader, rows: Sequence[Any]) -> list[SharedTarget]:
    """The targets of these shares that reach the person."""
    who = await current_principal(reader)
    own = await records_of(reader, policy.item_reader(who))
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    acknowledged: dict[UUID, date | None] = {}
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        programme = programmes.get(relationship.programme_id)
        to = TargetAudience(person_id=row["person_id"], role=row["role"])
        roles = policy.shared_target_readers(
            who,
            relationship,
            () if programme is None else programme.practice.roles,
            await assigned_in(reader, who, relationship) if to.role else policy.NOBODY,
        )
        if policy.audiences_of_target([to], own, roles):
            days = [date.fromisoformat(each["on"]) for each in row["acknowledged"] if _is_one(each, own)]
            known = acknowledged.get(row["target_id"])
            acknowledged[row["target_id"]] = min(days, default=known)
    found = await reader.all(SharedTarget, _TARGETS, list(acknowledged), unseal=True)
    return [each.model_copy(update={"acknowledged_on": acknowledged[each.target_id]}) for each in found]


def _is_one(receipt: Any, records: list[UUID]) -> bool:
    return receipt["person_id"] is not None and UUID(receipt["person_id"]) in records


_SHARES = """
    select s.target_id, s.relationship_id, s.person_id, s.role, s.acknowledged
    from target_shares s join relationships r using (relationship_id)"""
_TARGETS = """
    select target_id, set_on, set_by, due_on, status, reviewed_on, amended_on, standards, text, measure, answers,
           null::date as acknowledged_on
    from targets where target_id = any ($1) order by set_on, target_id"""
