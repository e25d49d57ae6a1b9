"""What every kind of round does once it was asked for: read how things stand, solve, and write down what came of it.

A round that proposes gives out places and hours, so it takes its turn in the allocation's stream: of two at once the
later one begins anew (see `domain.allocation`). One that does not propose changes nothing and takes no turn.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID, uuid4

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP, Allocate
from services.matching.domain.explanations import Objective
from services.matching.domain.known import ProgrammeKnown
from services.matching.domain.pairs import PAIR, Placement, Propose, Proposed, Withdraw
from services.matching.domain.rounds import ROUND, Ask, LeftOver, Outcome, PairFound, Record, RoundAsked
from services.matching.domain.scenarios import Variant
from services.matching.rounds.inputs import Standing
from services.matching.rounds.overrides import varied
from services.matching.rounds.reading import programme_on, stand
from services.matching.rounds.results import Worked, why_parted, work_out
from services.matching.solver import Change, Match, Pairing
from services.matching.solver.model import Objective as Proven
from services.matching.solver.preferences import SOFT_RULES
from shared.events.words import WithdrawalReason
from shared.kernel.decider import Invalid
from shared.kernel.unit import JsonAnswer, Unit

AT_ONCE = 1_000
"""Trainees of a round that is solved while the caller waits; a larger one is the worker's."""


@dataclass(frozen=True)
class Settled:
    """A round with what it began from and what came of it."""

    asked: RoundAsked
    programme: ProgrammeKnown
    standing: Standing
    worked: Worked

    @cached_property
    def changed(self) -> dict[str, Change]:
        """Who has what they had not, or has not what they had, by trainee."""
        return {change.trainee_id: change for change in self.worked.moves}


def refuse_unknown_rules(variant: Variant) -> None:
    """Raise `Invalid` where a variant weighs what is no soft rule."""
    if unknown := variant.weights.keys() - SOFT_RULES:
        raise Invalid(
            f"No soft rule is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(SOFT_RULES))}.",
            pointer="/variant/weights",
        )


async def began(unit: Unit, asked: RoundAsked) -> tuple[ProgrammeKnown, Standing]:
    """The programme and how things stand for a round, with its variant; raises `Invalid` for what it cannot use."""
    programme = _usable(await programme_on(unit, asked.programme_id, asked.happened_on), asked.happened_on)
    if asked.proposes:
        # its version before anything else: whoever gives out capacity from now on makes this round begin anew
        await unit.load(ALLOCATION, PARTNERSHIP)
    standing = await stand(unit.reads, unit.tenant, programme, asked.happened_on, placed_too=asked.kind == "repair")
    if asked.variant is not None:
        standing = varied(standing, asked.variant)
    if asked.leaving is not None:
        try:
            standing = varied(standing, asked.leaving.variant)
        except Invalid as unknown:
            raise Invalid(unknown.detail, pointer="/leaving") from None
    return programme, standing


async def settled(unit: Unit, asked: RoundAsked) -> Settled:
    """The round worked out, in a thread, with nothing decided yet."""
    programme, standing = await began(unit, asked)
    return await _worked(asked, programme, standing)


async def _worked(asked: RoundAsked, programme: ProgrammeKnown, standing: Standing) -> Settled:
    worked = await asyncio.to_thread(work_out, standing, moves_first=asked.kind == "repair", patient=asked.deferred)
    return Settled(asked, programme, standing, worked)


async def ask(unit: Unit, asked: RoundAsked) -> JsonAnswer:
    """Write down that a round is wanted, for the worker to solve."""
    await unit.decide(ROUND, asked.round_id, Ask(asked=asked.model_copy(update={"deferred": True})))
    return {"round_id": str(asked.round_id), "state": "asked"}


async def run(unit: Unit, asked: RoundAsked) -> Settled | None:
    """Ask for a round and settle it; None of one that is too large and was left to the worker."""
    programme, standing = await began(unit, asked)
    if len(standing.problem.trainees) > AT_ONCE:
        await ask(unit, asked)
        return None
    found = await _worked(asked, programme, standing)
    await unit.decide(ROUND, asked.round_id, Ask(asked=asked))
    await write(unit, found)
    return found


async def write(unit: Unit, found: Settled) -> None:
    """What came of a round, all in one append: pairs that a repair parts, the round, its proposals, its turn."""
    asked = found.asked
    if asked.proposes:
        await _part(unit, found)
    await unit.decide(ROUND, asked.round_id, _record(found))
    if not asked.proposes:
        return
    proposals = [_proposal(found, pairing) for pairing in _new(found)]
    await unit.load(PAIR, *(proposal.pair_id for proposal in proposals))
    for proposal in proposals:
        await unit.decide(PAIR, proposal.pair_id, Propose(proposal=proposal))
    # last, so that a read model that has passed it has seen the whole round
    await unit.decide(ALLOCATION, PARTNERSHIP, Allocate(round_id=asked.round_id, on=asked.happened_on))


