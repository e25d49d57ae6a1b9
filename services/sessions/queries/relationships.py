"""Queries of relationships."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.assignments import assigned_in, assigned_today
from services.sessions.queries.meetings import MeetingRecord, MeetingSummary, meeting_records, meeting_summaries
from services.sessions.queries.merges import current_principal
from services.sessions.queries.targets import TargetRecord, TargetSummary, target_records, target_summaries
from shared.calendar import day_after
from shared.events.words import AssignedRole, EndingReason, Facet, MentoringRole, Side
from shared.inputs.days import YEAR
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class RelationshipSummary(Answer):
    """A relationship and its terms; hours and meetings are per week. `ended_because` says why it ended early.

    With no meeting a week there is one in `weeks_between_meetings` weeks. The record of a meeting may be amended for
    `amend_within_days` days after it. The mentor reads what the two wrote for `mentor_reads_for_days` days after the
    end, None sets no end. With `agreement_first` the two sign an agreement before they confide anything to the record;
    `agreed_on` is the day of the signature by which the last one came into force. It is paused since `paused_on`;
    `proposed_end` is an early last day that one of the two proposes to the other.
    """

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    mentor_hours_per_week: float
    weeks_between_meetings: int | None
    amend_within_days: int
    mentor_reads_for_days: int | None
    agreement_first: bool
    agreed_on: date | None
    paused_on: date | None
    proposed_end: date | None
    proposed_end_by: Side | None
    opened_on: date
    ended_because: EndingReason | None
    role: MentoringRole
    facet: Facet | None


class RelationshipOverview(RelationshipSummary):
    """A relationship with its meetings and targets, without the texts that its two people wrote."""

    meetings: list[MeetingSummary]
    targets: list[TargetSummary]


class RelationshipRecord(RelationshipSummary):
    """A relationship with its meetings and targets, as its mentor and its trainee see them."""

    meetings: list[MeetingRecord]
    targets: list[TargetRecord]


async def list_relationships(reader: Reader, *, after: UUID | None, limit: int) -> list[RelationshipSummary]:
    """Return a page of the relationships that the person may see, in the order of their ids."""
    scope = policy.visible_relationships(await current_principal(reader), await assigned_today(reader))
    return await reader.all(
        RelationshipSummary,
        f"""{_RELATIONSHIPS}
           where ($1 or school_urn = any ($2) or trainee_id = any ($3) or mentor_id = $4 or trainee_id = $4)
             and ($5::uuid is null or relationship_id > $5)
           order by relationship_id limit $6""",
        scope.everything,
        sorted(scope.schools),
        sorted(scope.trainees),
        scope.person_id,
        after,
        limit,
    )


async def find_relationship(reader: Reader, relationship_id: UUID) -> RelationshipSummary | None:
    """Return a relationship; None where there is none. The caller authorises."""
    return await reader.first(RelationshipSummary, f"{_RELATIONSHIPS} where relationship_id = $1", relationship_id)


async def find_relationships(reader: Reader, relationship_ids: Collection[UUID]) -> dict[UUID, RelationshipSummary]:
    """Return relationships by id. The caller authorises."""
    found = await reader.all(
        RelationshipSummary, f"{_RELATIONSHIPS} where relationship_id = any ($1)", sorted(relationship_ids)
    )
    return {each.relationship_id: each for each in found}


async def visible_in_term(reader: Reader) -> list[RelationshipSummary]:
    """Return the relationships that the person may see, which have begun and did not end more than a year ago."""
    scope = policy.visible_relationships(await current_principal(reader), await assigned_today(reader))
    today = utc_now().date()
    return await reader.all(
        RelationshipSummary,
        f"""{_RELATIONSHIPS}
           where ($1 or school_urn = any ($2) or trainee_id = any ($3)) and starts_on <= $4 and ends_on >= $5""",
        scope.everything,
        sorted(scope.schools),
        sorted(scope.trainees),
        today,
        day_after(today, -YEAR),
    )


@dataclass(frozen=True, slots=True)
class Visible:
    """A relationship that the person may know of, and who they are to it, under the id of their kept record."""

    relationship: RelationshipSummary
    who: Principal
    assigned: frozenset[AssignedRole]


async def find_to_see(reader: Reader, relationship_id: UUID) -> Visible:
    """Return a relationship of which the person may know; raises `NotFound`."""
    relationship = await find_relationship(reader, relationship_id)
    who = await current_principal(reader)
    assigned = await assigned_in(reader, who, relationship)
    policy.may_see(who, relationship, assigned)
    assert relationship is not None  # nobody may see a relationship that does not exist
    return Visible(relationship, who, assigned)


async def relationships_of_mentee(reader: Reader, records: Sequence[UUID]) -> list[RelationshipSummary]:
    """Return the relationships of a mentee, given by all ids of their records. The caller authorises."""
    return await reader.all(RelationshipSummary, f"{_RELATIONSHIPS} where trainee_id = any ($1)", list(records))


async def show_relationship(reader: Reader, relationship_id: UUID) -> RelationshipRecord | RelationshipOverview:
    """Return a relationship with its meetings and targets: with their texts for its two people, without for others.

    Raises `NotFound`, also for people who may not see it.
    """
    seen = await find_to_see(reader, relationship_id)
    summary = seen.relationship
    side = policy.reading_side(seen.who, summary, utc_now().date())
    if side is not None:
        return RelationshipRecord(
            **summary.model_dump(),
            meetings=await meeting_records(reader, relationship_id, side),
            targets=await target_records(reader, relationship_id),
        )
    return RelationshipOverview(
        **summary.model_dump(),
        meetings=await meeting_summaries(reader, relationship_id),
        targets=await target_summaries(reader, relationship_id),
    )


_RELATIONSHIPS = """
    select relationship_id, programme_id, trainee_id, mentor_id, school_urn, starts_on, ends_on, meetings_per_week,
           targets_per_meeting, mentor_hours_per_week, weeks_between_meetings, amend_within_days,
           mentor_reads_for_days, agreement_first, agreed_on, paused_on, proposed_end, proposed_end_by, opened_on,
           ended_because, role, facet
    from relationships"""
