"""Terms served, extension by absences, and what is due in which term: by the guidance's own examples."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.referral.domain.templates import Template
from services.sessions.domain.induction_rules import Absence, Period, Standing, days_between, stand, terms_of
from shared.events.practices import InductionRules
from tests.unit.sessions.example_assessments import INDUCTION as PROGRAMME
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

pytestmark = pytest.mark.covers("S8")
FIRST = date(2026, 9, 1)
LATER = date(2036, 9, 1)
DAY = timedelta(days=1)
REVIEW, ONE, TWO, INTERIM = "ect_progress_review", "ect_formal_1", "ect_formal_2", "ect_interim"


def rules() -> InductionRules:
    found = PROGRAMME.practice.induction
    assert found is not None
    return found


def period(percent: int = 100, starts_on: date = FIRST, ends_on: date | None = None, school: str = "900001") -> Period:
    return Period(school, starts_on, ends_on, percent)


def where_it_stands(*periods: Period, absences: tuple[Absence, ...] = (), today: date = LATER) -> Standing:
    return stand(rules(), periods, absences, today)


def kinds_of(found: Standing) -> list[str]:
    return [each.kind for each in found.due]


def test_full_time_is_two_school_years_with_a_review_or_an_assessment_in_each_term() -> None:
    found = where_it_stands(period())
    assert (found.length, found.terms_served, found.ends_on) == (6, 6.0, date(2028, 7, 20))
    assert [(each.kind, each.term, each.due_on) for each in found.due] == [
        (REVIEW, "Autumn term 2026", date(2026, 12, 18)),
        (REVIEW, "Spring term 2027", date(2027, 3, 31)),
        (ONE, "Summer term 2027", date(2027, 7, 20)),
        (REVIEW, "Autumn term 2027", date(2027, 12, 20)),
        (REVIEW, "Spring term 2028", date(2028, 3, 31)),
        (TWO, "Summer term 2028", date(2028, 7, 20)),
    ]


def test_half_of_full_time_for_four_years_is_six_terms_with_a_review_in_each_other_term() -> None:
    four_years = where_it_stands(period(50, ends_on=date(2030, 8, 31)))
    assert four_years.terms_served == 6.0
    assert four_years.ends_on == date(2030, 7, 19)
    assert kinds_of(four_years) == [*[REVIEW] * 5, ONE, *[REVIEW] * 5, TWO]
    assert where_it_stands(period(50), today=date(2028, 8, 1)).terms_served == 3.0


def test_terms_are_counted_to_one_decimal() -> None:
    assert where_it_stands(period(), today=date(2026, 11, 6)).terms_served == 0.6
    assert where_it_stands(period(), today=date(2026, 12, 31)).terms_served == 1.0
    assert where_it_stands(period(80), today=date(2026, 12, 31)).terms_served == 0.8


def test_whoever_begins_a_day_late_still_serves_the_term() -> None:
    assert where_it_stands(period(starts_on=FIRST + DAY)).ends_on == date(2028, 7, 20)


def test_another_share_counts_from_its_day_on() -> None:
    found = where_it_stands(period(ends_on=date(2027, 8, 31)), period(50, date(2027, 9, 1)))
    assert found.terms_served == 6.0
    assert found.ends_on == date(2029, 7, 20)
    assert INTERIM not in kinds_of(found)


@pytest.mark.parametrize(
    ("days", "extends_by", "ends_on"),
    [(29.5, 0, date(2028, 7, 20)), (30, 30, date(2028, 10, 12)), (45, 45, date(2028, 11, 2))],
)
def test_thirty_days_in_a_year_extend_it_by_all_of_them(days: float, extends_by: float, ends_on: date) -> None:
    found = where_it_stands(period(), absences=(Absence(date(2026, 10, 5), days, exempt=False),))
    assert (found.extension_days, found.ends_on) == (extends_by, ends_on)
    (year,) = found.years
    assert (year.year, year.days, year.limit) == (1, days, 30)


def test_absences_of_two_years_are_not_added_up_and_exempt_ones_do_not_count() -> None:
    apart = where_it_stands(
        period(),
        absences=(Absence(date(2026, 10, 5), 20, exempt=False), Absence(date(2027, 10, 4), 20, exempt=False)),
    )
    assert (apart.extension_days, [each.year for each in apart.years]) == (0, [1, 2])
    together = where_it_stands(
        period(),
        absences=(Absence(date(2026, 10, 5), 20, exempt=False), Absence(date(2027, 5, 10), 20, exempt=False)),
    )
    assert together.extension_days == 40
    exempt = where_it_stands(period(), absences=(Absence(date(2026, 10, 5), 130, exempt=True),))
    assert (exempt.extension_days, exempt.years) == (0, ())


def test_an_induction_year_of_somebody_part_time_is_longer() -> None:
    absences = (Absence(date(2026, 10, 5), 20, exempt=False), Absence(date(2027, 10, 4), 20, exempt=False))
    assert where_it_stands(period(50), absences=absences).extension_days == 40


def test_the_last_assessment_waits_for_the_end_of_the_extension() -> None:
    found = where_it_stands(period(), absences=(Absence(date(2026, 10, 5), 30, exempt=False),))
    assert found.due[-1].kind == TWO
    assert found.due[-1].due_on == found.ends_on
    assert kinds_of(found) == [REVIEW, REVIEW, ONE, REVIEW, REVIEW, REVIEW, TWO]


def test_a_first_period_of_less_than_a_term_does_not_count_and_later_ones_do_whatever_their_length() -> None:
    short = period(ends_on=date(2026, 11, 30))
    assert where_it_stands(short).counting == (False,)
    assert where_it_stands(short).terms_served == 0
    second = period(starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 31), school="900002")
    third = period(starts_on=date(2027, 4, 12), ends_on=date(2027, 5, 14), school="900003")
    found = where_it_stands(short, second, third)
    assert found.counting == (False, True, True)
    assert found.terms_served == 1.3


def test_whoever_begins_half_way_through_a_term_is_reviewed_by_the_middle_of_the_next() -> None:
    found = where_it_stands(period(starts_on=date(2026, 11, 9)))
    assert [(each.kind, each.term, each.due_on) for each in found.due][:2] == [
        (REVIEW, "Autumn term 2026", date(2027, 2, 16)),
        (REVIEW, "Spring term 2027", date(2027, 3, 31)),
    ]


def test_whoever_leaves_with_a_term_or_more_since_the_last_assessment_has_an_interim_one() -> None:
    leaves = where_it_stands(period(ends_on=date(2027, 3, 31)))
    assert kinds_of(leaves) == [REVIEW, INTERIM]
    assert leaves.ends_on is None
    in_the_holidays = where_it_stands(period(ends_on=date(2026, 12, 31)))
    assert [(each.kind, each.due_on) for each in in_the_holidays.due] == [(INTERIM, date(2026, 12, 31))]
    after_one = where_it_stands(period(ends_on=date(2027, 10, 8)))
    assert kinds_of(after_one) == [REVIEW, REVIEW, ONE, REVIEW]
    moves = where_it_stands(period(ends_on=date(2026, 12, 20)), period(starts_on=date(2027, 1, 4), school="900002"))
    assert kinds_of(moves)[:2] == [INTERIM, REVIEW]
    assert moves.ends_on == date(2028, 7, 20)


@drawn(st.integers(20, 100), st.integers(0, 1500))
def test_what_is_served_grows_and_is_never_more_than_time_itself(percent: int, days: int) -> None:
    today = FIRST + timedelta(days=days)
    found = where_it_stands(period(percent), today=today)
    earlier = where_it_stands(period(percent), today=today - timedelta(days=30))
    terms = len(list(terms_of(rules(), FIRST, today)))
    assert earlier.terms_served <= found.terms_served <= min(terms, 6.1)


@drawn(st.integers(25, 100))
def test_each_term_has_one_thing_due_and_formal_ones_come_in_their_order(percent: int) -> None:
    found = where_it_stands(period(percent))
    assert len({each.term for each in found.due}) == len(found.due)
    assert [kind for kind in kinds_of(found) if kind != REVIEW] == [ONE, TWO]
    assert [each.due_on for each in found.due] == sorted(each.due_on for each in found.due)


def test_a_working_day_is_counted_at_both_ends() -> None:
    assert days_between(date(2026, 10, 5), date(2026, 10, 9)) == 5
    assert days_between(date(2026, 12, 24), date(2026, 12, 29)) == 2


def test_another_programme_has_other_terms_and_assessments() -> None:
    settings = EVERY_TEMPLATE["ect-induction"].model_dump(mode="json")
    settings["induction"] |= {
        "terms": [{"title": "Half", "starts": "09-01", "ends": "12-31"}],
        "formal": [{"kind": ONE, "after_terms": 2}],
        "interim": None,
    }
    other = programme(Template.model_validate(settings)).practice.induction
    assert other is not None
    found = stand(other, [period(ends_on=date(2028, 12, 31))], (), LATER)
    assert [(each.kind, each.term) for each in found.due] == [
        (REVIEW, "Half 2026"),
        (ONE, "Half 2027"),
        (REVIEW, "Half 2028"),
    ]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"review": "interim"}, "no kind of assessment"),
        ({"recorded_by": ["mentor"]}, "which accounts hold the role"),
        ({"recorded_by": ["nobody"]}, "no role nobody"),
        ({"length": {"id": "no_such_rule"}}, "no rule no_such_rule"),
        ({"formal": [{"kind": TWO, "after_terms": 6}, {"kind": ONE, "after_terms": 3}]}, "in the order of the terms"),
        ({"terms": [{"title": "Odd", "starts": "02-29", "ends": "03-31"}]}, "every year has"),
        ({"terms": [{"title": "Odd", "starts": "12-01", "ends": "10-31"}]}, "in their order"),
    ],
)
def test_a_template_with_an_induction_that_cannot_be_is_refused(change: dict[str, Any], wrong: str) -> None:
    settings = EVERY_TEMPLATE["ect-induction"].model_dump(mode="json")
    settings["induction"] |= change
    with pytest.raises(ValueError, match=wrong):
        Template.model_validate(settings)


def test_only_a_programme_that_says_so_has_an_induction() -> None:
    having = [name for name, template in EVERY_TEMPLATE.items() if template.induction is not None]
    assert having == ["ect-induction"]
