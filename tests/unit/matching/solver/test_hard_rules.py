"""Each hard rule bars what it is meant to, and nothing for want of knowing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.matching.solver import Group, MentorSchool, Problem, solve
from services.matching.solver.contrast import Factors
from tests.unit.matching.solver.rounds import a_round, mentor, offer, school, trainee

TODAY = date(2026, 7, 10)
Change = Callable[[Problem], Problem]


def with_rules(**rules: Any) -> Change:
    return lambda problem: replace(problem, rules=replace(problem.rules, **rules))


def stale(days: int) -> date:
    return date.fromordinal(TODAY.toordinal() - days)


SCHOOL = "100001"
LEAVE_OUT = {"on": TODAY, "offer_stale_days": 90, "leave_stale_offers_out": True}
BARRED = {
    "own former school": (
        a_round(trainees=[trainee(former_schools=frozenset({SCHOOL}))]),
        with_rules(conflicts=frozenset({"former_school"})),
        "schools_barred",
    ),
    "a school of before": (a_round(trainees=[trainee(earlier_schools=(SCHOOL,))]), with_rules(), "schools_barred"),
    "two schools, the last placement": (
        a_round(trainees=[trainee(earlier_schools=(SCHOOL,), placements_left=1)]),
        with_rules(same_school_again=True),
        "schools_barred",
    ),
    "line manager": (
        a_round(mentors=[mentor(relations=frozenset({("t1", "line_manager")}))]),
        with_rules(),
        "mentors_barred",
    ),
    "no training": (a_round(mentors=[mentor(trained=False)]), with_rules(asks_training=True), "no_mentor_ready"),
    "no status": (a_round(mentors=[mentor(has_qts=False)]), with_rules(asks_qts=True), "no_mentor_ready"),
    "stale offer": (
        a_round(offers=[offer(last_confirmed_on=stale(91))]),
        with_rules(**LEAVE_OUT),
        "offers_not_confirmed",
    ),
    "year groups": (
        a_round(
            trainees=[trainee(year_groups=frozenset({"year_7", "year_8"}))],
            offers=[offer(year_groups=frozenset({"year_10", "year_11"}))],
        ),
        with_rules(),
        "no_offer_in_phase",
    ),
    "a place in special provision": (
        a_round(offers=[offer(send_placement=True)]),
        with_rules(),
        "no_offer_in_phase",
    ),
    "a place outside of special provision": (
        a_round(trainees=[trainee(send_placement=True)]),
        with_rules(),
        "no_offer_in_phase",
    ),
    "route": (
        a_round(trainees=[trainee(route="fee")], offers=[offer(routes=frozenset({"salaried"}))]),
        with_rules(),
        "no_offer_for_route",
    ),
    "the trainee's dates": (
        a_round(
            trainees=[trainee(available_until=date(2026, 12, 1))],
            offers=[offer(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))],
        ),
        with_rules(),
        "no_offer_in_dates",
    ),
    "the mentor's days at the school": (
        a_round(
            mentors=[mentor(schools=(MentorSchool(SCHOOL, ends_on=date(2026, 12, 1)), MentorSchool("100002")))],
            offers=[offer(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))],
        ),
        with_rules(),
        "no_mentor_in_dates",
    ),
    "the mentor's dates": (
        a_round(
            mentors=[mentor(available_from=date(2026, 10, 1))],
            offers=[offer(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))],
        ),
        with_rules(),
        "no_mentor_in_dates",
    ),
}


@pytest.mark.covers("M1", "M4")
@pytest.mark.parametrize("case", BARRED)
def test_a_hard_rule_bars_and_is_named(case: str) -> None:
    problem, change, reason = BARRED[case]

    assert [each.reason for each in solve(change(problem)).unplaced] == [reason]


ALLOWED = {
    "former school where nobody minds": (
        a_round(trainees=[trainee(former_schools=frozenset({SCHOOL}))]),
        with_rules(conflicts=frozenset()),
    ),
    "a school of before where it may be": (
        a_round(trainees=[trainee(earlier_schools=(SCHOOL,), placements_left=2)]),
        with_rules(same_school_again=True),
    ),
    "placements to come not known": (
        a_round(trainees=[trainee(earlier_schools=(SCHOOL,))]),
        with_rules(same_school_again=True),
    ),
    "somebody else's line manager": (
        a_round(mentors=[mentor(relations=frozenset({("t9", "line_manager")}))]),
        with_rules(),
    ),
    "a relation that does not bar": (
        a_round(mentors=[mentor(relations=frozenset({("t1", "close_friend")}))]),
        with_rules(),
    ),
    "training and status not known": (a_round(), with_rules(asks_training=True, asks_qts=True)),
    "no training where none is asked": (a_round(mentors=[mentor(trained=False, has_qts=False)]), with_rules()),
    "an offer of unknown age": (a_round(), with_rules(**LEAVE_OUT)),
    "an offer on its last day": (a_round(offers=[offer(last_confirmed_on=stale(90))]), with_rules(**LEAVE_OUT)),
    "a stale offer that may stay": (
        a_round(offers=[offer(last_confirmed_on=stale(400))]),
        with_rules(**(LEAVE_OUT | {"leave_stale_offers_out": False})),
    ),
    "a second time at the school": (
        a_round(
            mentors=[
                mentor(
                    schools=(
                        MentorSchool(SCHOOL, ends_on=date(2026, 7, 1)),
                        MentorSchool(SCHOOL, starts_on=date(2026, 9, 1)),
                    )
                )
            ],
            offers=[offer(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))],
        ),
        with_rules(),
    ),
    "special provision that is asked for": (
        a_round(trainees=[trainee(send_placement=True)], offers=[offer(send_placement=True)]),
        with_rules(),
    ),
    "one year group in common": (
        a_round(
            trainees=[trainee(year_groups=frozenset({"year_7", "year_8"}))],
            offers=[offer(year_groups=frozenset({"year_8", "year_9"}))],
        ),
        with_rules(),
    ),
    "year groups that the offer does not name": (
        a_round(trainees=[trainee(year_groups=frozenset({"year_7"}))]),
        with_rules(),
    ),
    "year groups that the course does not name": (
        a_round(offers=[offer(year_groups=frozenset({"year_7"}))]),
        with_rules(),
    ),
    "mixed year groups": (
        a_round(
            trainees=[trainee(year_groups=frozenset({"year_7"}))],
            offers=[offer(year_groups=frozenset({"mixed_year_groups"}))],
        ),
        with_rules(),
    ),
    "a route that is not known": (a_round(offers=[offer(routes=frozenset({"salaried"}))]), with_rules()),
    "dates that are not known": (a_round(trainees=[trainee(available_until=date(2026, 12, 1))]), with_rules()),
}


@pytest.mark.covers("M1")
@pytest.mark.parametrize("case", ALLOWED)
def test_an_unknown_fact_or_an_unset_rule_bars_nobody(case: str) -> None:
    problem, change = ALLOWED[case]

    assert solve(change(problem)).placed == 1


@pytest.mark.covers("M1", "M10")
@pytest.mark.parametrize(("cap", "own", "placed"), [(30, 90, 0), (90, 30, 0), (45, 45, 1), (90, 90, 1)])
def test_the_smaller_of_the_programmes_cap_and_the_persons_limit_holds(cap: int, own: int, placed: int) -> None:
    problem = a_round(trainees=[trainee(travel_limit_minutes=own)], schools=[school(minutes_away=40)])
    travel = replace(problem.rules.travel, caps={"car": cap, "walking": 1})

    assert solve(with_rules(travel=travel)(problem)).placed == placed


@pytest.mark.covers("M10")
@pytest.mark.parametrize(
    ("place", "mode", "minutes"),
    [("LS6", "car", [44]), ("LS7", "car", [10]), (None, "car", [10]), ("LS6", "bicycle", [27])],
)
def test_the_table_counts_where_it_has_a_row_and_the_straight_line_elsewhere(
    place: str | None, mode: str, minutes: list[int]
) -> None:
    problem = a_round(trainees=[trainee(place=place, travel_mode=mode)])
    travel = replace(problem.rules.travel, minutes={"LS6": {"car": {SCHOOL: 44}}})

    assert [pair.travel_minutes for pair in solve(with_rules(travel=travel)(problem)).pairs] == minutes


@pytest.mark.covers("M10")
def test_the_table_reaches_a_school_that_the_straight_line_does_not_and_bars_one_that_it_does() -> None:
    problem = a_round(
        trainees=[trainee(place="LS6")],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=80)],
    )
    travel = replace(problem.rules.travel, minutes={"LS6": {"car": {"100001": 46, "100002": 45}}})

    assert [(pair.offer_id, pair.travel_minutes) for pair in solve(with_rules(travel=travel)(problem)).pairs] == [
        ("o2", 45)
    ]


TWO_MENTORS: dict[str, Any] = {
    "contrast": (
        {"earlier_schools": ("100009",)},
        {},
        {},
        {"100001": Factors(gender="Mixed"), "100002": Factors(gender="Girls"), "100009": Factors(gender="Mixed")},
    ),
    "strengths": (
        {"needs": frozenset({"behaviour"})},
        {"facets": frozenset()},
        {"facets": frozenset({"behaviour"})},
        {},
    ),
    "likeness": ({"situation": frozenset({"parent"})}, {}, {"situation": frozenset({"parent"})}, {}),
    "volunteers_first": ({}, {"volunteer": False}, {}, {}),
    "spread": ({}, {"load_hours": 3.0}, {}, {}),
    "continuity": ({"earlier_mentors": frozenset({"m2"})}, {}, {}, {}),
    "wishes": ({"wishes": ("100002", "m1")}, {}, {}, {}),
    "travel": ({"place": "LS6"}, {}, {}, {}),
}


@pytest.mark.covers("M2", "M8", "M10")
@pytest.mark.parametrize("rule", TWO_MENTORS)
def test_each_soft_rule_turns_the_choice_that_is_equal_otherwise(rule: str) -> None:
    """The first school comes first where nothing else counts; each rule speaks for the second."""
    trainee_has, first_has, second_has, factors = TWO_MENTORS[rule]
    problem = a_round(
        trainees=[trainee(**trainee_has)],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001", **first_has), mentor("m2", "100002", **second_has)],
        schools=[school("100001"), school("100002")],
    )
    travel = replace(problem.rules.travel, minutes={"LS6": {"car": {"100002": 9}}})
    problem = replace(with_rules(travel=travel, weights={rule: 1})(problem), factors=factors)

    assert [pair.mentor_id for pair in solve(problem).pairs] == ["m2"]


@pytest.mark.covers("M1")
def test_the_hours_of_a_mentor_at_two_schools_are_one_capacity() -> None:
    both = mentor(schools=(MentorSchool("100001"), MentorSchool("100002")), capacity_hours=1.5)
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2")],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[both],
        schools=[school("100001"), school("100002")],
    )

    assert solve(problem).placed == 1
    assert solve(replace(problem, mentors=(replace(both, capacity_hours=3.0),))).placed == 2


@pytest.mark.covers("M1")
def test_limits_nest_and_cross_and_each_of_them_holds() -> None:
    """Two departments in each of two schools of a trust, and an offer that both schools share."""
    departments = {
        (urn, subject): f"{subject} at {urn}" for urn in ("100001", "100002") for subject in ("maths", "art")
    }
    offers = [
        offer(f"{name} {i}", urn, subject=subject, places=3, groups=(name, urn, "trust", *(("shared",) if i else ())))
        for (urn, subject), name in departments.items()
        for i in range(2)
    ]
    problem = a_round(
        trainees=[trainee(f"t{i}", subject=("maths", "art")[i % 2]) for i in range(12)],
        offers=[replace(offer, groups=()) for offer in offers],
        mentors=[
            mentor(f"m{urn}{i}", urn, subjects=frozenset({"maths", "art"}), capacity_hours=9)
            for urn in ("100001", "100002")
            for i in range(3)
        ],
        schools=[school("100001"), school("100002")],
    )

    def count_placed(**places: int) -> int:
        limits = {**dict.fromkeys((*departments.values(), "100001", "100002", "trust", "shared"), 99), **places}
        groups = tuple(Group(id_, most) for id_, most in limits.items())
        return solve(replace(problem, offers=tuple(offers), groups=groups)).placed

    assert count_placed() == 12
    assert count_placed(trust=5) == 5
    assert count_placed(**{"100001": 2, "100002": 3}) == 5
    assert count_placed(**{"maths at 100001": 1, "maths at 100002": 2}) == 9
    assert count_placed(**{"maths at 100001": 1, "maths at 100002": 0, "100001": 4, "trust": 6}) == 6
    # without those that are shared, each department has an offer of three places
    assert count_placed(shared=0, **{"maths at 100001": 1, "art at 100002": 0}) == 7


@pytest.mark.covers("M2")
def test_a_mentors_own_wishes_count_too() -> None:
    problem = a_round(trainees=[trainee("t1"), trainee("t2")], mentors=[mentor(wishes=("t2",))], weights={"wishes": 1})

    assert [pair.trainee_id for pair in solve(problem).pairs] == ["t2"]
