"""Run a round: read its input, solve it, and record the result in one append.

A round that proposes allocates places and hours, so it takes its turn in the allocation's stream: of two at once the
later one begins again (see `domain.allocations`). A round that does not propose changes nothing and takes no turn.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID, uuid4

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP, Allocate
from services.matching.domain.explanations import Objective, SharedExplanations
from services.matching.domain.identities import Identities
from services.matching.domain.pairs import PAIR, Placement, Propose, Proposed, Withdraw
from services.matching.domain.programmes import ANSWER_WITHIN, REMIND_AFTER, ProgrammeKnown
from services.matching.domain.rounds import (
    ROUND,
    Outcome,
    PairPreviewed,
    Record,
    RequestRound,
    RoundRequested,
    UnplacedCandidate,
)
from services.matching.domain.scenarios import Overrides
from services.matching.rounds.inputs import RoundInput, round_input
from services.matching.rounds.overrides import apply_overrides
from services.matching.rounds.reading import count_waiting, load_programme, read_at_one_moment
from services.matching.rounds.results import RoundResult, solve_and_explain, withdrawal_reason
from services.matching.solver import Change, Match, Pairing
from services.matching.solver.model import Objective as ProvenObjective
from services.matching.solver.preferences import SOFT_RULES
from services.matching.solver.solving import WeighedRound
from shared.events.words import WithdrawalReason
from shared.kernel.decider import Invalid
from shared.kernel.unit import Unit

PAIRS_OF_A_PART = 500
"""The most pairs whose explanations are stored in one event."""
AT_ONCE = 1_000
"""The most trainees of a round that is solved while the caller waits; the worker solves a larger one."""


class ProgrammeInput(NamedTuple):
    """The programme of a round, and the round's input."""

    programme: ProgrammeKnown
    input: RoundInput


@dataclass(frozen=True)
class SolvedRound:
    """A round as it was requested, with its input and its result."""

    request: RoundRequested
    programme: ProgrammeKnown
    input: RoundInput
    result: RoundResult

    @cached_property
    def changed(self) -> dict[str, Change]:
        """The trainees whose pair changes."""
        return {change.trainee_id: change for change in self.result.moves}


def refuse_unknown_rules(overrides: Overrides) -> None:
    """Raise `Invalid` if overrides weigh a rule that is not a soft rule."""
    if unknown := overrides.weights.keys() - SOFT_RULES:
        raise Invalid(
            f"No soft rule is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(SOFT_RULES))}.",
            pointer="/variant/weights",
        )


async def join_allocation(unit: Unit, request: RoundRequested) -> None:
    """Load the allocation's version, if the round proposes, before anything that the round rests on.

    A round that allocates capacity from now on then makes this round begin again.
    """
    if request.proposes:
        await unit.load(ALLOCATION, PARTNERSHIP)


async def read_input(unit: Unit, request: RoundRequested) -> ProgrammeInput:
    """Read the programme and the input of a round, overrides applied; raises `Invalid` for a request that cannot be."""
    programme = await _hosted_programme(unit, request)
    await join_allocation(unit, request)
    rows = await read_at_one_moment(unit.reads, unit.tenant, programme, request.happened_on)
    made = round_input(programme, request.happened_on, rows, include_placed=request.kind == "repair")
    if request.variant is not None:
        made = apply_overrides(made, _of_kept_records(request.variant, rows.identities))
    if request.leaving is not None:
        try:
            made = apply_overrides(made, _of_kept_records(request.leaving.overrides, rows.identities))
        except Invalid as unknown:
            raise Invalid(unknown.detail, pointer="/leaving") from None
    return ProgrammeInput(programme, made)


def _of_kept_records(overrides: Overrides, identities: Identities) -> Overrides:
    """Return the overrides with the mentors' ids of their kept records: the round knows mentors by these."""
    mentors = tuple(identities.person(mentor_id) for mentor_id in overrides.mentors_left_out)
    return overrides.model_copy(update={"mentors_left_out": mentors})


async def solve_without_recording(unit: Unit, request: RoundRequested) -> SolvedRound:
    """Solve a round in a thread and record no event."""
    return await solve_input(request, await read_input(unit, request))


