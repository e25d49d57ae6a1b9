"""Use cases of rounds."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.allocation import ALLOCATION, PARTNERSHIP, Allocate
from services.matching.domain.known import PROGRAMME, ProgrammeKnown
from services.matching.domain.pair import PAIR, Placement, Propose, Proposed
from services.matching.domain.round import ROUND, LeftOver, Outcome, Record
from services.matching.solver import Pairing, Solution, solve
from services.matching.solver.preferences import SOFT_RULES
from services.matching.standing import Standing, stand
from shared.kernel.auth import Principal
from shared.kernel.decider import Invalid
from shared.kernel.unit import Answer, Unit, UseCase


def solve_round(who: Principal, *, programme_id: UUID, on: date) -> UseCase:
    """Match everybody who waits in a programme and propose the pairs, all in one append."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> Answer:
        (programme,) = await unit.load(PROGRAMME, programme_id)
        _refuse_unusable(programme, on)
        # its version before anything else: whoever gives out capacity from now on makes this round begin anew
        await unit.load(ALLOCATION, PARTNERSHIP)
        assert programme is not None
        standing = await stand(unit.reads, unit.tenant, programme, on)
        solution = await asyncio.to_thread(solve, standing.problem)

        round_id = uuid4()
        await unit.decide(ROUND, round_id, _record(who, round_id, programme, standing, solution, on))
        proposals = [_proposal(round_id, programme, standing, pairing, on) for pairing in solution.pairs]
        await unit.load(PAIR, *(proposal.pair_id for proposal in proposals))
        for proposal in proposals:
            await unit.decide(PAIR, proposal.pair_id, Propose(proposal=proposal))
        # last, so that a read model that has passed it has seen the whole round
        await unit.decide(ALLOCATION, PARTNERSHIP, Allocate(round_id=round_id, on=on))
        return {"round_id": str(round_id), "placed": solution.placed, "unplaced": len(solution.unplaced)}

    return use_case


def _refuse_unusable(programme: ProgrammeKnown | None, on: date) -> None:
    if programme is None:
        raise Invalid("Matching knows of no such programme.", pointer="/programme_id")
    if on > programme.ends_on:
        raise Invalid(f"The programme ends on {programme.ends_on}.", pointer="/on")
    if unknown := programme.rules.weights.keys() - SOFT_RULES:
        raise Invalid(
            f"The programme weighs {', '.join(sorted(unknown))}, for which matching has no rule.",
            pointer="/programme_id",
        )


def _record(
    who: Principal, round_id: UUID, programme: ProgrammeKnown, standing: Standing, solution: Solution, on: date
) -> Record:
    return Record(
        round_id=round_id,
        programme_id=programme.programme_id,
        by=who.subject,
        outcome=Outcome(
            hours_per_trainee_week=programme.rules.mentor_hours_per_trainee_week,
            weights=programme.rules.weights,
            placed=solution.placed,
            unplaced=len(solution.unplaced),
            trainees_left_out=standing.trainees_left_out,
            offers_left_out=standing.offers_left_out,
            total_cost=solution.total_cost,
            solver=solution.solver,
            status=solution.status,
        ),
        left_over=tuple(
            LeftOver(
                referral_id=standing.referrals[one.trainee_id],
                trainee_id=UUID(one.trainee_id),
                reason=one.reason,
                explanation=one.explanation,
            )
            for one in solution.unplaced
        ),
        on=on,
    )


def _proposal(round_id: UUID, programme: ProgrammeKnown, standing: Standing, pairing: Pairing, on: date) -> Proposed:
    offer, rules = standing.offers[pairing.offer_id], programme.rules
    return Proposed(
        happened_on=on,
        pair_id=uuid4(),
        round_id=round_id,
        programme_id=programme.programme_id,
        referral_id=standing.referrals[pairing.trainee_id],
        trainee_id=UUID(pairing.trainee_id),
        mentor_id=UUID(pairing.mentor_id),
        placement=Placement(
            school_urn=pairing.school_urn,
            offer_id=UUID(pairing.offer_id),
            subject=offer["subject"],
            starts_on=offer["starts_on"],
            ends_on=offer["ends_on"],
            meetings_per_week=rules.meetings_per_week,
            targets_per_meeting=rules.targets_per_meeting,
            assessor_is_not_mentor=rules.assessor_is_not_mentor,
            mentor_hours_per_week=rules.mentor_hours_per_trainee_week,
        ),
        travel_minutes=pairing.travel_minutes,
        cost=pairing.cost,
        terms=dict(pairing.terms),
        remind_after=rules.remind_after,
        answer_within=rules.answer_within,
    )
