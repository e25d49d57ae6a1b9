"""Look again when the last side accepts: find the hard rules that a proposal breaks by now.

A round reads before it proposes; days pass before both sides have answered. So every hard rule is held a second time,
by the facts of the moment in which the proposal becomes a commitment.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.matching.domain.broken_rules import BrokenRule
from services.matching.domain.pairs import Pair
from services.matching.domain.supports import Support
from services.matching.rounds.broken_rules import broken_rules, rows_against
from services.matching.rounds.broken_supports import broken_rules_of_proposal
from services.matching.rounds.concerned_rows import Concern, read_concerned_rows
from services.matching.rounds.inputs import round_input
from shared.kernel.unit import Unit


async def broken_rules_of_pair(unit: Unit, pair_id: UUID, pair: Pair, on: date) -> tuple[BrokenRule, ...]:
    """List the hard rules that a proposed pair breaks on a day, and let the append compare what they rest on."""
    proposal = pair.proposal
    assert proposal is not None
    placement = proposal.placement
    concern = Concern(
        programme_id=proposal.programme_id,
        mentor_id=proposal.mentor_id,
        mentee_id=proposal.trainee_id,
        school_urn=placement.school_urn,
        subject=placement.subject,
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        referral_id=proposal.referral_id,
        offer_id=placement.offer_id,
    )
    programme, rows = await read_concerned_rows(unit, concern, on)
    rows = rows_against(rows, pair_id, proposal.referral_id)
    own = next(row for row in rows.pairs if row.pair_id == pair_id)
    return tuple(broken_rules(own, rows, round_input(programme, on, rows, include_placed=True)))


async def broken_rules_of_support(unit: Unit, support: Support, on: date) -> tuple[BrokenRule, ...]:
    """List the hard rules that a proposed support breaks on a day, and let the append compare what they rest on."""
    proposal = support.proposal
    assert proposal is not None
    concern = Concern(
        programme_id=proposal.programme_id,
        mentor_id=proposal.mentor_id,
        mentee_id=proposal.mentee_id,
        school_urn=proposal.terms.school_urn,
        subject=None,
        starts_on=proposal.terms.starts_on,
        ends_on=proposal.terms.ends_on,
        pair_id=proposal.pair_id,
    )
    programme, rows = await read_concerned_rows(unit, concern, on)
    confirmed = replace(
        rows,
        pairs=[pair for pair in rows.pairs if pair.status != "proposed"],
        supports=[row for row in rows.supports if row.status != "proposed"],
    )
    return tuple(broken_rules_of_proposal(proposal, programme, confirmed))
