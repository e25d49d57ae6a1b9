"""Find the hard rules that a proposed support does not satisfy any more. Pure.

A support satisfies them if the search that proposed it would still propose it, had it these two people only. Only
confirmed pairs and supports count against it, as in `broken_rules`.
"""

from collections.abc import Mapping
from uuid import UUID

from services.matching.domain.broken_rules import BrokenRule
from services.matching.domain.programmes import ProgrammeKnown
from services.matching.domain.supports import Proposed
from services.matching.rounds.inputs import travel_rules
from services.matching.rounds.rows import Rows
from services.matching.rounds.schools import Schools
from services.matching.rounds.supports import (
    SCHOOL_MENTORS,
    Participant,
    barred_people,
    mentees_of,
    peers_of,
    school_mentor_kinds,
    school_points,
    supported_people,
    supporters,
)
from services.matching.rounds.wishes import wishes_of
from services.matching.solver.constellations import Unmet, find_school_mentors, find_supporters, school_mentor_of

REACH_MINUTES = 30
"""How far a supporter travels where the proposal does not say: the default of the search."""
_RULES: Mapping[Unmet, str] = {
    "nobody_fits": "fitness",
    "beyond_reach": "reach",
    "barred": "open_pair",
    "not_free": "mentor_dates",
    "no_hours": "mentor_hours",
}


def broken_rules_of_proposal(proposal: Proposed, programme: ProgrammeKnown, rows: Rows) -> list[BrokenRule]:
    """List the first hard rule that a proposed support breaks, none if it breaks none; `rows` without proposals."""
    person = rows.identities.person
    mentor_id, mentee = person(proposal.mentor_id), _participant(proposal, person(proposal.mentee_id), rows)
    if mentee is None:
        return [BrokenRule(rule="participation")]
    if proposal.role == "peer":
        return _broken_by_peers(proposal, programme, mentee, _participant(proposal, mentor_id, rows), rows)
    if all(mentor.record.mentor_id != mentor_id for mentor in rows.mentors):
        return [BrokenRule(rule="mentor_record")]
    return _broken_by_search(proposal, programme, mentee, mentor_id, rows)


def _participant(proposal: Proposed, person_id: UUID, rows: Rows) -> Participant | None:
    """The mentee of a support as its programme has them now; None if they do not take part at this school any more."""
    terms, schools = proposal.terms, Schools.of(rows)
    pair = next((pair for pair in rows.pairs if pair.pair_id == proposal.pair_id and pair.status == "confirmed"), None)
    candidate = next(
        (
            candidate
            for candidate in rows.candidates
            if candidate.trainee_id == person_id
            and not candidate.is_away
            and (proposal.pair_id is None or (pair is not None and candidate.referral_id == pair.referral_id))
        ),
        None,
    )
    row = next((row for row in rows.mentees if row.mentee_id == person_id), None)
    school_of = {mentor.record.mentor_id: mentor.record.school_urn for mentor in rows.mentors}
    urn = pair.school_urn if pair else (row.school_urn if row else school_of.get(person_id))
    if candidate is None or urn is None:
        return None
    if proposal.role != "peer" and schools.current(urn) != schools.current(terms.school_urn):
        return None
    return Participant(
        person_id=person_id,
        school_urn=schools.current(urn),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        lead_id=pair.mentor_id if pair else None,
        pair_id=proposal.pair_id,
        kind=row.kind if row else None,
        year_group=row.year_group if row else None,
        reasons=candidate.reasons,
    )


def _broken_by_peers(
    proposal: Proposed, programme: ProgrammeKnown, one: Participant, other: Participant | None, rows: Rows
) -> list[BrokenRule]:
    if other is None or supported_people((one, other), rows.supports, "peer"):
        return [BrokenRule(rule="participation")]
    minutes = round(proposal.terms.hours_per_week * 60)
    peers = {peer.id: peer for peer in peers_of(programme, (one, other), rows, minutes=minutes)}
    first, second = peers[str(one.person_id)], peers[str(other.person_id)]
    if second.id in first.barred:
        return [_bar(programme, first.id, second.id, rows)]
    if not second.has_time:
        return [BrokenRule(rule="mentor_hours")]
    return [] if first.has_time else [BrokenRule(rule="mentee_hours")]


def _broken_by_search(
    proposal: Proposed, programme: ProgrammeKnown, person: Participant, mentor_id: UUID, rows: Rows
) -> list[BrokenRule]:
    reach = REACH_MINUTES if proposal.reach_minutes is None else proposal.reach_minutes
    able = [one for one in supporters((person,), rows, reach_minutes=reach) if one.id == str(mentor_id)]
    (mentee,) = mentees_of(programme, (person,), rows)
    minutes = round(proposal.terms.hours_per_week * 60)
    what: str = proposal.facet or proposal.role
    if proposal.role in SCHOOL_MENTORS:
        if supported_people((person,), rows.supports, *SCHOOL_MENTORS):
            return [BrokenRule(rule="request")]
        what = school_mentor_of(mentee)
        kinds = school_mentor_kinds(programme)
        result = find_school_mentors((mentee,), able, kinds=kinds, minutes_each=minutes)
    else:
        travel = travel_rules(programme.rules, rows.travel_times)
        result = find_supporters((mentee,), able, school_points(rows), travel, minutes_each=minutes)
    if any(found.what == what for found in result.given):
        return []
    unmet = next((unmet for unmet in result.wanting if unmet.what == what), None)
    if unmet is None:
        return [BrokenRule(rule="request")]
    if str(mentor_id) in (mentee.barred | wishes_of(rows).barred.get(mentee.id, frozenset())):
        return [_bar(programme, mentee.id, str(mentor_id), rows)]
    return [BrokenRule(rule=_RULES[unmet.reason])]


def _bar(programme: ProgrammeKnown, one: str, other: str, rows: Rows) -> BrokenRule:
    """The rule that bars two people: a relation, or a veto or a refusal, of which nothing is disclosed."""
    related = barred_people(programme, rows).get(one, frozenset()) - {
        str(mentor) for row in rows.supports if row.is_refused for mentor in (row.mentor_id, row.mentee_id)
    }
    return BrokenRule(rule="no_conflict" if other in related else "open_pair")
