"""Read tables to answers. Each says up to when it is: reporting hears of things later than those who did them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from services.reporting.policy import EVERYTHING, Scope
from shared.events.words import Judgement, Standard
from shared.kernel.decider import NotFound
from shared.kernel.postgres.progress import projected_position
from shared.kernel.reader import Reader

Rows = list[dict[str, Any]]

STANDARDS: tuple[Standard, ...] = get_args(Standard)
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)
Standing = Literal["referred", "accepted", "declined", "proposed", "placed", "unplaced"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)


async def up_to_date_at(reader: Reader) -> datetime | None:
    """When the last event was recorded here that every read table has taken in; None before the first."""
    found: datetime | None = await reader.connection.fetchval(
        "select recorded_at from events where tenant = $1 and position <= $2 order by position desc limit 1",
        reader.who.tenant,
        await projected_position(reader.connection),
    )
    return found


# --- meetings held against due ---------------------------------------------------------------------------------------

_DELIVERED = """
    select r.relationship_id, r.programme_id, r.trainee_id, r.mentor_id, r.school_urn, r.starts_on, r.ends_on,
           r.role, r.mentor_minutes_per_week, r.starts_on <= $1 and $1 <= r.ends_on as active,
           -- full weeks, both days counted; nothing is due before the first has passed
           greatest(least($1::date, r.ends_on) - r.starts_on + 1, 0) / 7 * r.meetings_per_week as due,
           m.held, m.missed, m.minutes, m.last_held_on
    from relationships r cross join lateral (
        select count(held_on) as held, count(missed_on) filter (where held_on is null) as missed,
               coalesce(sum(minutes) filter (where held_on is not null), 0)::bigint as minutes,
               max(held_on) as last_held_on
        from meetings m
        where m.relationship_id = r.relationship_id and coalesce(m.held_on, m.missed_on) <= $1
    ) m
    where r.starts_on <= least($1, r.ends_on) and ($2::uuid is null or r.programme_id = $2)"""
"""Every relationship that has begun by $1 (of programme $2), with what was due and what was delivered by then."""


async def meetings_by_school(reader: Reader, scope: Scope, *, as_of: date, programme_id: UUID | None = None) -> Rows:
    """Meetings due, held, missed and not recorded by school, up to and with `as_of`."""
    rows = await reader.connection.fetch(
        f"""with delivered as ({_DELIVERED})
            select d.school_urn, s.name as school_name, count(*) as relationships, sum(due)::bigint as due,
                   sum(held)::bigint as held, sum(missed)::bigint as missed,
                   sum(greatest(due - held - missed, 0))::bigint as not_recorded
            from delivered d left join schools s on s.urn = d.school_urn
            where $3 or d.school_urn = any ($4)
            group by d.school_urn, s.name order by d.school_urn""",
        as_of,
        programme_id,
        scope.everything,
        sorted(scope.schools),
    )
    return [dict(row) for row in rows]


async def caseload(
    reader: Reader, scope: Scope, *, mentor_id: UUID | None, as_of: date, after: UUID | None, limit: int
) -> Rows:
    """Mentors in the order of their ids, one page, each with the relationships that are active on `as_of`.

    Raises `NotFound` for a mentor who is named and not in the scope.
    """
    mentors = await reader.connection.fetch(
        """select mentor_id, school_urn, s.name as school_name, capacity_hours
           from mentors m left join schools s on s.urn = m.school_urn
           where ($1 or school_urn = any ($2) or mentor_id = $3)
             and ($4::uuid is null or mentor_id = $4) and ($5::uuid is null or mentor_id > $5)
           order by mentor_id limit $6""",
        scope.everything,
        sorted(scope.schools),
        scope.mentor_id,
        mentor_id,
        after,
        limit,
    )
    if mentor_id is not None and not mentors and after is None:
        raise NotFound("There is no such mentor.")
    active = await reader.connection.fetch(
        f"""with delivered as ({_DELIVERED})
            select relationship_id, programme_id, trainee_id, mentor_id, school_urn, starts_on, ends_on,
                   role, mentor_minutes_per_week, due, held, missed, greatest(due - held - missed, 0) as not_recorded,
                   minutes, last_held_on
            from delivered where active and mentor_id = any ($3) order by starts_on, relationship_id""",
        as_of,
        None,
        [row["mentor_id"] for row in mentors],
    )
    return [_with_caseload(dict(mentor), active) for mentor in mentors]


def _with_caseload(mentor: dict[str, Any], active: Sequence[Any]) -> dict[str, Any]:
    own = [dict(row) for row in active if row["mentor_id"] == mentor["mentor_id"]]
    minutes = sum(row["mentor_minutes_per_week"] for row in own)
    relationships = [row | {"mentor_hours_per_week": row["mentor_minutes_per_week"] / 60} for row in own]
    return mentor | {"hours_a_week": minutes / 60, "relationships": relationships}


async def caseload_in_short(reader: Reader, *, as_of: date, programme_id: UUID | None = None) -> dict[str, Any]:
    """All mentors: how many mentor on `as_of`, the hours a week that they give and have, and how many give too many.

    Capacity counts against everything that a mentor does, so `over_capacity` looks at every programme; to the minute.
    """
    row = await reader.connection.fetchrow(
        """with given as (
               select mentor_id, sum(mentor_minutes_per_week) as minutes,
                      sum(mentor_minutes_per_week) filter (where $2::uuid is null or programme_id = $2) as here,
                      count(*) filter (where $2::uuid is null or programme_id = $2) as relationships
               from relationships where starts_on <= $1 and $1 <= ends_on group by mentor_id
           )
           select count(*) as mentors, count(*) filter (where relationships > 0) as mentoring,
                  coalesce(sum(relationships), 0)::bigint as relationships,
                  coalesce(sum(here), 0)::float8 / 60 as hours_a_week,
                  coalesce(sum(capacity_hours), 0)::float8 as capacity_hours,
                  count(*) filter (where minutes > round(capacity_hours * 60)) as over_capacity
           from mentors full join given using (mentor_id)""",
        as_of,
        programme_id,
    )
    assert row is not None
    return dict(row)


# --- placements ------------------------------------------------------------------------------------------------------

_STANDINGS = """
    with asked as (
        select programme_id, trainee_id, bool_or(accepted_on is not null) as accepted,
               bool_and(declined_on is not null) as declined
        from referrals group by programme_id, trainee_id
    ), ended as (
        select *, coalesce(withdrawn_on, declined_on, lapsed_on) as ended_on from pairs
    ), pair as (  -- the confirmed one, else an open one, else the last that came to nothing
        select distinct on (programme_id, trainee_id) *,
               case when ended_on is not null then 'unplaced'
                    when confirmed_on is null then 'proposed' else 'placed' end as standing
        from ended
        order by programme_id, trainee_id, (ended_on is null) desc, (confirmed_on is not null) desc,
                 coalesce(ended_on, confirmed_on) desc nulls first, pair_id
    ), latest as (
        select distinct on (programme_id, trainee_id) *
        from unplaced order by programme_id, trainee_id, unplaced_on desc, round_id
    ), standing as (
        select programme_id, trainee_id,
               case when p.standing <> 'unplaced' then p.standing
                    when p.standing = 'unplaced' or l.round_id is not null then 'unplaced'
                    when a.declined then 'declined'
                    when a.accepted then 'accepted' else 'referred' end as standing,
               -- a round and the end of a proposal on one day: the round, for it says which rule binds
               case when p.standing <> 'unplaced' then null
                    when p.standing is null or l.unplaced_on >= p.ended_on then l.reason
                    else coalesce(p.withdrawn_because, 'declined_by_' || p.declined_by, 'lapsed') end as reason,
               case when p.standing is null or p.standing = 'unplaced' and l.unplaced_on >= p.ended_on
                    then l.explanation end as explanation,
               case when p.standing is null or p.standing = 'unplaced' and l.unplaced_on >= p.ended_on
                    then (select string_agg(one, ' ') from jsonb_array_elements_text(l.remedies) one)
                    end as would_help,
               case when p.standing <> 'unplaced' then p.pair_id end as pair_id
        from asked a full join pair p using (programme_id, trainee_id)
        full join latest l using (programme_id, trainee_id)
    )
    select t.programme_id, t.trainee_id, trainees.subject, trainees.phase, t.standing, t.reason, t.explanation,
           t.would_help, p.pair_id, p.mentor_id, p.school_urn, s.name as school_name, p.travel_minutes, p.starts_on,
           p.ends_on
    from standing t left join pairs p using (pair_id) left join schools s on s.urn = p.school_urn
    left join trainees on trainees.trainee_id = t.trainee_id"""
"""Where every trainee stands in every programme: the pair, or the reason there is none."""

_ALL = 2**63 - 1

_ENDED = {
    "declined_by_mentor": "The mentor said no to the last proposal; the trainee waits for the next round.",
    "declined_by_trainee": "The trainee said no to the last proposal and waits for the next round.",
    "school_left": "The school of the last pair left, and no repair has found another place yet.",
    "offer_withdrawn": "The offer of the last pair was withdrawn, and no repair has found another place yet.",
    "mentor_left": "The mentor of the last pair left, and no repair has found another place yet.",
    "trainee_left": "The trainee left, and the pair with them.",
    "moved_in_repair": "The last pair was withdrawn to make room; the trainee waits for the next round.",
    "lapsed": "The last proposal was not answered in time; the trainee waits for the next round.",
}


async def placements(
    reader: Reader, scope: Scope, *, programme_id: UUID | None, after: UUID | None = None, limit: int | None = None
) -> Rows:
    """Trainees in the order of their ids, one page, each with their pair or the reason there is none.

    A trainee in two programmes stands twice, on one page even where that makes it longer: the next begins behind them.
    """
    rows = await reader.connection.fetch(
        f"""select * from (
                select * from ({_STANDINGS}) standings
                where ($1::uuid is null or programme_id = $1) and ($2::uuid is null or trainee_id > $2)
                  and ($3 or school_urn = any ($4) or trainee_id = $5)
                order by trainee_id fetch first coalesce($6::bigint, {_ALL}) rows with ties
            ) page order by trainee_id, programme_id""",
        programme_id,
        after,
        scope.everything,
        sorted(scope.schools),
        scope.trainee_id,
        limit,
    )
    return [dict(row) | {"explanation": _ENDED.get(row["reason"], row["explanation"])} for row in rows]


# --- progress --------------------------------------------------------------------------------------------------------


async def progress(reader: Reader, scope: Scope, trainee_id: UUID, *, as_of: date) -> dict[str, Any]:
    """A trainee's judgements by standard, the earliest first, and targets, as far as the scope goes.

    `as_of` is the day on which a target counts as overdue. Raises `NotFound` for a trainee of whom the scope shows
    nothing.
    """
    where = trainee_id, scope.everything, sorted(scope.schools)
    if not await reader.connection.fetchval(
        """select exists (select from trainees where trainee_id = $1 and $2)
               or exists (select from relationships where trainee_id = $1 and ($2 or school_urn = any ($3)))""",
        *where,
    ):
        raise NotFound("There is no such trainee.")
    assessments = await reader.connection.fetch(
        f"""select assessment_id, kind, assessed_on, judgements from assessments
            where trainee_id = $1 and {_IN_SCOPE} order by assessed_on, assessment_id""",
        *where,
    )
    targets = await reader.connection.fetchrow(f"{_TARGETS} where trainee_id = $1 and {_IN_SCOPE}", *where, as_of)
    assert targets is not None
    return {
        "trainee_id": trainee_id,
        "standards": {standard: _judged(standard, assessments) for standard in STANDARDS},
        "targets": dict(targets),
    }


_IN_SCOPE = "($2 or relationship_id in (select relationship_id from relationships where school_urn = any ($3)))"

_TARGETS = """
    select count(*) as set, count(reviewed_on) as reviewed, count(*) filter (where open) as open,
           count(*) filter (where open and due_on < $4) as overdue
    from (select *, coalesce(status, 'set') not in ('met', 'dropped') as open from targets) targets"""


def _judged(standard: str, assessments: Sequence[Any]) -> Rows:
    return [
        {name: row[name] for name in ("assessment_id", "kind", "assessed_on")}
        | {"judgement": row["judgements"][standard]}
        for row in assessments
        if standard in row["judgements"]
    ]


async def progress_in_short(reader: Reader, *, as_of: date, programme_id: UUID) -> dict[str, Any]:
    """By standard, how many trainees were last judged how, up to and with `as_of`; and how many were judged at all."""
    rows = await reader.connection.fetch(
        """with last as (
               select distinct on (a.trainee_id, judged.standard) a.trainee_id, judged.standard, judged.judgement
               from assessments a join relationships r using (relationship_id)
               cross join lateral jsonb_each_text(a.judgements) judged (standard, judgement)
               where a.assessed_on <= $1 and r.programme_id = $2
               order by a.trainee_id, judged.standard, a.assessed_on desc, a.assessment_id
           )
           select standard, judgement, count(*) as trainees, (select count(distinct trainee_id) from last) as assessed
           from last group by standard, judgement""",
        as_of,
        programme_id,
    )
    found = {(row["standard"], row["judgement"]): row["trainees"] for row in rows}
    return {
        "trainees_assessed": rows[0]["assessed"] if rows else 0,
        "standards": {
            standard: {judgement: found.get((standard, judgement), 0) for judgement in JUDGEMENTS}
            for standard in STANDARDS
        },
    }


# --- the report ------------------------------------------------------------------------------------------------------


async def report(reader: Reader, programme_id: UUID, *, as_of: date) -> dict[str, Any]:
    """What the partnership answers for in a programme; raises `NotFound` where there is none."""
    programme = await reader.connection.fetchrow(
        "select programme_id, title, academic_year, starts_on, ends_on from programmes where programme_id = $1",
        programme_id,
    )
    if programme is None:
        raise NotFound("There is no such programme.")
    trainees = await placements(reader, EVERYTHING, programme_id=programme_id)
    standings = [row["standing"] for row in trainees]
    reasons = [row["reason"] for row in trainees if row["standing"] == "unplaced"]
    return {
        "programme": dict(programme),
        "standings": {standing: standings.count(standing) for standing in STANDINGS},
        "unplaced_by_reason": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
        "placements": trainees,
        "caseload": await caseload_in_short(reader, as_of=as_of, programme_id=programme_id),
        "meetings_by_school": await meetings_by_school(reader, EVERYTHING, as_of=as_of, programme_id=programme_id),
        "progress": await progress_in_short(reader, as_of=as_of, programme_id=programme_id),
    }
