"""Queries of rounds and their results."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, TypeVar
from uuid import UUID

from services.matching import policy
from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP
from services.matching.domain.explanations import (
    Explained,
    LoadOfKind,
    Objective,
    PairExplanation,
    Remedy,
    SharedExplanations,
)
from services.matching.domain.repairs import Leaving
from services.matching.domain.rounds import ROUND, Counts, RoundState
from services.matching.domain.scenarios import Overrides
from services.matching.queries.identities import naming_kept_records
from shared.events.words import UnplacedReason, WithdrawalReason
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.progress import wait_until_projected
from shared.kernel.reader import Reader
from shared.wording import counted_noun


class Round(Answer):
    """A round: the request, its state and, once it is solved, its result in numbers; `status` is the solver's."""

    round_id: UUID
    programme_id: UUID
    state: RoundState
    kind: Literal["match", "repair"]
    proposes: bool
    name: str | None
    variant: Overrides | None
    leaving: Leaving | None
    asked_on: date | None
    asked_at: datetime | None
    begun_at: datetime | None
    counts: Counts | None
    failed_because: str | None
    solved_on: date | None
    by: str
    hours_per_trainee_week: float | None
    weights: dict[str, int] | None
    placed: int | None
    unplaced: int | None
    trainees_left_out: int | None
    offers_left_out: int | None
    total_cost: int | None
    solver: str | None
    status: str | None
    objective: Objective | None
    bound: Objective | None
    explained: Explained | None


class RoundPair(Answer):
    """A pair that a round proposed, explained; `terms` add up to `cost`."""

    pair_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    offer_id: UUID
    subject: str
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    status: str
    locked: bool
    why: PairExplanation | None


class PreviewedPair(Answer):
    """A pair of a round that proposes nothing, explained; `stands_as` is the trainee's present pair."""

    stands_as: UUID | None
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    offer_id: UUID
    subject: str | None
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    changes: bool
    why: PairExplanation | None


P = TypeVar("P", RoundPair, PreviewedPair)


class UnplacedTrainee(Answer):
    """A trainee without a place, the reason, and what would place them."""

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...]


class WithdrawnPair(Answer):
    """A pair that a repair withdrew."""

    pair_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    offer_id: UUID
    withdrawn_because: WithdrawalReason


class RoundInFull(Round):
    """A round with its pairs, rule by rule, its unplaced trainees and the pairs that it withdrew."""

    explained_in_words: str | None
    pairs: tuple[RoundPair, ...] | tuple[PreviewedPair, ...]
    unplaced_trainees: tuple[UnplacedTrainee, ...]
    withdrawn: tuple[WithdrawnPair, ...]


class RoundLoad(Answer):
    """The share of capacity that schools and mentors carry before a round and after it."""

    round_id: UUID
    schools: LoadOfKind
    mentors: LoadOfKind


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

_PREVIEWED = """
    select f.pair_id as stands_as, f.referral_id, f.trainee_id, f.mentor_id, f.school_urn, s.name as school_name,
           f.offer_id, o.subject, f.travel_minutes, f.cost, f.terms, f.changes, f.why
    from found f
    left join schools s on s.tenant = f.tenant and s.urn = f.school_urn
    left join offers o on o.tenant = f.tenant and o.offer_id = f.offer_id
    where f.round_id = $1 order by f.trainee_id"""

_EXPLANATIONS = "select explanations from explanations where round_id = $1"

_WITHDRAWN = """
    select p.pair_id, p.trainee_id, p.mentor_id, p.school_urn, s.name as school_name, p.offer_id, p.withdrawn_because
    from pairs p left join schools s on s.tenant = p.tenant and s.urn = p.school_urn
    where p.withdrawn_by_round = $1 order by p.trainee_id"""

_UNPLACED = """
    select referral_id, trainee_id, reason, explanation, remedies from unplaced where round_id = $1
    order by trainee_id"""


async def rounds(reader: Reader, *, after: UUID | None, limit: int) -> list[Round]:
    """List one page of rounds, in the order of their ids; scenarios have a list of their own."""
    policy.may_run_rounds(reader.who)
    page = f"{_ROUND} where proposes and ($1::uuid is null or round_id > $1) order by round_id limit $2"
    return await naming_kept_records(reader, await reader.all(Round, page, after, limit, unseal=True))


