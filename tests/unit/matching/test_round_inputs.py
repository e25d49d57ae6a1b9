"""What is free when a round begins."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.known import ProgrammeKnown
from services.matching.rounds.inputs import Standing, standing_of
from services.matching.rounds.rows import Rows
from services.matching.solver import solve
from tests.unit.matching.facts import PROGRAMME

JULY, AUTUMN, CHRISTMAS = date(2026, 7, 10), date(2026, 9, 14), date(2026, 12, 18)
Row = dict[str, Any]


def an_id(kind: int, number: int) -> UUID:
    return UUID(int=kind * 1000 + number)


def candidate(number: int, **changes: Any) -> Row:
    return {
        "referral_id": an_id(1, number),
        "trainee_id": an_id(2, number),
        "subject": "physics",
        "phase": "secondary",
        "home_easting": 400_000,
        "home_northing": 430_000,
        "travel_mode": "car",
        "travel_limit_minutes": 45,
        "home_area": None,
        "route_kind": "fee",
        "standing": None,
        "reasons": None,
    } | changes


def mentor(number: int, hours: float = 3.0, urn: str = "900001", **changes: Any) -> Row:
    return {
        "mentor_id": an_id(3, number),
        "school_urn": urn,
        "subjects": ["physics"],
        "phases": ["secondary"],
        "capacity_hours": hours,
        "volunteer": True,
        "facets": None,
        "load": None,
        "available": None,
        "trained_on": None,
    } | changes


def offer(number: int, places: int = 2, urn: str = "900001", **changes: Any) -> Row:
    return {
        "offer_id": an_id(4, number),
        "school_urn": urn,
        "subject": "physics",
        "phase": "secondary",
        "places": places,
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "routes": [],
        "shared_with": [],
        "last_confirmed_on": JULY,
    } | changes


def school(urn: str = "900001", **changes: Any) -> Row:
    known = {
        "urn": urn,
        "easting": 400_000,
        "northing": 430_000,
        "closed": False,
        "successor_urn": None,
    }
    register = ("phase", "pupils", "gender", "religious_character", "admissions_policy", "percentage_fsm")
    return known | dict.fromkeys((*register, "urban_rural", "special_classes", "resourced_provision")) | changes


def pair(trainee: int, mentor: int, offer: int, status: str = "proposed", **changes: Any) -> Row:
    return {
        "pair_id": an_id(5, trainee),
        "referral_id": an_id(1, trainee),
        "school_urn": "900001",
        "locked": False,
        "trainee_id": an_id(2, trainee),
        "mentor_id": an_id(3, mentor),
        "offer_id": an_id(4, offer),
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "mentor_hours_per_week": 1.5,
        "status": status,
    } | changes


def standing(
    waiting: list[Row] | None = None,
    offers: list[Row] | None = None,
    mentors: list[Row] | None = None,
    pairs: list[Row] | None = None,
    schools: list[Row] | None = None,
    *,
    programme: ProgrammeKnown = PROGRAMME,
    placed_too: bool = False,
    **others: list[Row],
) -> Standing:
    rows = Rows(
        candidates=[candidate(1)] if waiting is None else waiting,
        offers=[offer(1)] if offers is None else offers,
        mentors=[mentor(1)] if mentors is None else mentors,
        pairs=pairs or [],
        schools=[school("900001"), school("900002")] if schools is None else schools,
        **others,
    )
    return standing_of(programme, JULY, rows, placed_too=placed_too)


@pytest.mark.parametrize(
    ("status", "hours", "places"), [("proposed", 1.5, 1), ("confirmed", 1.5, 1), ("declined", 3.0, 2)]
)
def test_live_pairs_take_hours_and_places_and_declined_ones_free_them(status: str, hours: float, places: int) -> None:
    found = standing(pairs=[pair(9, 1, 1, status)]).problem
    assert [one.capacity_hours for one in found.mentors] == [hours]
    assert [one.places for one in found.offers] == [places]


def test_a_pair_takes_hours_only_from_rounds_for_the_same_time_of_year() -> None:
    earlier = pair(9, 1, 7, starts_on=date(2026, 1, 5), ends_on=AUTUMN - timedelta(days=1))
    touching = pair(8, 1, 7, starts_on=date(2026, 1, 5), ends_on=AUTUMN)
    later = pair(7, 1, 7, starts_on=CHRISTMAS + timedelta(days=1), ends_on=date(2027, 3, 1))
    assert standing(pairs=[earlier, later]).problem.mentors[0].capacity_hours == 3.0
    assert standing(pairs=[earlier, touching, later]).problem.mentors[0].capacity_hours == 1.5


def test_what_was_lowered_below_what_is_given_out_leaves_nothing_and_no_debt() -> None:
    found = standing(
        mentors=[mentor(1, hours=1.5)],
        offers=[offer(1, places=1)],
        pairs=[pair(8, 1, 1), pair(9, 1, 1, "confirmed")],
    ).problem
    assert (found.mentors[0].capacity_hours, found.offers[0].places) == (0.0, 0)


@pytest.mark.covers("M5")
def test_a_mentor_is_barred_to_a_trainee_after_a_refusal_between_them() -> None:
    found = standing(waiting=[candidate(1), candidate(2)], pairs=[pair(1, 1, 1, "declined")]).problem
    assert {one.id: set(one.barred_mentors) for one in found.trainees} == {
        str(an_id(2, 1)): {str(an_id(3, 1))},
        str(an_id(2, 2)): set(),
    }


def test_who_has_a_placement_then_whose_record_is_missing_or_who_stands_twice_is_left_out() -> None:
    found = standing(
        waiting=[
            candidate(1),
            candidate(2, subject=None),
            candidate(3),
            candidate(4, trainee_id=an_id(2, 1)),
        ],
        pairs=[pair(3, 1, 1, "confirmed", referral_id=an_id(1, 33))],
    )
    assert dict(found.referrals) == {str(an_id(2, 1)): an_id(1, 1)}
    assert found.trainees_left_out == 3


def test_an_offer_at_a_school_without_a_position_is_left_out() -> None:
    found = standing(offers=[offer(1), offer(2, urn="900002")], schools=[school(), school("900002", easting=None)])
    assert [school.urn for school in found.problem.schools] == ["900001"]
    assert (len(found.problem.offers), found.offers_left_out) == (1, 1)


def test_without_offers_there_is_still_a_problem_to_explain() -> None:
    (left,) = solve(standing(offers=[], pairs=[pair(9, 1, 1)]).problem).unplaced
    assert left.reason == "no_offer_in_subject"


@pytest.mark.covers("M1")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=6), st.lists(st.integers(0, 3), min_size=1, max_size=3), st.data()
)
def test_round_after_round_no_hour_and_no_place_is_given_out_twice(
    hours: list[int], places: list[int], chance: st.DataObject
) -> None:
    mentors = [mentor(n, hours=n_hours * 0.75) for n, n_hours in enumerate(hours)]
    offers = [offer(n, places=n_places) for n, n_places in enumerate(places)]
    pairs: list[Row] = []
    for first in range(0, 12, 4):
        solution = solve(standing([candidate(first + n) for n in range(4)], offers, mentors, pairs).problem)
        for one in solution.pairs:
            status = chance.draw(st.sampled_from(["proposed", "confirmed", "declined"]))
            ids = {"trainee_id": UUID(one.trainee_id), "mentor_id": UUID(one.mentor_id), "offer_id": UUID(one.offer_id)}
            pairs.append(pair(0, 0, 0, status, **ids))
    live = [one for one in pairs if one["status"] != "declined"]
    with_mentor, at_offer = (Counter(one[column] for one in live) for column in ("mentor_id", "offer_id"))
    assert all(with_mentor[one["mentor_id"]] * 1.5 <= one["capacity_hours"] for one in mentors)
    assert all(at_offer[one["offer_id"]] <= one["places"] for one in offers)
