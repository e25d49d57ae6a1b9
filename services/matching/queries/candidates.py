"""Queries of candidates of programmes, and of what has arrived from referral for a round."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.matching import policy
from services.matching.domain.programmes import PROGRAMME, ProgrammeKnown
from services.matching.queries.identities import kept_id
from services.matching.rounds.concerned_rows import ConcernedRows
from services.matching.rounds.inputs import waiting_candidates
from services.matching.rounds.rows import read_rows
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader

CandidateStatus = Literal["waiting", "proposed", "placed"]


class Candidate(Answer):
    """A candidate of a programme, `left` once they were erased; `ready` is whether the trainee's record has arrived."""

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
    """What has arrived: the programme, candidates whom a round would match, mentors, offers, places, schools.

    `without_record` wait until their record arrives.
    """

    programme_known: bool
    candidates: int
    without_record: int
    mentors: int
    offers: int
    places: int
    schools: int


class _Counts(Answer):
    with_record: int
    without_record: int
    mentors: int
    offers: int
    places: int
    schools: int


_TRAINEE = kept_id("c.trainee_id")
_STATUS = f"case when {_TRAINEE} in (select person_id from erased) then 'left' else c.status end"
"""An erased trainee waits for nothing, although no event of their referral says so."""
_NOT_READ = dict.fromkeys(
    ("mentors", "mentor_terms", "relations", "trainings", "said", "asks", "supports", "mentees", "travel_times"),
    ("false", ()),
)
"""Tables that do not matter for the question who waits."""


async def candidates(
    reader: Reader, *, programme_id: UUID | None, status: CandidateStatus | None, after: UUID | None, limit: int
) -> list[Candidate]:
    """List one page of candidates, in the order of their referrals' ids."""
    policy.may_run_rounds(reader.who)
    return await reader.all(
        Candidate,
        f"""select c.referral_id, c.programme_id, {_TRAINEE} as trainee_id, {_STATUS} as status, c.since, c.pair_id,
                  c.reason, c.explanation, t.trainee_id is not null as ready
           from candidates c left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
           where ($1::uuid is null or c.programme_id = $1) and ($2::text is null or {_STATUS} = $2)
             and ($3::uuid is null or c.referral_id > $3)
           order by c.referral_id limit $4""",
        programme_id,
        status,
        after,
        limit,
    )


async def readiness(reader: Reader, programme_id: UUID, on: date | None) -> Readiness:
    """Return what a round of this programme would begin with on a day: what referral has sent so far.

    The candidates are those whom a round would match. Without a day, offers that are over count as well.
    """
    policy.may_run_rounds(reader.who)
    programme = await _programme(reader, programme_id)
    counts = await reader.first(
        _Counts,
        f"""with waiting as (
                select distinct on ({_TRAINEE}) t.trainee_id is not null as ready
                from candidates c left join trainees t on t.tenant = c.tenant and t.trainee_id = {_TRAINEE}
                where c.programme_id = $1 and {_STATUS} = 'waiting'
            )
            select (select count(*) from waiting where ready) as with_record,
                   (select count(*) from waiting where not ready) as without_record,
                   (select count(*) from mentors) as mentors,
                   (select count(*) from offers) as offers,
                   (select coalesce(sum(places), 0)::bigint from offers) as places,
                   (select count(*) from schools) as schools""",
        programme_id,
    )
    assert counts is not None
    own = ConcernedRows(reader.connection, _NOT_READ)
    return Readiness(
        programme_known=programme is not None,
        candidates=len(waiting_candidates(await read_rows(own, programme, on or date.min)))
        if programme
        else counts.with_record,
        **counts.model_dump(exclude={"with_record"}),
    )


async def _programme(reader: Reader, programme_id: UUID) -> ProgrammeKnown | None:
    stored = await reader.connection.fetchrow(
        """select type, schema_version, body::text as body from events where tenant = $1 and stream = $2
           order by version desc limit 1""",
        reader.who.tenant,
        PROGRAMME.stream(programme_id),
    )
    if stored is None:
        return None
    known = PROGRAMME.catalogue.decode(stored["type"], stored["schema_version"], stored["body"])
    return known if isinstance(known, ProgrammeKnown) else None
