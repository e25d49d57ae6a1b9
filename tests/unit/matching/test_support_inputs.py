"""Who asks, who could be there for them with which hours, and whom they must not have: rows to the solver's terms."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.projections.mentees import MenteeRow
from services.matching.projections.support_requests import SupportRequestRow
from services.matching.rounds.hours import hours_given
from services.matching.rounds.rows import Candidate, MentorRecord, RoundPair, RoundSupport, Rows
from services.matching.rounds.supports import (
    barred_people,
    mentees_of,
    participants,
    peers_of,
    school_points,
    supported_people,
    supporters,
)
from shared.events.referral import Availability
from tests.unit.matching.facts import MENTOR_ID, OFFER_ID, PROGRAMME, REFERRAL_ID, TRAINEE_ID
from tests.unit.matching.rows import mentor, relations_of, rows_of, school, wishes_row

ON = date(2026, 9, 21)
FIRST, LAST = date(2026, 9, 14), date(2026, 12, 18)
LAST_TOGETHER, DAY = date(2026, 10, 30), timedelta(days=1)
NEWCOMER, BUDDY = UUID(int=31), UUID(int=32)
IN_SCHOOL = PROGRAMME.model_copy(
    update={
        "rules": PROGRAMME.rules.model_copy(
            update={"pairing": "in_school", "facets_by_reason": {"bereavement": ("wellbeing", "pastoral")}}
        )
    }
)


def a_mentor(mentor_id: UUID = BUDDY, **what: Any) -> MentorRecord:
    declared: dict[str, Any] = {"facets": ("behaviour",), "load": {"ect": 0.5}, "available": ()}
    return mentor(0, mentor_id=mentor_id, **(declared | what))


def a_pair(**what: Any) -> RoundPair:
    usual: dict[str, Any] = {
        "pair_id": UUID(int=1),
        "referral_id": REFERRAL_ID,
        "trainee_id": TRAINEE_ID,
        "mentor_id": MENTOR_ID,
        "school_urn": "900001",
        "offer_id": OFFER_ID,
        "subject": "physics",
        "starts_on": FIRST,
        "ends_on": LAST,
        "mentor_hours_per_week": 1.5,
        "status": "confirmed",
        "locked": False,
        "changed_on": ON,
    }
    return RoundPair(**usual | what)


def a_support(**what: Any) -> RoundSupport:
    usual: dict[str, Any] = {
        "mentee_id": TRAINEE_ID,
        "mentor_id": BUDDY,
        "role": "supporting",
        "facet": "behaviour",
        "starts_on": FIRST,
        "ends_on": LAST,
        "hours_per_week": 0.5,
        "status": "confirmed",
    }
    return RoundSupport(**usual | what)


def a_candidate(person_id: UUID = TRAINEE_ID, **what: Any) -> Candidate:
    return Candidate(**{"referral_id": REFERRAL_ID, "trainee_id": person_id, "record": None} | what)


def rows(**what: Any) -> Rows:
    usual: dict[str, Any] = {
        "candidates": [a_candidate()],
        "offers": [],
        "mentors": [a_mentor()],
        "pairs": [a_pair()],
        "schools": [school("900001")],
    }
    return rows_of(**usual | what)


def asking(*facets: str, person_id: UUID = TRAINEE_ID, structural: bool = False, buddy: bool = False) -> dict[str, Any]:
    request = SupportRequestRow(person_id, facets, structural=structural, buddy=buddy, since=ON)
    return {"support_requests": {person_id: request}}


@pytest.mark.covers("M7")
def test_in_a_hosted_programme_who_has_a_confirmed_lead_mentor_can_have_somebody_beside() -> None:
    (one,) = participants(PROGRAMME, ON, rows())

    assert (one.person_id, one.school_urn, one.starts_on, one.ends_on) == (TRAINEE_ID, "900001", ON, LAST)
    assert one.lead_id == MENTOR_ID


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    "pair", [a_pair(status="proposed"), a_pair(ends_on=date(2026, 9, 20)), a_pair(referral_id=UUID(int=99))]
)
def test_a_pair_that_is_proposed_over_or_of_another_programme_is_none(pair: RoundPair) -> None:
    assert participants(PROGRAMME, ON, rows(pairs=[pair])) == []


@pytest.mark.covers("M7", "R7")
@pytest.mark.parametrize(("standing", "count"), [("in_training", 1), ("deferred", 0), ("withdrawn", 0)])
def test_nobody_is_found_for_a_trainee_who_is_away(standing: str, count: int) -> None:
    assert len(participants(PROGRAMME, ON, rows(candidates=[a_candidate(status=standing)]))) == count


def test_of_two_placements_the_one_that_ends_first_counts() -> None:
    later = a_pair(pair_id=UUID(int=2), starts_on=date(2027, 1, 4), ends_on=date(2027, 4, 1), school_urn="900002")

    (one,) = participants(PROGRAMME, ON, rows(pairs=[later, a_pair()]))

    assert one.ends_on == LAST


def test_a_placement_at_a_school_that_closed_goes_on_at_its_successor() -> None:
    schools = [school("900001", closed=True, successor_urn="900007"), school("900007")]

    (one,) = participants(PROGRAMME, ON, rows(schools=schools))

    assert one.school_urn == "900007"


@pytest.mark.covers("M7")
def test_within_a_school_it_is_whoever_was_accepted_and_is_known_there() -> None:
    candidates = [
        a_candidate(person, referral_id=UUID(int=n), reasons=("bereavement",))
        for n, person in enumerate((NEWCOMER, BUDDY, UUID(int=98)))
    ]
    known = rows(candidates=candidates, mentees=[MenteeRow(NEWCOMER, "pupil", "900002", "year_8")])

    found = participants(IN_SCHOOL, ON, known)

    assert [(each.person_id, each.school_urn, each.kind, each.year_group) for each in found] == [
        (NEWCOMER, "900002", "pupil", "year_8"),
        (BUDDY, "900001", None, None),
    ]
    (pupil, _) = mentees_of(IN_SCHOOL, found, known)
    assert pupil.reasons == {"wellbeing", "pastoral"}


@pytest.mark.covers("S10")
@pytest.mark.parametrize(
    ("since", "closed", "waits"),
    [
        (None, True, False),
        (date(2026, 9, 1), True, False),
        (date(2026, 9, 20), True, False),
        (date(2026, 9, 21), True, True),
        (None, False, True),
    ],
)
def test_whoever_a_review_closed_waits_again_once_they_are_referred_anew(
    since: date | None, closed: bool, waits: bool
) -> None:
    over = {"ends_on": date(2026, 9, 20), "status": "ended", "mentee_id": NEWCOMER, "mentor_id": BUDDY}
    of = a_support(**over, role="pupil_mentor", facet=None, closed=closed, programme_id=IN_SCHOOL.programme_id)
    pupil = MenteeRow(NEWCOMER, "pupil", "900002", "year_8")
    known = rows(candidates=[a_candidate(NEWCOMER, since=since)], mentees=[pupil], supports=[of])

    assert bool(participants(IN_SCHOOL, ON, known)) == waits
    requested = rows(
        candidates=[a_candidate(NEWCOMER, since=since)], mentees=[pupil], supports=[replace(of, role="buddy")]
    )
    assert participants(IN_SCHOOL, ON, requested)


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("support", "left"),
    [
        (a_support(), ("subject", "buddy")),
        (a_support(status="proposed"), ("subject", "buddy")),
        (a_support(role="buddy", facet=None), ("behaviour", "subject")),
        (a_support(status="declined"), ("behaviour", "subject", "buddy")),
        (a_support(status="lapsed"), ("behaviour", "subject", "buddy")),
        (a_support(ends_on=date(2026, 9, 20), status="ended"), ("behaviour", "subject", "buddy")),
        (a_support(ends_on=date(2026, 9, 20)), ("behaviour", "subject", "buddy")),
        (a_support(mentee_id=NEWCOMER), ("behaviour", "subject", "buddy")),
    ],
)
def test_a_need_with_a_proposed_or_confirmed_support_is_not_searched_again(
    support: RoundSupport, left: tuple[str, ...]
) -> None:
    found = rows(supports=[support], **asking("behaviour", "subject", buddy=True))

    (one,) = mentees_of(PROGRAMME, participants(PROGRAMME, ON, found), found)

    assert one.needs == left


@pytest.mark.covers("M7")
def test_a_person_without_requests_has_no_needs() -> None:
    (one,) = mentees_of(PROGRAMME, participants(PROGRAMME, ON, rows()), rows())

    assert one.needs == ()


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("what", "barred"),
    [
        ({}, {MENTOR_ID}),
        ({"relations": relations_of(BUDDY, "line_manager", TRAINEE_ID)}, {MENTOR_ID, BUDDY}),
        ({"relations": relations_of(BUDDY, "close_friend", TRAINEE_ID)}, {MENTOR_ID}),
        ({"supports": [a_support(status="declined")]}, {MENTOR_ID, BUDDY}),
        ({"supports": [a_support(status="lapsed")]}, {MENTOR_ID}),
        (
            {
                "relations": relations_of(BUDDY, "family", UUID(int=77)),
                "merges": [(UUID(int=77), TRAINEE_ID)],
            },
            {MENTOR_ID, BUDDY},
        ),
    ],
)
def test_the_lead_mentor_conflicts_and_who_said_no_are_barred(what: dict[str, Any], barred: set[UUID]) -> None:
    found = rows(**what)

    (one,) = mentees_of(PROGRAMME, participants(PROGRAMME, ON, found), found)

    assert one.barred == {str(mentor_id) for mentor_id in barred}


def test_a_bar_holds_for_both_sides() -> None:
    found = barred_people(PROGRAMME, rows(relations=relations_of(BUDDY, "family", TRAINEE_ID)))

    assert found == {str(BUDDY): {str(TRAINEE_ID)}, str(TRAINEE_ID): {str(BUDDY)}}


def during(starts_on: str, ends_on: str) -> Availability:
    return Availability.model_validate({"starts_on": starts_on, "ends_on": ends_on})


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("available", "away"),
    [
        ((), False),
        ((during("2026-09-01", "2027-07-31"),), False),
        ((during("2026-09-01", "2026-11-01"),), True),
        ((during("2026-10-01", "2027-07-31"),), True),
    ],
)
def test_a_mentor_who_is_not_available_for_the_whole_programme_is_away(
    available: tuple[Availability, ...], away: bool
) -> None:
    found = rows(mentors=[a_mentor(available=available)])

    (one,) = mentees_of(PROGRAMME, participants(PROGRAMME, ON, found), found)

    assert (str(BUDDY) in one.away) is away


@pytest.mark.covers("M7", "M5")
def test_a_veto_looks_like_somebody_who_is_not_free_and_never_like_a_bar() -> None:
    found = rows(wishes=[wishes_row(BUDDY, vetoes=(str(TRAINEE_ID),))])

    (one,) = mentees_of(PROGRAMME, participants(PROGRAMME, ON, found), found)

    assert (str(BUDDY) in one.away, str(BUDDY) in one.barred) == (True, False)


@pytest.mark.covers("M7", "R6")
@pytest.mark.parametrize(
    ("what", "minutes"),
    [
        ({}, 150),
        ({"pairs": [a_pair(), a_pair(mentor_id=BUDDY, status="proposed")]}, 60),
        ({"pairs": [a_pair(), a_pair(mentor_id=BUDDY, status="lapsed")]}, 150),
        ({"pairs": [a_pair(), a_pair(mentor_id=BUDDY, ends_on=date(2026, 9, 20))]}, 150),
        ({"supports": [a_support(mentee_id=NEWCOMER)]}, 120),
        ({"supports": [a_support(mentee_id=NEWCOMER, status="declined")]}, 150),
        ({"mentors": [a_mentor(load={})]}, 180),
        ({"mentors": [a_mentor(capacity_hours=0.0)]}, -30),
    ],
)
def test_a_mentor_has_what_all_their_mentoring_leaves_them(what: dict[str, Any], minutes: int) -> None:
    found = rows(**what)

    (one,) = supporters(participants(PROGRAMME, ON, found), found, reach_minutes=30)

    assert (one.minutes, one.reach_minutes, one.facets) == (minutes, 30, frozenset({"behaviour"}))


@pytest.mark.covers("M7")
def test_a_mentor_is_in_the_roles_that_were_declared_and_takes_the_key_stages_of_their_phases() -> None:
    found = rows(mentors=[a_mentor(role_kinds=("buddy", "learning_mentor"))])

    (one,) = supporters([], found, reach_minutes=0)

    assert one.role_kinds == {"buddy", "learning_mentor"}
    assert one.key_stages == frozenset({"key_stage_3", "key_stage_4", "key_stage_5"})


@pytest.mark.covers("M7")
def test_of_two_peers_both_give_their_hours() -> None:
    both = rows(supports=[a_support(role="peer", facet=None), a_support()])

    assert hours_given((), both, FIRST, LAST, ON) == {TRAINEE_ID: 0.5, BUDDY: 1.0}


@pytest.mark.covers("M7", "S1")
@pytest.mark.parametrize(("on", "hours"), [(LAST_TOGETHER, 2.0), (LAST_TOGETHER + DAY, 0)])
def test_what_ends_early_takes_hours_up_to_and_with_its_last_day(on: date, hours: float) -> None:
    ending = rows(
        pairs=[
            a_pair(mentor_id=BUDDY, status="withdrawn", withdrawn_because="ended_by_them", changed_on=LAST_TOGETHER)
        ],
        supports=[a_support(status="ended", ends_on=LAST_TOGETHER)],
    )

    assert sum(hours_given((), ending, FIRST, LAST, on).values()) == hours
    (one,) = supporters([replace(participants(PROGRAMME, ON, rows())[0], starts_on=on)], ending, reach_minutes=60)
    (free,) = supporters(participants(PROGRAMME, ON, rows()), rows(pairs=[]), reach_minutes=60)
    assert free.minutes - one.minutes == 60 * hours


def test_what_ended_before_it_began_takes_no_hours() -> None:
    never = rows(
        pairs=[a_pair(status="withdrawn", withdrawn_because="ended_by_them", changed_on=FIRST - DAY)],
        supports=[a_support(status="ended", ends_on=FIRST - DAY)],
    )

    assert hours_given((), never, FIRST - DAY, LAST, FIRST - DAY) == {}


@pytest.mark.covers("M7")
@pytest.mark.parametrize(("role", "has_one"), [("peer", {BUDDY, TRAINEE_ID}), ("supporting", {TRAINEE_ID})])
def test_both_people_of_a_peer_support_have_a_peer(role: str, has_one: set[UUID]) -> None:
    people = [
        replace(participant, person_id=who) for participant in participants(PROGRAMME, ON, rows()) for who in has_one
    ]

    assert supported_people(people, [a_support(role=role)], role) == has_one


@pytest.mark.covers("M7")
def test_a_peer_has_the_names_they_chose_and_needs_the_hours() -> None:
    found = rows(
        mentors=[a_mentor(capacity_hours=1.0, load={})],
        candidates=[a_candidate(BUDDY)],
        wishes=[wishes_row(BUDDY, choices=(str(NEWCOMER),), vetoes=(str(MENTOR_ID),))],
    )
    people = participants(IN_SCHOOL, ON, found)

    for minutes, has_time in ((60, True), (61, False)):
        (one,) = peers_of(IN_SCHOOL, people, found, minutes=minutes)
        assert (one.wishes, one.barred, one.has_time) == ((str(NEWCOMER),), frozenset({str(MENTOR_ID)}), has_time)


def test_schools_that_are_closed_or_nowhere_are_not_reached() -> None:
    succeeded = school("900002", closed=True, successor_urn="900001")
    schools = [school("900001"), succeeded, school("900003", easting=None)]

    assert set(school_points(rows(schools=schools))) == {"900001"}
