"""Use cases that propose supports: constellations of those who ask, peers who chose each other, mentors of pupils."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP, Allocate
from services.matching.domain.known import ProgrammeKnown
from services.matching.domain.supports import SUPPORT, Propose, Proposed, Terms
from services.matching.rounds.inputs import travel
from services.matching.rounds.reading import programme_on, stand_beside
from services.matching.rounds.supports import Seeker, mentees, peers, points, seekers, supported, supporters
from services.matching.solver.constellations import Constellation, around, for_pupils
from services.matching.solver.peers import pairs_that_chose
from shared.events.words import SupportRole
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase

HOURS_BESIDE = 0.5
"""Hours a week of somebody beside a lead mentor, where the lead says nothing: a planning assumption, not a rule."""
ROLES: Mapping[str, SupportRole] = {
    "structural": "structural",
    "buddy": "buddy",
    "learning_mentor": "pupil_mentor",
    "peer": "peer",
}
"""What somebody is who was found for this; whoever was found for a facet is a supporting mentor."""


class NobodyAsks(DomainError):
    """There is nobody to find anybody for."""


def propose_constellations(
    who: Principal, *, programme_id: UUID, on: date, hours_per_week: float | None, reach_minutes: int
) -> UseCase[JsonAnswer]:
    """Find somebody for each need of those who ask, and propose them, all in one append."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        programme = await _programme(unit, programme_id, on)
        if programme.rules.pairing == "chosen":
            raise Invalid("In this programme colleagues choose each other: ask for peers.", pointer="/programme_id")
        found, beside = await stand_beside(unit.reads, unit.tenant, programme, on)
        people = seekers(programme, on, found, beside)
        asking = {row["person_id"] for row in beside.asks}
        people = [one for one in people if one.person_id in asking]
        if not people:
            raise NobodyAsks("Nobody who could have somebody beside a lead mentor in this programme asks for it.")
        hours = hours_per_week or _hours(programme)
        constellation = await asyncio.to_thread(
            around,
            mentees(programme, people, found, beside),
            supporters(people, found, beside, reach_minutes=reach_minutes),
            points(found),
            travel(programme.rules, found.travel_times),
            minutes_each=round(hours * 60),
        )
        return await _constellation(unit, programme, people, constellation, hours, on)

    return use_case


def propose_peers(who: Principal, *, programme_id: UUID, on: date, rest_too: bool) -> UseCase[JsonAnswer]:
    """Pair colleagues who chose each other or, in a programme within a school, its pupils with learning mentors.

    With `rest_too` colleagues whom nobody chose back are paired as well, as near to their wishes as can be.
    """
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        programme = await _programme(unit, programme_id, on)
        match programme.rules.pairing:
            case "chosen":
                return await _peers(unit, programme, on, rest_too=rest_too)
            case "in_school":
                return await _pupils(unit, programme, on)
            case "hosted":
                raise Invalid("This programme places trainees at schools: ask for a round.", pointer="/programme_id")

    return use_case


async def _pupils(unit: Unit, programme: ProgrammeKnown, on: date) -> JsonAnswer:
    found, beside = await stand_beside(unit.reads, unit.tenant, programme, on)
    pupils = [one for one in seekers(programme, on, found, beside) if one.kind == "pupil"]
    if not pupils:
        raise NobodyAsks("No pupil was accepted to this programme whose record is here.")
    has_one = supported(pupils, found.supports, "pupil_mentor")
    pupils = [one for one in pupils if one.person_id not in has_one]
    hours = _hours(programme)
    constellation = await asyncio.to_thread(
        for_pupils,
        mentees(programme, pupils, found, beside),
        supporters(pupils, found, beside, reach_minutes=0),
        minutes_each=round(hours * 60),
    )
    return await _constellation(unit, programme, pupils, constellation, hours, on)


