"""Rounds, and who waits for one."""

from typing import Any
from uuid import UUID

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP
from services.matching.domain.rounds import ROUND
from shared.kernel.decider import NotFound
from shared.kernel.postgres.progress import wait_until_projected
from shared.kernel.reader import Reader

Rows = list[dict[str, Any]]

_ROUND = """
    select round_id, programme_id, state, kind, proposes, name, variant, leaving, asked_on, asked_at, begun_at, counts,
           failed_because, solved_on, by, hours_per_trainee_week, weights, placed, unplaced, trainees_left_out,
           offers_left_out, total_cost, solver, status, objective, bound, explained
    from rounds"""

_PAIRS = """
    select p.pair_id, p.referral_id, p.trainee_id, p.mentor_id, p.school_urn, s.name as school_name, p.offer_id,
           p.subject, p.travel_minutes, p.cost, p.terms, p.status, p.locked, p.why
    from pairs p left join schools s on s.tenant = p.tenant and s.urn = p.school_urn
    where p.round_id = $1 order by p.trainee_id"""

_FOUND = """
    select f.pair_id as stands_as, f.referral_id, f.trainee_id, f.mentor_id, f.school_urn, s.name as school_name,
           f.offer_id, o.subject, f.travel_minutes, f.cost, f.terms, f.changes, f.why
    from found f
    left join schools s on s.tenant = f.tenant and s.urn = f.school_urn
    left join offers o on o.tenant = f.tenant and o.offer_id = f.offer_id
    where f.round_id = $1 order by f.trainee_id"""

_WITHDRAWN = """
    select p.pair_id, p.trainee_id, p.mentor_id, p.school_urn, s.name as school_name, p.offer_id, p.withdrawn_because
    from pairs p left join schools s on s.tenant = p.tenant and s.urn = p.school_urn
    where p.withdrawn_by_round = $1 order by p.trainee_id"""

_UNPLACED = """
    select referral_id, trainee_id, reason, explanation, remedies from unplaced where round_id = $1
    order by trainee_id"""


async def rounds(reader: Reader, *, after: UUID | None, limit: int) -> Rows:
    """Rounds in the order of their ids, one page; scenarios have a list of their own."""
    rows = await reader.connection.fetch(
        f"{_ROUND} where proposes and ($1::uuid is null or round_id > $1) order by round_id limit $2", after, limit
    )
    return await reader.unsealed([dict(row) for row in rows])


async def round_in_short(reader: Reader, round_id: UUID) -> dict[str, Any]:
    """A round without its pairs; raises `NotFound`."""
    row = await reader.connection.fetchrow(f"{_ROUND} where round_id = $1", round_id)
    if row is None:
        raise NotFound("There is no such round.")
    (found,) = await reader.unsealed([dict(row)])
    return found


async def round_in_full(reader: Reader, round_id: UUID) -> dict[str, Any]:
    """A round with its pairs, rule by rule, its unplaced with what binds, and the pairs that it parted.

    Raises `NotFound`, and `NotYet` where it was solved a moment ago.
    """
    found = await round_in_short(reader, round_id)
    if found["state"] == "solved":
        await all_written_up(reader, round_id)
    parts = {
        "pairs": _PAIRS if found["proposes"] else _FOUND,
        "unplaced_trainees": _UNPLACED,
        "withdrawn": _WITHDRAWN,
    }
    rows = {name: await reader.connection.fetch(select, round_id) for name, select in parts.items()}
    return found | {"explained_in_words": _extent(found)} | {name: [dict(row) for row in rows[name]] for name in parts}


async def all_written_up(reader: Reader, *rounds: UUID) -> None:
    """Wait for the other read tables: a round that is shown as solved must not lack its pairs. Raises `NotYet`."""
    last = await reader.connection.fetchval(
        """select max(e.position) from unnest($2::text[]) as s (stream) cross join lateral (
               select position from events where tenant = $1 and stream = s.stream order by version desc limit 1) e""",
        reader.who.tenant,
        [ALLOCATION.stream(PARTNERSHIP), *(ROUND.stream(one) for one in rounds)],
    )
    if last is not None:
        await wait_until_projected(
            reader.connection, last, "The round is still being written up; ask again in a moment."
        )


def _extent(found: dict[str, Any]) -> str | None:
    """How far the reasons go, in a sentence; None where nothing was recorded of it."""
    explained = found["explained"]
    if explained is None:
        return None
    of = {"pairs": found["placed"], "alternatives": found["placed"], "unplaced": found["unplaced"]}
    if all(explained[name] == many for name, many in of.items()):
        return "Every pair and every trainee without a place is explained in full."
    return (
        f"This round is large: {explained['pairs']} of {of['pairs']} pairs are put into words, the next best was "
        f"looked for of {explained['alternatives']}, and what would place them of {explained['unplaced']} of "
        f"{of['unplaced']} trainees without a place, in the order of their ids."
    )


async def load(reader: Reader, round_id: UUID) -> dict[str, Any]:
    """How a round's pairs lie on schools and mentors; raises `NotFound` for a round that has not been solved."""
    await all_written_up(reader, round_id)
    row = await reader.connection.fetchrow("select round_id, schools, mentors from loads where round_id = $1", round_id)
    if row is None:
        raise NotFound("There is no such round, or it has not been solved yet.")
    return dict(row)


async def candidates(
    reader: Reader, *, programme_id: UUID | None, status: str | None, after: UUID | None, limit: int
) -> Rows:
    """Candidates in the order of their referrals' ids, one page; `ready` is whether the trainee's record has come."""
    rows = await reader.connection.fetch(
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


async def readiness(reader: Reader, programme_id: UUID) -> dict[str, Any]:
    """What a round of this programme would begin with: what has arrived from referral so far."""
    row = await reader.connection.fetchrow(
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