async def round_in_full(reader: Reader, round_id: UUID) -> RoundInFull:
    """Return a round with its pairs, its unplaced trainees and the pairs that it withdrew.

    Raises `NotFound`, and `NotYet` if it was solved a moment ago.
    """
    policy.may_run_rounds(reader.who)
    found = await find_round(reader, round_id)
    pairs: Sequence[RoundPair] | Sequence[PreviewedPair] = (
        await _explained_pairs(reader, RoundPair, _PAIRS, round_id)
        if found.proposes
        else await _explained_pairs(reader, PreviewedPair, _PREVIEWED, round_id)
    )
    in_full = RoundInFull(
        **dict(found),
        explained_in_words=_extent(found),
        pairs=tuple(pairs),
        unplaced_trainees=tuple(await reader.all(UnplacedTrainee, _UNPLACED, round_id)),
        withdrawn=tuple(await reader.all(WithdrawnPair, _WITHDRAWN, round_id)),
    )
    (named,) = await naming_kept_records(reader, [in_full])
    return named


async def find_round(reader: Reader, round_id: UUID) -> Round:
    """Return a round to somebody who may see it, once its result can be read as well.

    Raises `NotFound`, and `NotYet` if it was solved a moment ago.
    """
    found = await reader.first(Round, f"{_ROUND} where round_id = $1", round_id, unseal=True)
    if found is None:
        raise NotFound("There is no such round.")
    if found.state == "solved":
        await wait_for_results(reader, round_id)
    return found


async def _explained_pairs(reader: Reader, answer: type[P], sql: str, round_id: UUID) -> list[P]:
    """The pairs of a round with their explanations; those of an older round are in the rows of its pairs."""
    explained: dict[UUID, PairExplanation] = {}
    for part in await reader.connection.fetch(_EXPLANATIONS, round_id):
        explained.update(SharedExplanations.model_validate(part["explanations"]).in_full())
    rows = [dict(row) for row in await reader.connection.fetch(sql, round_id)]
    return [answer.model_validate(row | {"why": explained.get(row["trainee_id"], row["why"])}) for row in rows]


async def wait_for_results(reader: Reader, *rounds: UUID) -> None:
    """Wait for all read models: a round that is shown as solved must have its pairs. Raises `NotYet`."""
    last = await reader.value(
        """select max(e.position) from unnest($2::text[]) as s (stream) cross join lateral (
               select position from events where tenant = $1 and stream = s.stream order by version desc limit 1) e""",
        reader.who.tenant,
        [ALLOCATION.stream(PARTNERSHIP), *(ROUND.stream(round_id) for round_id in rounds)],
    )
    if last is not None:
        await wait_until_projected(
            reader.connection, last, "The result of the round is still being projected; ask again in a moment."
        )


def _extent(found: Round) -> str | None:
    """How much of the result is explained, in a sentence; None where that is not recorded."""
    explained = found.explained
    if explained is None:
        return None
    if (explained.pairs, explained.alternatives, explained.unplaced) == (found.placed, found.placed, found.unplaced):
        return "Every pair and every trainee without a place is explained in full."
    return (
        f"This round is large: {explained.pairs} of {counted_noun(found.placed or 0, 'pair')} are put into words, "
        f"an alternative was searched for {explained.alternatives} of them, and a change that would place the "
        f"trainee for {explained.unplaced} of {counted_noun(found.unplaced or 0, 'trainee')} without a place, in the "
        "order of their ids."
    )


async def load_of(reader: Reader, round_id: UUID) -> RoundLoad:
    """Return the load of a round; raises `NotFound` for a round that has not been solved."""
    policy.may_run_rounds(reader.who)
    await wait_for_results(reader, round_id)
    found = await reader.first(RoundLoad, "select round_id, schools, mentors from loads where round_id = $1", round_id)
    if found is None:
        raise NotFound("There is no such round, or it has not been solved yet.")
    (named,) = await naming_kept_records(reader, [found])
    return named