async def _peers(unit: Unit, programme: ProgrammeKnown, on: date, *, rest_too: bool) -> JsonAnswer:
    found, beside = await stand_beside(unit.reads, unit.tenant, programme, on)
    people = seekers(programme, on, found, beside)
    if not people:
        raise NobodyAsks("Nobody was accepted to this programme whose record is here.")
    has_one = supported(people, found.supports, "peer")
    people = [one for one in people if one.person_id not in has_one]
    hours = _hours(programme)
    taking_part = peers(programme, people, found, beside, minutes=round(hours * 60))
    pairs = await asyncio.to_thread(pairs_that_chose, taking_part, rest_too=rest_too)
    by_id = {str(one.person_id): one for one in people}
    proposals = [
        _proposal(programme, by_id[two.one], UUID(two.other), "peer", two.words, hours, on) for two in pairs.pairs
    ]
    return await _recorded(unit, proposals, on) | {"wanting": [asdict(one) | {"what": "peer"} for one in pairs.alone]}


async def _programme(unit: Unit, programme_id: UUID, on: date) -> ProgrammeKnown:
    programme = await programme_on(unit, programme_id, on)
    if programme is None:
        raise Invalid("Matching knows of no such programme.", pointer="/programme_id")
    if on > programme.ends_on:
        raise Invalid(f"The programme ends on {programme.ends_on}.", pointer="/on")
    # its version before anything is read: whoever gives out hours from now on makes this begin anew
    await unit.load(ALLOCATION, PARTNERSHIP)
    return programme


def _hours(programme: ProgrammeKnown) -> float:
    """A week; those of a hosted programme are the lead mentor's."""
    rules = programme.rules
    return HOURS_BESIDE if rules.pairing == "hosted" else rules.mentor_hours_per_trainee_week


async def _constellation(
    unit: Unit, programme: ProgrammeKnown, people: Iterable[Seeker], found: Constellation, hours: float, on: date
) -> JsonAnswer:
    by_id = {str(one.person_id): one for one in people}
    proposals = [
        _proposal(programme, by_id[one.mentee_id], UUID(one.supporter_id), one.what, one.words, hours, on)
        for one in found.given
    ]
    return await _recorded(unit, proposals, on) | {"wanting": [asdict(one) for one in found.wanting]}


def _proposal(
    programme: ProgrammeKnown, one: Seeker, mentor_id: UUID, what: str, words: str, hours: float, on: date
) -> Proposed:
    rules, hosted = programme.rules, programme.rules.pairing == "hosted"
    role, facet = (ROLES[what], None) if what in ROLES else ("supporting", what)
    return Proposed.model_validate(
        {
            "happened_on": on,
            "support_id": uuid4(),
            "programme_id": programme.programme_id,
            "mentee_id": one.person_id,
            "mentor_id": mentor_id,
            "role": role,
            "facet": facet,
            "pair_id": one.pair_id,
            "terms": Terms(
                school_urn=one.school_urn,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
                hours_per_week=hours,
                # beside a lead mentor one meets when there is need
                meetings_per_week=0 if hosted else rules.meetings_per_week,
                targets_per_meeting=rules.targets_per_meeting,
                assessor_is_not_mentor=rules.assessor_is_not_mentor,
            ),
            "words": words,
            "answer_within": rules.answer_within,
        }
    )


async def _recorded(unit: Unit, proposals: Sequence[Proposed], on: date) -> JsonAnswer:
    await unit.load(SUPPORT, *(one.support_id for one in proposals))
    for proposal in proposals:
        await unit.decide(SUPPORT, proposal.support_id, Propose(proposal=proposal))
    if proposals:
        # last, so that a read model that has passed it has seen them all
        await unit.decide(ALLOCATION, PARTNERSHIP, Allocate(round_id=uuid4(), on=on))
    return {
        "found": [
            {
                "support_id": str(one.support_id),
                "mentee_id": str(one.mentee_id),
                "mentor_id": str(one.mentor_id),
                "what": one.facet or one.role,
                "hours_per_week": one.terms.hours_per_week,
                "words": one.words,
            }
            for one in proposals
        ]
    }