async def defer_round(unit: Unit, request: RoundRequested) -> None:
    """Record the request of a round, which the worker then solves."""
    deferred = request.model_copy(update={"deferred": True})
    await unit.decide(ROUND, request.round_id, RequestRound(request=deferred))


async def run_round(unit: Unit, request: RoundRequested) -> SolvedRound | None:
    """Solve a round and record it; return None if the round is too large and was deferred to the worker."""
    if request.kind == "match" and request.variant is None:
        programme = await _hosted_programme(unit, request)
        # all of a large round is read only where it is solved
        if await count_waiting(unit.reads, unit.tenant, programme) > AT_ONCE:
            await defer_round(unit, request)
            return None
    read = await read_input(unit, request)
    if len(read.input.problem.trainees) > AT_ONCE:
        await defer_round(unit, request)
        return None
    solved = await solve_input(request, read)
    await unit.decide(ROUND, request.round_id, RequestRound(request=request))
    await record_result(unit, solved)
    return solved


async def solve_input(
    request: RoundRequested, read: ProgrammeInput, weighed: WeighedRound | None = None
) -> SolvedRound:
    """Solve a round in a thread from what was read of it; `weighed` is as in `solve_round`."""
    result = await asyncio.to_thread(
        solve_and_explain,
        read.input,
        moves_first=request.kind == "repair",
        deferred=request.deferred,
        weighed=weighed,
    )
    return SolvedRound(request, read.programme, read.input, result)


async def record_result(unit: Unit, solved: SolvedRound) -> None:
    """Record the result of a round in one append: pairs that a repair withdraws, the round, proposals, allocation."""
    request = solved.request
    if request.proposes:
        await _withdraw_pairs(unit, solved)
    await unit.decide(ROUND, request.round_id, _record(solved))
    if not request.proposes:
        return
    proposals = [_proposal(solved, pairing) for pairing in _new_pairs(solved)]
    await unit.load(PAIR, *(proposal.pair_id for proposal in proposals))
    for proposal in proposals:
        await unit.decide(PAIR, proposal.pair_id, Propose(proposal=proposal))
    # last, so that a read model that has passed it has seen the whole round
    await unit.decide(ALLOCATION, PARTNERSHIP, Allocate(round_id=request.round_id, on=request.happened_on))


async def _withdraw_pairs(unit: Unit, solved: SolvedRound) -> None:
    withdrawn = [
        (change.before, solved.input.placed[change.trainee_id]) for change in solved.result.moves if change.before
    ]
    await unit.load(PAIR, *(pair.pair_id for _, pair in withdrawn))
    for match, pair in withdrawn:
        await unit.decide(
            PAIR,
            pair.pair_id,
            Withdraw(
                round_id=solved.request.round_id,
                by=solved.request.by,
                reason=reason_of_withdrawal(solved, match, pair.school_urn),
                on=solved.request.happened_on,
            ),
        )


def reason_of_withdrawal(solved: SolvedRound, match: Match, urn: str) -> WithdrawalReason:
    """Return the code of the reason why a pair at this school is withdrawn."""
    if match in solved.input.leaving:
        return "trainee_left"
    leaving = solved.request.leaving
    left_out = leaving.overrides.schools_left_out if leaving else ()
    return withdrawal_reason(solved.result.problem, match, urn, left_out)


def _new_pairs(solved: SolvedRound) -> Sequence[Pairing]:
    return [pair for pair in solved.result.solution.pairs if pair.trainee_id in solved.changed]


async def _hosted_programme(unit: Unit, request: RoundRequested) -> ProgrammeKnown:
    programme = await load_programme(unit, request.programme_id, request.happened_on)
    if programme is None:
        raise Invalid("Matching knows of no such programme.", pointer="/programme_id")
    if request.happened_on > programme.ends_on:
        raise Invalid(f"The programme ends on {programme.ends_on}.", pointer="/on")
    if programme.rules.pairing != "hosted":
        raise Invalid("This programme places nobody: ask for constellations or for peers.", pointer="/programme_id")
    if unknown := programme.rules.weights.keys() - SOFT_RULES:
        raise Invalid(
            f"The programme weighs {', '.join(sorted(unknown))}, for which matching has no rule.",
            pointer="/programme_id",
        )
    return programme


