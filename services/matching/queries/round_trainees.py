"""Queries of the trainees of a round: an overview in numbers, a page of them, and a single trainee with all reasons.

A large round explained in full has many megabytes; these answers have what is shown at one time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from services.matching import policy
from services.matching.domain.explanations import PairExplanation, Remedy, SharedExplanations
from services.matching.domain.pairs import PairStatus
from services.matching.queries.identities import kept_id, naming_kept_records
from services.matching.queries.rounds import Round, find_round
from shared.events.words import UnplacedReason, WithdrawalReason
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

TraineeOrder = Literal["school", "travel", "cost"]


class PairWithdrawn(Answer):
    """The pair that a trainee had before a repair, and why it cannot stay; None in a preview."""

    pair_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    because: WithdrawalReason | None


class RoundTrainee(Answer):
    """A trainee of a round, with the pair that the round has for them, or with the reason why it has none.

    `pair_id` is the pair that was proposed; None where the round proposes nothing. `changes` is whether that
    differs from before: the pair is another, or there is none any more.
    """

    referral_id: UUID
    trainee_id: UUID
    subject: str | None
    pair_id: UUID | None
    mentor_id: UUID | None
    school_urn: str | None
    school_name: str | None
    offer_id: UUID | None
    travel_minutes: int | None
    cost: int | None
    status: PairStatus | None
    locked: bool
    changes: bool
    reason: UnplacedReason | None
    before: PairWithdrawn | None


class ExplainedTrainee(RoundTrainee):
    """A trainee of a round with every reason: `why` of the pair, or the explanation and what would place them."""

    why: PairExplanation | None
    explanation: str | None
    remedies: tuple[Remedy, ...]


class RoundTraineesPage(Answer):
    """Some trainees of a round in their order, and how many there are of those that were asked for."""

    total: int
    trainees: tuple[RoundTrainee, ...]


class SchoolInRound(Answer):
    """The pairs that a round has at a school, the school's position in metres (EPSG:27700), and travel in minutes."""

    school_urn: str
    school_name: str | None
    easting: int | None
    northing: int | None
    pairs: int
    confirmed: int
    declined: int
    locked: int
    changes: int
    travel_mean_minutes: float
    travel_longest_minutes: int


class RoundOverview(Round):
    """A round in numbers: schools by name, subjects, statuses of its pairs, and reasons of those without a place."""

    schools: tuple[SchoolInRound, ...]
    subjects: dict[str, int]
    statuses: dict[PairStatus, int]
    reasons: dict[UnplacedReason, int]
    changes: int


@dataclass(frozen=True, slots=True)
class TraineeFilter:
    """Which trainees of a round are asked for; what is None does not matter.

    `people` are trainees or mentors. A school is that of the pair or of the pair of before.
    """

    placed: bool | None = None
    school_urn: str | None = None
    subject: str | None = None
    status: PairStatus | None = None
    reason: UnplacedReason | None = None
    changes: bool | None = None
    locked: bool | None = None
    people: Collection[UUID] | None = None


_TRAINEES = f"""
    with of_round as (
        select p.referral_id, p.trainee_id, p.subject, p.pair_id, p.mentor_id, p.school_urn, p.offer_id,
               p.travel_minutes, p.cost, p.status, p.locked, true as changes, null::text as reason,
               null::uuid as stands_as
        from pairs p where p.round_id = $1
        union all
        select f.referral_id, f.trainee_id, o.subject, null, f.mentor_id, f.school_urn, f.offer_id,
               f.travel_minutes, f.cost, null, false, f.changes, null, f.pair_id
        from found f left join offers o on o.tenant = f.tenant and o.offer_id = f.offer_id
        where f.round_id = $1
        union all
        select u.referral_id, u.trainee_id, t.subject, null, null, null, null, null, null, null, false, true, u.reason,
               (select min(p.pair_id::text)::uuid from pairs p
                where not $2::boolean and p.referral_id = u.referral_id and p.status in ('proposed', 'confirmed'))
        from unplaced u left join trainees t on t.tenant = u.tenant and t.trainee_id = {kept_id("u.trainee_id")}
        where u.round_id = $1
    ), trainees_of_round as (
        select r.referral_id, r.trainee_id, r.subject, r.pair_id, r.mentor_id, r.school_urn, r.offer_id,
               r.travel_minutes, r.cost, r.status, r.locked, r.reason,
               r.changes and (r.mentor_id is not null or b.pair_id is not null) as changes,
               s.name as school_name, s.easting, s.northing,
               b.pair_id as before_pair_id, b.mentor_id as before_mentor_id, b.school_urn as before_school_urn,
               bs.name as before_school_name, b.withdrawn_because as before_because
        from of_round r
        left join schools s on s.urn = r.school_urn
        left join pairs b on b.referral_id = r.referral_id and (b.pair_id = r.stands_as or b.withdrawn_by_round = $1)
        left join schools bs on bs.urn = b.school_urn
    )"""
"""The trainees of a round ($1), which proposes or not ($2); a repair has their pair of before."""
_FILTER = f"""
    where ($3::boolean is null or (mentor_id is not null) = $3)
      and ($4::text is null or school_urn = $4 or before_school_urn = $4)
      and ($5::text is null or subject = $5)
      and ($6::text is null or status = $6)
      and ($7::text is null or reason = $7)
      and ($8::boolean is null or changes = $8)
      and ($9::boolean is null or locked = $9)
      and ($10::uuid[] is null or {kept_id("trainee_id")} = any ($10) or {kept_id("mentor_id")} = any ($10))"""
