"""Rounds, and who waits for one."""

from typing import Any
from uuid import UUID

from shared.kernel.decider import NotFound
from shared.kernel.http import Looking

Rows = list[dict[str, Any]]

_ROUND = """
    select round_id, programme_id, solved_on, by, hours_per_trainee_week, weights, placed, unplaced, trainees_left_out,
           offers_left_out, total_cost, solver, status
    from rounds"""


async def rounds(looking: Looking, *, after: UUID | None, limit: int) -> Rows:
    """Rounds in the order of their ids, one page."""
    rows = await looking.connection.fetch(
        f"{_ROUND} where $1::uuid is null or round_id > $1 order by round_id limit $2", after, limit
    )
    return [dict(row) for row in rows]


async def round_in_full(looking: Looking, round_id: UUID) -> dict[str, Any]:
    """A round with its pairs, rule by rule, and its unplaced with what binds; raises `NotFound`."""
    row = await looking.connection.fetchrow(f"{_ROUND} where round_id = $1", round_id)
    if row is None:
        raise NotFound("There is no such round.")
    pairs = await looking.connection.fetch(
        """select p.pair_id, p.referral_id, p.trainee_id, p.mentor_id, p.school_urn, s.name as school_name, p.offer_id,
                  p.subject, p.travel_minutes, p.cost, p.terms, p.status
           from pairs p left join schools s on s.tenant = p.tenant and s.urn = p.school_urn
           where p.round_id = $1 order by p.trainee_id""",
        round_id,
    )
    unplaced = await looking.connection.fetch(
        """select referral_id, trainee_id, reason, explanation from unplaced where round_id = $1 order by trainee_id""",
        round_id,
    )
    return dict(row) | {"pairs": [dict(pair) for pair in pairs], "unplaced_trainees": [dict(one) for one in unplaced]}


async def candidates(
    looking: Looking, *, programme_id: UUID | None, status: str | None, after: UUID | None, limit: int
) -> Rows:
    """Candidates in the order of their referrals' ids, one page; `ready` is whether the trainee's record has come."""
    rows = await looking.connection.fetch(
        f"""select c.referral_id, c.programme_id, {_TRAINEE} as trainee_id, c.status, c.since, c.pair_id, c.reason,
                  c.explanation, t.trainee_id is not null as ready
           from candidates c {_MERGED} left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
           where ($1::uuid is null or c.programme_id = $1) and ($2::text is null or c.status = $2)
             and ($3::uuid is null or c.referral_id > $3)
           order by c.referral_id limit $4""",
        programme_id,
        status,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def readiness(looking: Looking, programme_id: UUID) -> dict[str, Any]:
    """What a round of this programme would begin with: what has arrived from referral so far."""
    row = await looking.connection.fetchrow(
        f"""select exists (select from programmes where programme_id = $1) as programme_known,
                  (select count(*) from candidates c {_MERGED}
                   join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
                   where c.programme_id = $1 and c.status = 'waiting') as candidates,
                  (select count(*) from candidates c {_MERGED}
                   left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
                   where c.programme_id = $1 and c.status = 'waiting' and t.trainee_id is null) as without_record,
                  (select count(*) from mentors) as mentors,
                  (select count(*) from offers) as offers,
                  (select coalesce(sum(places), 0)::bigint from offers) as places,
                  (select count(*) from schools) as schools""",
        programme_id,
    )
    assert row is not None
    return dict(row)


# the trainee of a candidate whose record was merged is the one whose record stands for it
_MERGED = "left join merges m on m.tenant = c.tenant and m.merged_id = c.trainee_id"
_TRAINEE = "coalesce(m.kept_id, c.trainee_id)"
