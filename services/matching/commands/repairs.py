"""Use cases of repairs: change as few pairs as possible when a school, an offer or a mentor leaves, or preview that."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.broken_rules import SENTENCES
from services.matching.domain.explanations import PairExplanation, Remedy
from services.matching.domain.repairs import NewRepair
from services.matching.domain.rounds import NewRound, RoundRequested
from services.matching.rounds.broken_rules import unmet_rules
from services.matching.rounds.rows import RoundPair
from services.matching.rounds.running import (
    SolvedRound,
    defer_round,
    read_input,
    reason_of_withdrawal,
    run_round,
    solve_without_recording,
)
from services.matching.rounds.solving import solve_round
from services.matching.solver import Change, Pairing, departures
from shared.events.words import UnplacedReason, WithdrawalReason
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class PairBefore(Answer):
    """The pair of a trainee before the repair."""

    pair_id: UUID
    mentor_id: UUID
    offer_id: UUID
    school_urn: str
    status: str


class PairAfter(Answer):
    """The pair of a trainee after the repair."""

    mentor_id: UUID
    offer_id: UUID
    school_urn: str
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    why: PairExplanation | None


class PairChange(Answer):
    """What changes for a trainee, and why."""

    trainee_id: UUID
    because: WithdrawalReason | None
    words: str
    before: PairBefore | None
    after: PairAfter | None


class UnplacedTrainee(Answer):
    """A trainee without a place, the reason, and what would place them."""

    trainee_id: UUID
    referral_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...]


class Repair(Answer):
    """The trainees whose pair changes and why, and those who cannot be placed; `moved` counts withdrawn pairs."""

    round_id: UUID | None
    state: str
    placed: int | None = None
    unplaced: int | None = None
    moved: int | None = None
    total_cost: int | None = None
    changes: tuple[PairChange, ...] = ()
    unplaced_trainees: tuple[UnplacedTrainee, ...] = ()


class Departure(Answer):
    """The effect if a school leaves, in pairs: `moved_too` are at other schools and would make room."""

    school_urn: str
    broken: int
    placed_elsewhere: int
    lost: int
    moved_too: int


class Departures(Answer):
    """The effect of each school's leaving, for every school with pairs of the programme."""

    departures: tuple[Departure, ...]


def repair_pairs(who: Principal, new: NewRepair, *, later: bool = False) -> UseCase[Repair]:
    """Withdraw the pairs that cannot stay and propose others, changing as few as possible.

    A preview stores nothing unless it is left to the worker (`later`).
    """
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> Repair:
        request = _request(unit, who, NewRound(programme_id=new.programme_id, on=new.on)).model_copy(
            update={"proposes": not new.preview, "leaving": new.leaving}
        )
        if later:
            await defer_round(unit, request)
            return Repair(round_id=request.round_id, state="asked")
        if new.preview:
            return _repair(await solve_without_recording(unit, request), None, "preview")
        solved = await run_round(unit, request)
        if solved is None:
            return Repair(round_id=request.round_id, state="asked")
        return _repair(solved, request.round_id, "solved")

    return use_case


def preview_departures(who: Principal, programme: NewRound) -> UseCase[Departures]:
    """Compute for every school with pairs of the programme the effect if it leaves; stores nothing."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> Departures:
        made = (await read_input(unit, _request(unit, who, programme).model_copy(update={"proposes": False}))).input
        if made.problem.locked:
            await asyncio.to_thread(solve_round, made, moves_first=True)  # refuses locked pairs that cannot stay
        found = await asyncio.to_thread(departures, made.problem)
        return Departures(
            departures=tuple(
                Departure(
                    school_urn=departure.school_urn,
                    broken=departure.broken,
                    placed_elsewhere=departure.broken - departure.lost,
                    lost=departure.lost,
                    moved_too=departure.moved,
                )
                for departure in found
            )
        )

    return use_case


def _request(unit: Unit, who: Principal, programme: NewRound) -> RoundRequested:
    return RoundRequested(
        happened_on=programme.on,
        round_id=uuid4(),
        programme_id=programme.programme_id,
        by=who.subject,
        asked_at=unit.now,
        kind="repair",
    )


def _repair(solved: SolvedRound, round_id: UUID | None, state: str) -> Repair:
    result, solution = solved.result, solved.result.solution
    return Repair(
        round_id=round_id,
        state=state,
        placed=solution.placed,
        unplaced=len(solution.unplaced),
        moved=sum(change.before is not None for change in result.moves),
        total_cost=solution.total_cost,
        changes=tuple(_change(solved, change) for change in result.moves),
        unplaced_trainees=tuple(
            UnplacedTrainee(
                trainee_id=UUID(unplaced.trainee_id),
                referral_id=solved.input.referrals[unplaced.trainee_id],
                reason=unplaced.reason,
                explanation=unplaced.explanation,
                remedies=result.remedies.get(unplaced.trainee_id, ()),
            )
            for unplaced in solution.unplaced
        ),
    )


def _change(solved: SolvedRound, change: Change) -> PairChange:
    before = solved.input.placed.get(change.trainee_id)
    because = reason_of_withdrawal(solved, change.before, before.school_urn) if change.before and before else None
    after = next((pair for pair in solved.result.solution.pairs if pair.trainee_id == change.trainee_id), None)
    return PairChange(
        trainee_id=UUID(change.trainee_id),
        because=because,
        words=_why_changed(solved, change, because or "new", has_place=after is not None),
        before=_before(before) if before else None,
        after=_after(solved, after) if after else None,
    )


def _why_changed(solved: SolvedRound, change: Change, because: str, *, has_place: bool) -> str:
    """Say why a pair changes: where it breaks a hard rule, which one."""
    if because == "moved_in_repair" and change.before is not None:
        broken = unmet_rules(change.before, solved.result.problem)
        if broken:
            rule, _ = SENTENCES[broken[0].rule]
            return f"The pair cannot stay. {rule} {WORDS['broken', has_place]}"
    return WORDS[because, has_place]


def _before(pair: RoundPair) -> PairBefore:
    return PairBefore(**{name: getattr(pair, name) for name in PairBefore.model_fields})


def _after(solved: SolvedRound, pairing: Pairing) -> PairAfter:
    fields: dict[str, Any] = {
        "mentor_id": pairing.mentor_id,
        "offer_id": solved.input.offers[pairing.offer_id].offer_id,
        "school_urn": pairing.school_urn,
        "travel_minutes": pairing.travel_minutes,
        "cost": pairing.cost,
        "terms": dict(pairing.terms),
        "why": solved.result.explanations.get(pairing.trainee_id),
    }
    return PairAfter.model_validate(fields)


WORDS = {
    ("school_left", True): "The school leaves; this place for the trainee changes the fewest others.",
    ("school_left", False): "The school leaves, and there is no other place for the trainee.",
    ("offer_withdrawn", True): "The offer is gone; this place for the trainee changes the fewest others.",
    ("offer_withdrawn", False): "The offer is gone, and there is no other place for the trainee.",
    ("mentor_left", True): "The mentor leaves; this place for the trainee changes the fewest others.",
    ("mentor_left", False): "The mentor leaves, and there is no other place for the trainee.",
    ("trainee_left", False): "The trainee is away, so the place and the mentor's hours are free again.",
    ("moved_in_repair", True): "The pair makes room, so that more trainees have a place.",
    ("moved_in_repair", False): "The pair cannot stay as it is, and there is no other place for the trainee.",
    ("broken", True): "This place for the trainee changes the fewest others.",
    ("broken", False): "There is no other place for the trainee.",
    ("new", True): "The trainee waited, and there is a place now.",
}
