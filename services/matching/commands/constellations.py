"""Use cases that propose supports: constellations of mentees, peers who chose each other, mentors within a school."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP, Allocate
from services.matching.domain.constellations import NewConstellations, NewPeers
from services.matching.domain.programmes import ANSWER_WITHIN, ProgrammeKnown
from services.matching.domain.supports import SUPPORT, Propose, Proposed, Terms
from services.matching.rounds.inputs import travel_rules
from services.matching.rounds.reading import load_programme, read_at_one_moment
from services.matching.rounds.supports import (
    SCHOOL_MENTORS,
    Participant,
    mentees_of,
    participants,
    peers_of,
    school_mentees,
    school_mentor_kinds,
    school_points,
    supported_people,
    supporters,
)
from services.matching.solver.constellations import Constellation, find_school_mentors, find_supporters
from services.matching.solver.peers import pair_peers
from shared.events.words import SupportRole
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

SUPPORT_HOURS = 0.5
"""Hours a week of a support if the lead gives none: a planning assumption, not a rule."""
ROLES: Mapping[str, SupportRole] = {
    "structural": "structural",
    "buddy": "buddy",
    "learning_mentor": "pupil_mentor",
    "school_mentor": "school_mentor",
    "peer": "peer",
}
"""The role of a mentor by what they are proposed for; a mentor for a facet is a supporting mentor."""


class ProposedSupport(Answer):
    """A support that was proposed; `words` explain why these two."""

    support_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    what: str
    hours_per_week: float
    words: str


class UnmetRequest(Answer):
    """A request for which nobody was proposed, and why."""

    mentee_id: UUID
    what: str
    reason: str
    words: str


class SupportProposals(Answer):
    """The supports that were proposed (`found`), and the requests for which there is nobody (`wanting`)."""

    found: tuple[ProposedSupport, ...]
    wanting: tuple[UnmetRequest, ...]


class NobodyAsks(DomainError):
    """There is nobody to search for."""


def propose_constellations(who: Principal, new: NewConstellations) -> UseCase[SupportProposals]:
    """Search a mentor for each request of the mentees of a programme, and propose them all in one append."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> SupportProposals:
        programme = await _programme(unit, new.programme_id, new.on)
        if programme.rules.pairing == "chosen":
            raise Invalid("In this programme colleagues choose each other: ask for peers.", pointer="/programme_id")
        rows = await read_at_one_moment(unit.reads, unit.tenant, programme, new.on)
        people = [
            participant
            for participant in participants(programme, new.on, rows)
            if participant.person_id in rows.support_requests
        ]
        if not people:
            raise NobodyAsks("Nobody in this programme requests support in addition to a lead mentor.")
        hours = new.hours_per_week or _hours(programme)
        constellation = await asyncio.to_thread(
            find_supporters,
            mentees_of(programme, people, rows),
            supporters(people, rows, reach_minutes=new.reach_minutes),
            school_points(rows),
            travel_rules(programme.rules, rows.travel_times),
            minutes_each=round(hours * 60),
        )
        return await _propose_constellation(
            unit, programme, people, constellation, hours, new.on, reach_minutes=new.reach_minutes
        )

    return use_case