_ORDERS: dict[TraineeOrder, str] = {
    "school": "school_name nulls last, school_urn",
    "travel": "travel_minutes desc nulls last",
    "cost": "cost desc nulls last",
}
_BY_SCHOOL = f"""{_TRAINEES}
    select school_urn, min(school_name) as school_name, min(easting) as easting, min(northing) as northing,
           count(*) as pairs, count(*) filter (where status = 'confirmed') as confirmed,
           count(*) filter (where status = 'declined') as declined, count(*) filter (where locked) as locked,
           count(*) filter (where changes) as changes, round(avg(travel_minutes), 1)::float8 as travel_mean_minutes,
           max(travel_minutes) as travel_longest_minutes
    from trainees_of_round where mentor_id is not null group by school_urn
    order by min(school_name) nulls last, school_urn"""
_NUMBERS = f"""{_TRAINEES}
    select 'subjects' as what, subject as value, count(*) as number from trainees_of_round
    where subject is not null group by subject
    union all
    select 'statuses', status, count(*) from trainees_of_round where status is not null group by status
    union all
    select 'reasons', reason, count(*) from trainees_of_round where reason is not null group by reason
    union all
    select 'changes', '', count(*) from trainees_of_round where changes
    order by what, value"""
_EXPLANATION = """
    select p.pair, e.explanations -> 'terms' as terms, e.explanations -> 'rules' as rules
    from explanations e cross join lateral jsonb_path_query_first(
        e.explanations, '$.pairs[*] ? (@.trainee_id == $id)', jsonb_build_object('id', $2::text)) as p (pair)
    where e.round_id = $1 and p.pair is not null limit 1"""
_OLDER_EXPLANATION = """
    select why from pairs where round_id = $1 and trainee_id = $2
    union all select why from found where round_id = $1 and trainee_id = $2"""
_UNPLACED = "select explanation, remedies from unplaced where round_id = $1 and trainee_id = $2"


async def overview_of(reader: Reader, round_id: UUID) -> RoundOverview:
    """Return a round in numbers. Raises `NotFound`, and `NotYet` if it was solved a moment ago."""
    policy.may_run_rounds(reader.who)
    found = await find_round(reader, round_id)
    values = round_id, found.proposes
    numbers: dict[str, dict[str, int]] = {"subjects": {}, "statuses": {}, "reasons": {}, "changes": {}}
    for row in await reader.connection.fetch(_NUMBERS, *values):
        numbers[row["what"]][row["value"]] = row["number"]
    changes = sum(numbers.pop("changes").values())
    schools = tuple(await reader.all(SchoolInRound, _BY_SCHOOL, *values))
    overview = RoundOverview.model_validate({**dict(found), "schools": schools, "changes": changes, **numbers})
    (named,) = await naming_kept_records(reader, [overview])
    return named


async def trainees_of_round(
    reader: Reader, round_id: UUID, asked: TraineeFilter, *, order: TraineeOrder, skip: int, limit: int
) -> RoundTraineesPage:
    """Return one page of the trainees of a round. Raises `NotFound`, and `NotYet` if it was solved a moment ago."""
    policy.may_run_rounds(reader.who)
    found = await find_round(reader, round_id)
    rows = await reader.connection.fetch(
        f"""{_TRAINEES} select *, count(*) over () as total from trainees_of_round {_FILTER}
            order by {_ORDERS[order]}, trainee_id limit $11 offset $12""",
        *(round_id, found.proposes, asked.placed, asked.school_urn, asked.subject, asked.status, asked.reason),
        *(asked.changes, asked.locked, None if asked.people is None else list(asked.people), limit, skip),
    )
    page = RoundTraineesPage(
        total=rows[0]["total"] if rows else 0,
        trainees=tuple(RoundTrainee.model_validate(_with_before(dict(row))) for row in rows),
    )
    (named,) = await naming_kept_records(reader, [page])
    return named


async def trainee_of_round(reader: Reader, round_id: UUID, trainee_id: UUID) -> ExplainedTrainee:
    """Return a trainee of a round with every reason.

    Raises `NotFound` for a trainee who is not in it, and `NotYet` if the round was solved a moment ago.
    """
    policy.may_run_rounds(reader.who)
    found = await find_round(reader, round_id)
    row = await reader.connection.fetchrow(
        f"{_TRAINEES} select * from trainees_of_round where {kept_id('trainee_id')} = {kept_id('$3::uuid')} limit 1",
        *(round_id, found.proposes, trainee_id),
    )
    if row is None:
        raise NotFound("There is no such trainee in this round.")
    recorded_as = row["trainee_id"]
    unplaced = await reader.connection.fetchrow(_UNPLACED, round_id, recorded_as)
    reasons = dict(unplaced) if unplaced else {"explanation": None, "remedies": ()}
    why = await _why(reader, round_id, recorded_as)
    explained = ExplainedTrainee.model_validate({**_with_before(dict(row)), **reasons, "why": why})
    (named,) = await naming_kept_records(reader, [explained])
    return named


async def _why(reader: Reader, round_id: UUID, trainee_id: UUID) -> PairExplanation | None:
    """Return why the trainee has their pair; that of an older round is in the row of the pair."""
    stored = await reader.connection.fetchrow(_EXPLANATION, round_id, f"{trainee_id}")
    if stored is None:
        older = await reader.value(_OLDER_EXPLANATION, round_id, trainee_id)
        return None if older is None else PairExplanation.model_validate(older)
    shared = SharedExplanations.model_validate({**dict(stored), "pairs": [stored["pair"]]})
    return next(why for _, why in shared.in_full())


def _with_before(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the pair of before as a part of its own."""
    names = ("pair_id", "mentor_id", "school_urn", "because")
    before = {name: row[f"before_{name}"] for name in names} | {"school_name": row["before_school_name"]}
    return row | {"before": before if before["pair_id"] else None}