def _record(solved: SolvedRound) -> Record:
    made, result, solution = solved.input, solved.result, solved.result.solution
    recorded = _new_pairs(solved) if solved.request.proposes else solution.pairs
    return Record(
        outcome=Outcome(
            hours_per_trainee_week=result.problem.rules.hours_per_trainee_week,
            weights=dict(result.problem.rules.weights),
            placed=solution.placed,
            unplaced=len(solution.unplaced),
            trainees_left_out=made.trainees_left_out,
            offers_left_out=made.offers_left_out,
            total_cost=solution.total_cost,
            solver=solution.solver,
            status=solution.status,
            objective=_objective(solution.objective),
            bound=_objective(solution.bound),
            explained=result.explained,
        ),
        unplaced=tuple(
            UnplacedCandidate(
                referral_id=made.referrals[unplaced.trainee_id],
                trainee_id=UUID(unplaced.trainee_id),
                reason=unplaced.reason,
                explanation=unplaced.explanation,
                remedies=result.remedies.get(unplaced.trainee_id, ()),
            )
            for unplaced in solution.unplaced
        ),
        load=result.load,
        previewed=() if solved.request.proposes else tuple(_previewed(solved, pair) for pair in solution.pairs),
        explanations=tuple(_explanations(result, [pair.trainee_id for pair in recorded])),
    )


def _explanations(result: RoundResult, trainees: Sequence[str]) -> Iterator[SharedExplanations]:
    explained = [(UUID(id_), result.explanations[id_]) for id_ in trainees if id_ in result.explanations]
    for first in range(0, len(explained), PAIRS_OF_A_PART):
        yield SharedExplanations.of(dict(explained[first : first + PAIRS_OF_A_PART]))


def _objective(proven: ProvenObjective) -> Objective:
    return Objective(
        unplaced=proven.unplaced,
        cost=proven.cost,
        moved=proven.moved,
        unevenness=proven.unevenness,
        parted=proven.parted,
        left_over_again=proven.left_over_again,
    )


def _previewed(solved: SolvedRound, pairing: Pairing) -> PairPreviewed:
    made, request = solved.input, solved.request
    present = made.placed.get(pairing.trainee_id)
    return PairPreviewed(
        happened_on=request.happened_on,
        round_id=request.round_id,
        programme_id=request.programme_id,
        referral_id=made.referrals[pairing.trainee_id],
        trainee_id=UUID(pairing.trainee_id),
        mentor_id=UUID(pairing.mentor_id),
        school_urn=pairing.school_urn,
        offer_id=made.offers[pairing.offer_id].offer_id,
        travel_minutes=pairing.travel_minutes,
        cost=pairing.cost,
        terms=dict(pairing.terms),
        pair_id=present.pair_id if present else None,
        changes=pairing.trainee_id in solved.changed,
    )


def _proposal(solved: SolvedRound, pairing: Pairing) -> Proposed:
    made, rules = solved.input, solved.programme.rules
    offer = made.offers[pairing.offer_id]
    return Proposed(
        happened_on=solved.request.happened_on,
        pair_id=uuid4(),
        round_id=solved.request.round_id,
        programme_id=solved.programme.programme_id,
        referral_id=made.referrals[pairing.trainee_id],
        trainee_id=UUID(pairing.trainee_id),
        mentor_id=UUID(pairing.mentor_id),
        placement=Placement(
            school_urn=pairing.school_urn,
            offer_id=offer.offer_id,
            subject=offer.subject,
            # whoever is placed when the offer has begun works with the mentor from then on
            starts_on=max(offer.starts_on, solved.request.happened_on),
            ends_on=offer.ends_on,
            meetings_per_week=rules.meetings_per_week,
            targets_per_meeting=rules.targets_per_meeting,
            assessor_is_not_mentor=rules.assessor_is_not_mentor,
            amend_within_days=rules.amend_within_days,
            weeks_between_meetings=rules.weeks_between_meetings,
            mentor_reads_for_days=rules.mentor_reads_for_days,
            agreement_first=rules.agreement_first,
            mentor_hours_per_week=made.hours_a_week(pairing.trainee_id),
        ),
        travel_minutes=pairing.travel_minutes,
        cost=pairing.cost,
        terms=dict(pairing.terms),
        remind_after=rules.remind_after or REMIND_AFTER,
        answer_within=rules.answer_within or ANSWER_WITHIN,
    )
