"""The capacity that is free when a round begins."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.rounds.rows import RoundPair
from services.matching.solver import solve
from tests.unit.matching.rows import AUTUMN, CHRISTMAS, an_id, candidate, input_of, mentor, offer, pair, school


@pytest.mark.parametrize(
    ("status", "hours", "places"), [("proposed", 1.5, 1), ("confirmed", 1.5, 1), ("declined", 3.0, 2)]
)
def test_live_pairs_take_hours_and_places_and_declined_ones_free_them(status: str, hours: float, places: int) -> None:
    found = input_of(pairs=[pair(9, 1, 1, status)]).problem
    assert [mentor.capacity_hours for mentor in found.mentors] == [hours]
    assert [offer.places for offer in found.offers] == [places]


def test_a_pair_takes_hours_only_from_rounds_for_the_same_time_of_year() -> None:
    earlier = pair(9, 1, 7, starts_on=date(2026, 1, 5), ends_on=AUTUMN - timedelta(days=1))
    touching = pair(8, 1, 7, starts_on=date(2026, 1, 5), ends_on=AUTUMN)
    later = pair(7, 1, 7, starts_on=CHRISTMAS + timedelta(days=1), ends_on=date(2027, 3, 1))
    assert input_of(pairs=[earlier, later]).problem.mentors[0].capacity_hours == 3.0
    assert input_of(pairs=[earlier, touching, later]).problem.mentors[0].capacity_hours == 1.5


@pytest.mark.covers("S1", "M6")
@pytest.mark.parametrize(
    ("reason", "last_day", "hours"),
    [
        ("ended_by_them", AUTUMN + timedelta(days=30), 1.5),
        ("closed_in_review", AUTUMN, 1.5),
        ("ended_by_them", AUTUMN - timedelta(days=1), 3.0),  # it ends before it begins
        ("trainee_left", AUTUMN + timedelta(days=30), 3.0),
        ("moved_in_repair", AUTUMN + timedelta(days=30), 3.0),
    ],
)
def test_a_pair_that_ends_early_takes_hours_up_to_its_last_day_and_no_place(
    reason: str, last_day: date, hours: float
) -> None:
    ending = pair(9, 1, 1, "withdrawn", withdrawn_because=reason, changed_on=last_day)
    found = input_of(pairs=[ending]).problem
    assert (found.mentors[0].capacity_hours, found.offers[0].places) == (hours, 2)


def test_capacity_lowered_below_what_is_used_counts_as_zero() -> None:
    found = input_of(
        mentors=[mentor(1, hours=1.5)],
        offers=[offer(1, places=1)],
        pairs=[pair(8, 1, 1), pair(9, 1, 1, "confirmed")],
    ).problem
    assert (found.mentors[0].capacity_hours, found.offers[0].places) == (0.0, 0)


@pytest.mark.covers("M5")
def test_a_mentor_is_barred_to_a_trainee_after_a_refusal_between_them() -> None:
    found = input_of(waiting=[candidate(1), candidate(2)], pairs=[pair(1, 1, 1, "declined")]).problem
    assert {trainee.id: set(trainee.barred_mentors) for trainee in found.trainees} == {
        str(an_id(2, 1)): {str(an_id(3, 1))},
        str(an_id(2, 2)): set(),
    }


def test_trainees_who_are_placed_unknown_or_listed_twice_are_left_out() -> None:
    found = input_of(
        waiting=[
            candidate(1),
            candidate(2, known=False),
            candidate(3),
            candidate(4, trainee_id=an_id(2, 1)),
        ],
        pairs=[pair(3, 1, 1, "confirmed", referral_id=an_id(1, 33))],
    )
    assert dict(found.referrals) == {str(an_id(2, 1)): an_id(1, 1)}
    assert found.trainees_left_out == 3


def test_an_offer_at_a_school_without_a_position_is_left_out() -> None:
    found = input_of(offers=[offer(1), offer(2, urn="900002")], schools=[school(), school("900002", easting=None)])
    assert [school.urn for school in found.problem.schools] == ["900001"]
    assert (len(found.problem.offers), found.offers_left_out) == (1, 1)


def test_without_offers_there_is_still_a_problem_to_explain() -> None:
    (left,) = solve(input_of(offers=[], pairs=[pair(9, 1, 1)]).problem).unplaced
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
    pairs: list[RoundPair] = []
    for first in range(0, 12, 4):
        solution = solve(input_of([candidate(first + n) for n in range(4)], offers, mentors, pairs).problem)
        for placed in solution.pairs:
            status = chance.draw(st.sampled_from(["proposed", "confirmed", "declined"]))
            ids = {
                "trainee_id": UUID(placed.trainee_id),
                "mentor_id": UUID(placed.mentor_id),
                "offer_id": UUID(placed.offer_id),
            }
            pairs.append(pair(0, 0, 0, status, **ids))
    live = [pair for pair in pairs if pair.status != "declined"]
    with_mentor, at_offer = (Counter(getattr(each, column) for each in live) for column in ("mentor_id", "offer_id"))
    assert all(with_mentor[mentor.record.mentor_id] * 1.5 <= mentor.record.capacity_hours for mentor in mentors)
    assert all(at_offer[offer.offer_id] <= offer.places for offer in offers)
