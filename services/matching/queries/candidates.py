"""Queries of candidates of programmes, and of what has arrived from referral for a round."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.matching import policy
from services.matching.queries.identities import kept_id
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader

CandidateStatus = Literal["waiting", "proposed", "placed"]


class Candidate(Answer):
    """A candidate of a programme; `ready` is whether the trainee's record has arrived."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    status: str
    since: date
    pair_id: UUID | None
    reason: str | None
    explanation: str | None
    ready: bool


class Readiness(Answer):
    """What has arrived: the programme, waiting candidates (some without record), mentors, offers, places, schools."""

    programme_known: bool
    candidates: int
    without_record: int
    mentors: int
    offers: int
    places: int
    schools: int


_TRAINEE = kept_id("c.trainee_id")


async def candidates(
    reader: Reader, *, programme_id: UUID | None, status: CandidateStatus | None, after: UUID | None, limit: int
) -> list[Candidate]:
    """List one page of candidates, in the order of their referrals' ids."""
    policy.may_run_rounds(reader.who)
    return await reader.all(
        Candidate,
        f"""select c.referral_id, c.programme_id, {_TRAINEE} as trainee_id, c.status, c.since, c.pair_id, c.reason,
                  c.explanation, t.trainee_id is not null as ready
           from candidates c left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
           where ($1::uuid is null or c.programme_id = $1) and ($2::text is null or c.status = $2)
             and ($3::uuid is null or c.referral_id > $3)
           order by c.referral_id limit $4""",
        programme_id,
        status,
        after,
        limit,
    )


async def readiness(reader: Reader, programme_id: UUID) -> Readiness:
    """Return what a round of this programme would begin with: what referral has sent so far."""
    policy.may_run_rounds(reader.who)
    found = await reader.first(
        Readiness,
        f"""with waiting as (
                select t.trainee_id is not null as ready
                from candidates c left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
                where c.programme_id = $1 and c.status = 'waiting'
            )
            select exists (select from programmes where programme_id = $1) as programme_known,
                   (select count(*) from waiting where ready) as candidates,
                   (select count(*) from waiting where not ready) as without_record,
                   (select count(*) from mentors) as mentors,
                   (select count(*) from offers) as offers,
                   (select coalesce(sum(places), 0)::bigint from offers) as places,
                   (select count(*) from schools) as schools""",
        programme_id,
    )
    assert found is not None
    return found
