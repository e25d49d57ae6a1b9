"""The input of a search for supports: who requests support, and who can give it. Pure.

Source: product.md M7, R6 (capacity in hours a week over all of a mentor's mentoring).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from services.matching.domain.programmes import ProgrammeKnown
from services.matching.projections.support_requests import SupportRequestRow
from services.matching.rounds.hours import hours_given
from services.matching.rounds.rows import Candidate, MentorRecord, RoundSupport, Rows
from services.matching.rounds.schools import Schools
from services.matching.rounds.wishes import wishes_of
from services.matching.solver import Point
from services.matching.solver.constellations import FOR_NEWCOMERS, Mentee, Supporter
from services.matching.solver.peers import LONGEST_LIST, Peer
from shared.events.words import KEY_STAGES

STAGES_OF_PHASE: Mapping[str, tuple[str, ...]] = {
    "primary": ("early_years", "key_stage_1", "key_stage_2"),
    "secondary": ("key_stage_3", "key_stage_4", "key_stage_5"),
}
assert set(chain.from_iterable(STAGES_OF_PHASE.values())) == set(KEY_STAGES)


@dataclass(frozen=True, slots=True)
class Participant:
    """A mentee of a programme, who is at a school between two days; `lead_id` mentors them already, in `pair_id`."""

    person_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    lead_id: UUID | None = None
    pair_id: UUID | None = None
    kind: str | None = None
    year_group: str | None = None
    reasons: tuple[str, ...] = ()


def participants(programme: ProgrammeKnown, on: date, rows: Rows) -> list[Participant]:
    """List the trainees with a confirmed lead mentor or, in a programme that pairs within a school, everybody accepted.

    Of several placements, the one that ends first from `on` on counts. People whose record has not arrived, or who are
    deferred or withdrawn, are left out, and so are those whose relationship a review closed after they were referred.
    """
    if programme.rules.pairing == "hosted":
        return _placed_trainees(on, rows)
    mentees = {row.mentee_id: row for row in rows.mentees}
    school_of = {mentor.record.mentor_id: mentor.record.school_urn for mentor in rows.mentors}
    school_of |= {mentee_id: row.school_urn for mentee_id, row in mentees.items()}
    people = {
        row.trainee_id: row
        for row in rows.candidates
        if row.trainee_id in school_of and not _is_closed(row, programme.programme_id, rows.supports)
    }
    return [
        Participant(
            person_id=person_id,
            school_urn=school_of[person_id],
            starts_on=max(on, programme.starts_on),
            ends_on=programme.ends_on,
            kind=mentees[person_id].kind if person_id in mentees else None,
            year_group=mentees[person_id].year_group if person_id in mentees else None,
            reasons=candidate.reasons,
        )
        for person_id, candidate in people.items()
    ]


SCHOOL_MENTORS = ("pupil_mentor", "school_mentor")
"""The roles of mentors in a programme within a school."""
UNREQUESTED = frozenset({*SCHOOL_MENTORS, "peer"})
"""The roles of mentors for whom a mentee is referred, without a request of their own that could be taken back."""


def _is_closed(candidate: Candidate, programme_id: UUID, supports: Iterable[RoundSupport]) -> bool:
    return any(
        support.closed
        and support.role in UNREQUESTED
        and (support.programme_id, support.mentee_id) == (programme_id, candidate.trainee_id)
        and (candidate.since is None or candidate.since <= support.ends_on)
        for support in supports
    )


def _placed_trainees(on: date, rows: Rows) -> list[Participant]:
    referrals = {candidate.referral_id for candidate in rows.candidates if not candidate.is_away}
    schools = Schools.of(rows)
    placed: dict[UUID, Participant] = {}
    for pair in sorted(rows.pairs, key=lambda pair: (pair.ends_on, str(pair.pair_id))):
        if pair.status == "confirmed" and pair.referral_id in referrals and pair.ends_on >= on:
            placed.setdefault(
                pair.trainee_id,
                Participant(
                    person_id=pair.trainee_id,
                    school_urn=schools.current(pair.school_urn),
                    starts_on=max(on, pair.starts_on),
                    ends_on=pair.ends_on,
                    lead_id=pair.mentor_id,
                    pair_id=pair.pair_id,
                ),
            )
    return list(placed.values())


def supporters(people: Sequence[Participant], rows: Rows, *, reach_minutes: int) -> list[Supporter]:
    """List all mentors, with the minutes a week that they have left while these people are at their schools."""
    first = min((person.starts_on for person in people), default=date.max)
    last = max((person.ends_on for person in people), default=date.min)
    taken = hours_given((pair for pair in rows.pairs if pair.is_live), rows, first, last, on=first)
    return [_supporter(mentor, taken[mentor.record.mentor_id], reach_minutes) for mentor in rows.mentors]


def _supporter(mentor: MentorRecord, taken: float, reach_minutes: int) -> Supporter:
    record, terms = mentor.record, mentor.terms
    return Supporter(
        id=str(record.mentor_id),
        school_urn=record.school_urn,
        minutes=round(60 * (record.capacity_hours - mentor.load_hours - taken)),
        facets=frozenset(terms.facets if terms else ()),
        role_kinds=frozenset(terms.role_kinds if terms else ()),
        key_stages=frozenset(chain.from_iterable(STAGES_OF_PHASE[phase] for phase in record.phases)) or None,
        volunteer=record.volunteer,
        reach_minutes=reach_minutes,
    )


def mentees_of(programme: ProgrammeKnown, people: Sequence[Participant], rows: Rows) -> list[Mentee]:
    """List the people with the requests that no live support meets yet."""
    barred = barred_people(programme, rows)
    wishes = wishes_of(rows)
    return [
        Mentee(
            id=(id_ := str(person.person_id)),
            school_urn=person.school_urn,
            needs=_open_needs(person, rows.support_requests.get(person.person_id), rows.supports),
            barred=barred.get(id_, frozenset()) | ({str(person.lead_id)} if person.lead_id else set()),
            away=_unavailable_mentors(person, rows.mentors) | wishes.barred.get(id_, frozenset()),
            wishes=wishes.wished.get(id_, ()),
            year_group=person.year_group,
            reasons=frozenset(
                chain.from_iterable(programme.rules.facets_by_reason.get(reason, ()) for reason in person.reasons)
            ),
        )
        for person in people
    ]


def _open_needs(
    person: Participant, request: SupportRequestRow | None, supports: Iterable[RoundSupport]
) -> tuple[str, ...]:
    if request is None:
        return ()
    met = {
        support.facet or support.role
        for support in supports
        if support.mentee_id == person.person_id and support.meets_a_need and support.ends_on >= person.starts_on
    }
    wanted = [*request.facets, *(role for role in sorted(FOR_NEWCOMERS) if getattr(request, role))]
    return tuple(need for need in wanted if need not in met)


def supported_people(people: Iterable[Participant], supports: Iterable[RoundSupport], *roles: str) -> set[UUID]:
    """Return the people who have a live support in one of these roles already; one between peers counts for both."""
    last_days: dict[UUID, date] = {}
    for support in supports:
        if support.meets_a_need and support.role in roles:
            sides = (support.mentee_id, support.mentor_id) if support.role == "peer" else (support.mentee_id,)
            for side in sides:
                last_days[side] = max(support.ends_on, last_days.get(side, date.min))
    return {person.person_id for person in people if last_days.get(person.person_id, date.min) >= person.starts_on}


def barred_people(programme: ProgrammeKnown, rows: Rows) -> dict[str, frozenset[str]]:
    """Find for each person those with whom they must not be paired: by the programme's conflicts, or after a
    refusal.
    """
    apart = [(str(row.mentee_id), str(row.mentor_id)) for row in rows.supports if row.is_refused]
    apart += [
        (str(rows.identities.person(related.other_id)), str(mentor_id))
        for mentor_id, relations in rows.relations.items()
        for related in relations
        if related.kind in programme.rules.conflicts
    ]
    barred: dict[str, set[str]] = defaultdict(set)
    for first, second in apart:
        barred[first].add(second)
        barred[second].add(first)
    return {person: frozenset(others) for person, others in barred.items()}


def _unavailable_mentors(person: Participant, mentors: Iterable[MentorRecord]) -> frozenset[str]:
    """Mentors who declared when they are available, and are not for the whole of this time."""
    return frozenset(
        str(mentor.record.mentor_id)
        for mentor in mentors
        if mentor.terms
        and mentor.terms.available
        and not any(
            period.starts_on <= person.starts_on and person.ends_on <= period.ends_on
            for period in mentor.terms.available
        )
    )


def school_mentor_kinds(programme: ProgrammeKnown) -> frozenset[str]:
    """Return the kinds of mentor that a programme within a school asks for.

    A programme that was opened before it could say so has learning mentors, for pupils.
    """
    return frozenset(programme.rules.mentor_kinds or ("learning_mentor",))


def school_mentees(programme: ProgrammeKnown, on: date, rows: Rows) -> list[Participant]:
    """List the participants of a programme within a school for whom it has mentors: everybody, or pupils alone."""
    found = participants(programme, on, rows)
    return found if programme.rules.mentor_kinds else [person for person in found if person.kind == "pupil"]


def peers_of(programme: ProgrammeKnown, people: Sequence[Participant], rows: Rows, *, minutes: int) -> list[Peer]:
    """List the participants of a programme of peers, with the people whom they chose.

    A mentor needs `minutes` a week to be paired.
    """
    left = {supporter.id: supporter.minutes for supporter in supporters(people, rows, reach_minutes=0)}
    wishes = wishes_of(rows)
    barred = barred_people(programme, rows)
    return [
        Peer(
            id=(id_ := str(person.person_id)),
            school_urn=person.school_urn,
            wishes=wishes.chosen.get(id_, ())[:LONGEST_LIST],
            barred=barred.get(id_, frozenset()) | wishes.barred.get(id_, frozenset()),
            has_time=left.get(id_, minutes) >= minutes,
        )
        for person in people
    ]


def school_points(rows: Rows) -> dict[str, Point]:
    """Return the positions of open schools, by URN, as far as they are known."""
    schools = Schools.of(rows)
    return {urn: point for urn in schools.by_urn if (point := schools.hosting_point(urn)) is not None}
