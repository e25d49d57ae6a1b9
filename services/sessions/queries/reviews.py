"""Queries of reviews: which are due, the facts for the reviewer, and what earlier reviews decided."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.journal import EntrySummary, list_entries
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record
from services.sessions.queries.pages import page_of
from services.sessions.queries.programmes import find_programme, find_programmes
from services.sessions.queries.reflections import ReflectionSummary, list_reflections
from services.sessions.queries.relationships import find_relationships, find_to_see
from shared.events.words import MentoringRole, ReviewDecision
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class DueReview(Answer):
    """A relationship whose review is due, with its mentor, whose caseload it belongs to.

    The next page comes after the `cursor` of the last one.
    """

    cursor: str
    relationship_id: UUID
    mentor_id: UUID
    trainee_id: UUID
    school_urn: str
    role: MentoringRole
    due_on: date
    reviewed_on: date | None
    last_decision: ReviewDecision | None


class ReviewFacts(Answer):
    """Facts of a relationship without a word of what was said: its meetings since a day, and all of its targets.

    `since` is the day of the last review, or the first day, and holds for meetings only. `with_agenda_of_mentee` counts
    the meetings that were held whose agenda the mentee set. Targets are counted by their status today, whenever they
    came to have it.
    """

    since: date
    meetings_held: int
    meetings_missed: int
    minutes: int
    with_agenda_of_mentee: int
    targets_open: int
    targets_met: int
    targets_dropped: int


class PastReview(Answer):
    """A review; `note` and `reason`, why it was taken back, are shown to the mentee and to those who review."""

    number: int
    on: date
    reviewer_id: UUID
    decision: ReviewDecision
    closes_on: date | None
    note: str | None
    taken_back_on: date | None
    reason: str | None


class ReviewPack(Answer):
    """The reviews of a relationship, what the programme lets one decide, and the facts.

    `journal` and `reflections` are what their owners released to the person who reads this.
    """

    relationship_id: UUID
    due_on: date | None
    decisions: tuple[ReviewDecision, ...]
    facts: ReviewFacts
    reviews: list[PastReview]
    journal: list[EntrySummary]
    reflections: list[ReflectionSummary]


async def list_due_reviews(
    reader: Reader, by: date | None, mentor_id: UUID | None, *, after: str | None, limit: int
) -> list[DueReview]:
    """Return a page of the reviews that the person is to hold and that are due by a day, today if none is named, by
    mentor.
    """
    who, assigned = await current_principal(reader), await assigned_today(reader)
    scope = policy.visible_relationships(who, assigned)
    today = utc_now().date()
    rows = await reader.connection.fetch(
        _DUE,
        by or today,
        scope.everything,
        sorted(scope.schools),
        sorted(scope.trainees),
        None if mentor_id is None else await kept_record(reader, mentor_id),
        min(by or today, today),
    )
    relationships = await find_relationships(reader, [row["relationship_id"] for row in rows])
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    due = []
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        programme = programmes.get(relationship.programme_id)
        roles = policy.assigned_roles(who, assigned.get(relationship.trainee_id, policy.NOBODY))
        if programme is not None and policy.reviews_relationship(who, relationship, programme, roles):
            cursor = f"{relationship.mentor_id}/{row['due_on']}/{relationship.relationship_id}"
            fields = relationship.model_dump(include=set(DueReview.model_fields)) | dict(row)
            due.append(DueReview(**fields, cursor=cursor))
    return page_of(due, after, limit)


async def show_reviews(reader: Reader, relationship_id: UUID) -> ReviewPack:
    """Return the reviews of a relationship with the facts; raises `NotFound`, or `NotAllowed` for other overseers."""
    seen = await find_to_see(reader, relationship_id)
    relationship = seen.relationship
    programme = await find_programme(reader, relationship.programme_id)
    reads_notes = policy.may_see_reviews(seen.who, relationship, programme, seen.assigned)
    past = await reader.all(PastReview, _PAST, relationship_id, reads_notes, unseal=True)
    last = next((each.on for each in reversed(past) if each.taken_back_on is None), None)
    rules = programme.practice.review
    facts = await reader.first(ReviewFacts, _FACTS, relationship_id, last or relationship.starts_on)
    assert facts is not None  # counts are always one row
    is_side = policy.side_of(seen.who, relationship) is not None
    return ReviewPack(
        relationship_id=relationship_id,
        due_on=await reader.value("select due_on from planned_reviews where relationship_id = $1", relationship_id),
        decisions=rules.decisions if rules else (),
        facts=facts,
        reviews=past,
        journal=[] if is_side else await list_entries(reader, relationship.trainee_id),
        reflections=await list_reflections(reader, relationship_id),
    )


_DUE = """
    select p.relationship_id, p.due_on, last.reviewed_on, last.decision as last_decision
    from planned_reviews p
    join relationships r using (relationship_id)
    left join lateral (
        select reviewed_on, decision from reviews
        where relationship_id = p.relationship_id and taken_back_on is null order by number desc limit 1
    ) last on true
    where p.due_on <= $1 and r.ends_on >= $6
      and ($2 or r.school_urn = any ($3) or r.trainee_id = any ($4))
      and ($5::uuid is null or r.mentor_id = $5)"""
_PAST = f"""
    select number, reviewed_on as "on", {kept_id_of("reviewer_id")} as reviewer_id, decision, closes_on,
           case when $2 then note end as note, taken_back_on, case when $2 then reason end as reason
    from reviews where relationship_id = $1 order by number"""
_FACTS = """
    select $2::date as since,
           count(*) filter (where status = 'held') as meetings_held,
           count(*) filter (where status = 'missed') as meetings_missed,
           coalesce(sum(minutes) filter (where status = 'held'), 0)::int as minutes,
           count(*) filter (where status = 'held' and agenda_by = 'mentee') as with_agenda_of_mentee,
           (select count(*) from targets t where t.relationship_id = $1
            and t.status not in ('met', 'dropped')) as targets_open,
           (select count(*) from targets t where t.relationship_id = $1 and t.status = 'met') as targets_met,
           (select count(*) from targets t where t.relationship_id = $1 and t.status = 'dropped') as targets_dropped
    from meetings where relationship_id = $1 and happened_on >= $2"""