def propose_peers(who: Principal, new: NewPeers) -> UseCase[SupportProposals]:
    """Pair colleagues who chose each other or, in a programme within a school, everybody with a mentor there."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> SupportProposals:
        programme = await _programme(unit, new.programme_id, new.on)
        match programme.rules.pairing:
            case "chosen":
                return await _propose_peers(unit, programme, new)
            case "in_school":
                return await _propose_school_mentors(unit, programme, new.on)
            case "hosted":
                raise Invalid("This programme places trainees at schools: ask for a round.", pointer="/programme_id")

    return use_case


async def _propose_school_mentors(unit: Unit, programme: ProgrammeKnown, on: date) -> SupportProposals:
    rows = await read_at_one_moment(unit.reads, unit.tenant, programme, on)
    people = school_mentees(programme, on, rows)
    if not people:
        raise NobodyAsks("Nobody whose record has arrived was accepted to this programme.")
    supported = supported_people(people, rows.supports, *SCHOOL_MENTORS)
    people = [person for person in people if person.person_id not in supported]
    hours = _hours(programme)
    constellation = await asyncio.to_thread(
        find_school_mentors,
        mentees_of(programme, people, rows),
        supporters(people, rows, reach_minutes=0),
        kinds=school_mentor_kinds(programme),
        minutes_each=round(hours * 60),
    )
    return await _propose_constellation(unit, programme, people, constellation, hours, on)


async def _propose_peers(unit: Unit, programme: ProgrammeKnown, new: NewPeers) -> SupportProposals:
    rows = await read_at_one_moment(unit.reads, unit.tenant, programme, new.on)
    people = participants(programme, new.on, rows)
    if not people:
        raise NobodyAsks("Nobody whose record has arrived was accepted to this programme.")
    supported = supported_people(people, rows.supports, "peer")
    people = [person for person in people if person.person_id not in supported]
    hours = _hours(programme)
    peers = peers_of(programme, people, rows, minutes=round(hours * 60))
    pairs = await asyncio.to_thread(pair_peers, peers, rest_too=new.rest_too)
    by_id = {str(person.person_id): person for person in people}
    proposals = [
        _proposal(programme, by_id[pair.one], UUID(pair.other), "peer", pair.words, hours, new.on)
        for pair in pairs.pairs
    ]
    return await _record(unit, proposals, [asdict(alone) | {"what": "peer"} for alone in pairs.alone], new.on)


async def _programme(unit: Unit, programme_id: UUID, on: date) -> ProgrammeKnown:
    programme = await load_programme(unit, programme_id, on)
    if programme is None:
        raise Invalid("Matching knows of no such programme.", pointer="/programme_id")
    if on > programme.ends_on:
        raise Invalid(f"The programme ends on {programme.ends_on}.", pointer="/on")
    # its version before anything is read: a round that allocates hours from now on makes this begin again
    await unit.load(ALLOCATION, PARTNERSHIP)
    return programme


def _hours(programme: ProgrammeKnown) -> float:
    """Hours a week of a support; the number of a hosted programme is that of the lead mentor."""
    rules = programme.rules
    return SUPPORT_HOURS if rules.pairing == "hosted" else rules.mentor_hours_per_trainee_week


async def _propose_constellation(
    unit: Unit,
    programme: ProgrammeKnown,
    people: Iterable[Participant],
    constellation: Constellation,
    hours: float,
    on: date,
    *,
    reach_minutes: int | None = None,
) -> SupportProposals:
    by_id = {str(person.person_id): person for person in people}
    proposals = [
        _proposal(programme, by_id[given.mentee_id], UUID(given.supporter_id), given.what, given.words, hours, on)
        for given in constellation.given
    ]
    proposals = [proposal.model_copy(update={"reach_minutes": reach_minutes}) for proposal in proposals]
    return await _record(unit, proposals, [asdict(wanting) for wanting in constellation.wanting], on)


def _proposal(
    programme: ProgrammeKnown, mentee: Participant, mentor_id: UUID, what: str, words: str, hours: float, on: date
) -> Proposed:
    rules, hosted = programme.rules, programme.rules.pairing == "hosted"
    role, facet = (ROLES[what], None) if what in ROLES else ("supporting", what)
    return Proposed.model_validate(
        {
            "happened_on": on,
            "support_id": uuid4(),
            "programme_id": programme.programme_id,
            "mentee_id": mentee.person_id,
            "mentor_id": mentor_id,
            "role": role,
            "facet": facet,
            "pair_id": mentee.pair_id,
            "terms": Terms(
                school_urn=mentee.school_urn,
                starts_on=mentee.starts_on,
                ends_on=mentee.ends_on,
                hours_per_week=hours,
                # beside a lead mentor the two meet when there is need
                meetings_per_week=0 if hosted else rules.meetings_per_week,
                targets_per_meeting=rules.targets_per_meeting,
                assessor_is_not_mentor=rules.assessor_is_not_mentor,
                amend_within_days=rules.amend_within_days,
                weeks_between_meetings=None if hosted else rules.weeks_between_meetings,
                mentor_reads_for_days=rules.mentor_reads_for_days,
                agreement_first=rules.agreement_first,
            ),
            "words": words,
            "answer_within": rules.answer_within or ANSWER_WITHIN,
        }
    )


async def _record(
    unit: Unit, proposals: Sequence[Proposed], unmet: Sequence[Mapping[str, str]], on: date
) -> SupportProposals:
    await unit.load(SUPPORT, *(proposal.support_id for proposal in proposals))
    for proposal in proposals:
        await unit.decide(SUPPORT, proposal.support_id, Propose(proposal=proposal))
    if proposals:
        # last, so that a read model that has passed it has seen them all
        await unit.decide(ALLOCATION, PARTNERSHIP, Allocate(round_id=uuid4(), on=on))
    return SupportProposals(
        found=tuple(
            ProposedSupport(
                support_id=proposal.support_id,
                mentee_id=proposal.mentee_id,
                mentor_id=proposal.mentor_id,
                what=proposal.facet or proposal.role,
                hours_per_week=proposal.terms.hours_per_week,
                words=proposal.words,
            )
            for proposal in proposals
        ),
        wanting=tuple(UnmetRequest.model_validate(request) for request in unmet),
    )