async def _part(unit: Unit, found: Settled) -> None:
    parted = [
        (change.before, found.standing.placed[change.trainee_id]) for change in found.worked.moves if change.before
    ]
    await unit.load(PAIR, *(row["pair_id"] for _, row in parted))
    for match, row in parted:
        await unit.decide(
            PAIR,
            row["pair_id"],
            Withdraw(
                round_id=found.asked.round_id,
                by=found.asked.by,
                reason=parted_because(found, match, row["school_urn"]),
                on=found.asked.happened_on,
            ),
        )


def parted_because(found: Settled, match: Match, urn: str) -> WithdrawalReason:
    """The code of why a pair does not stand any more."""
    leaving = found.asked.leaving
    left_out = leaving.variant.schools_left_out if leaving else ()
    return why_parted(found.worked.problem, match, urn, left_out)


def _new(found: Settled) -> Sequence[Pairing]:
    """The pairs that do not stand yet."""
    return [pair for pair in found.worked.solution.pairs if pair.trainee_id in found.changed]


def _usable(programme: ProgrammeKnown | None, on: date) -> ProgrammeKnown:
    if programme is None:
        raise Invalid("Matching knows of no such programme.", pointer="/programme_id")
    if on > programme.ends_on:
        raise Invalid(f"The programme ends on {programme.ends_on}.", pointer="/on")
    if programme.rules.pairing != "hosted":
        raise Invalid("This programme places nobody: ask for constellations or for peers.", pointer="/programme_id")
    if unknown := programme.rules.weights.keys() - SOFT_RULES:
        raise Invalid(
            f"The programme weighs {', '.join(sorted(unknown))}, for which matching has no rule.",
            pointer="/programme_id",
        )
    return programme


def _record(found: Settled) -> Record:
    standing, worked, solution = found.standing, found.worked, found.worked.solution
    return Record(
        outcome=Outcome(
            hours_per_trainee_week=worked.problem.rules.hours_per_trainee_week,
            weights=dict(worked.problem.rules.weights),
            placed=solution.placed,
            unplaced=len(solution.unplaced),
            trainees_left_out=standing.trainees_left_out,
            offers_left_out=standing.offers_left_out,
            total_cost=solution.total_cost,
            solver=solution.solver,
            status=solution.status,
            objective=_objective(solution.objective),
            bound=_objective(solution.bound),
            explained=worked.explained,
        ),
        left_over=tuple(
            LeftOver(
                referral_id=standing.referrals[one.trainee_id],
                trainee_id=UUID(one.trainee_id),
                reason=one.reason,
                explanation=one.explanation,
                remedies=worked.remedies.get(one.trainee_id, ()),
            )
            for one in solution.unplaced
        ),
        load=worked.load,
        found=() if found.asked.proposes else tuple(_found(found, pair) for pair in solution.pairs),
    )


def _objective(proven: Proven) -> Objective:
    return Objective(unplaced=proven.unplaced, cost=proven.cost, moved=proven.moved, unevenness=proven.unevenness)


def _found(found: Settled, pairing: Pairing) -> PairFound:
    standing, asked = found.standing, found.asked
    return PairFound(
        happened_on=asked.happened_on,
        round_id=asked.round_id,
        programme_id=asked.programme_id,
        referral_id=standing.referrals[pairing.trainee_id],
        trainee_id=UUID(pairing.trainee_id),
        mentor_id=UUID(pairing.mentor_id),
        school_urn=pairing.school_urn,
        offer_id=standing.offers[pairing.offer_id]["offer_id"],
        travel_minutes=pairing.travel_minutes,
        cost=pairing.cost,
        terms=dict(pairing.terms),
        why=found.worked.whys.get(pairing.trainee_id),
        pair_id=standing.placed[pairing.trainee_id]["pair_id"] if pairing.trainee_id in standing.placed else None,
        changes=pairing.trainee_id in found.changed,
    )


def _proposal(found: Settled, pairing: Pairing) -> Proposed:
    offer, rules = found.standing.offers[pairing.offer_id], found.programme.rules
    return Proposed(
        happened_on=found.asked.happened_on,
        pair_id=uuid4(),
        round_id=found.asked.round_id,
        programme_id=found.programme.programme_id,
        referral_id=found.standing.referrals[pairing.trainee_id],
        trainee_id=UUID(pairing.trainee_id),
        mentor_id=UUID(pairing.mentor_id),
        placement=Placement(
            school_urn=pairing.school_urn,
            offer_id=offer["offer_id"],
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
        why=found.worked.whys.get(pairing.trainee_id),
        remind_after=rules.remind_after,
        answer_within=rules.answer_within,
    )
