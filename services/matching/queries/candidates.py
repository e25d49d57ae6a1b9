"""Queries of candidates of programmes, and of what has arrived from referral for a round."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
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
    """A candidate of a programme, `left` once they were erased.

    `ready` is whether a round would take them in by this referral; of others than those who wait, whether their record
    has arrived.
    """

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

    `without_record` wait until their record arrives. `pairing` is how the programme pairs people, None where it is not
    known: a round is only for one whose trainees are hosted.
    """

    programme_known: bool
    pairing: Literal["hosted", "in_school", "chosen"] | None
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
    found = await reader.all(
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
    waiting = {row.programme_id for row in found if row.status == "waiting"}
    known = {id_: await _known(reader, id_) for id_ in sorted(waiting)}
    return [known[row.programme_id].tell(row) if row.status == "waiting" else row for row in found]


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a round of a programme would match, by referral, and by which referral each trainee is in the programme.

    `ready` is None while the programme is not known.
    """

    ready: AbstractSet[UUID] | None = None
    by_trainee: Mapping[UUID, UUID] = field(default_factory=dict)

    def tell(self, row: Candidate) -> Candidate:
        """Return a candidate who waits as a round would see them."""
        if self.ready is None or row.referral_id in self.ready:
            return row
        other = self.by_trainee.get(row.trainee_id)
        if other is None or not row.ready:
            return row.model_copy(update={"ready": False})
        explanation = (
            f"This trainee is placed in the programme or waits in it by another referral, {other}. Withdraw this "
            "referral, unless it is for a placement after that one."
        )
        return row.model_copy(update={"ready": False, "reason": "another_referral", "explanation": explanation})


async def _known(reader: Reader, programme_id: UUID) -> _Known:
    programme = await _programme(reader, programme_id)
    if programme is None:
        return _Known()
    rows = await read_rows(ConcernedRows(reader.connection, _NOT_READ), programme, date.min)
    ready = {candidate.referral_id: candidate.trainee_id for candidate in waiting_candidates(rows)}
    by_trainee = {trainee_id: referral_id for referral_id, trainee_id in ready.items()}
    own = {candidate.referral_id for candidate in rows.candidates}
    by_trainee |= {pair.trainee_id: pair.referral_id for pair in rows.pairs if pair.is_live and pair.referral_id in own}
    return _Known(ready.keys(), by_trainee)


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
        pairing=programme.rules.pairing if programme else None,
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
