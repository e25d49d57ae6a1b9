"""Claims and outcomes of inductions, for the register of early career teachers."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from shared.dfe.forms import Gap
from shared.dfe.inductions import InductionRead, Period, list_claims, list_outcomes
from tests.unit.dfe.people import TODAY, YEAR, person

pytestmark = pytest.mark.covers("P11", "I3")

BEGUN = InductionRead(
    teacher_id=UUID(int=1),
    periods=(Period(date(2026, 9, 1), None, "school_led"),),
    terms_served=2.5,
    ends_on=date(2028, 7, 20),
    is_served=False,
    last_judgement="has no last formal assessment.",
)
SERVED = replace(BEGUN, terms_served=6.0, ends_on=date(2027, 7, 16), is_served=True, last_judgement=None)
LEFT = replace(BEGUN, periods=(Period(date(2026, 9, 1), date(2027, 4, 30), "school_led"),), ends_on=None)


def test_a_claim_has_the_first_period_and_its_programme() -> None:
    later = Period(date(2027, 1, 4), None, "provider_led")

    made = list_claims([(person(1), replace(BEGUN, periods=(later, *BEGUN.periods)))], YEAR, TODAY)

    header = b'"TRN","Date of birth","Induction programme","Induction period start date"\n'
    assert made.write() == [header + b"2413291,1999-02-03,school-led,2026-09-01\n"]
    assert made.gaps == []


@pytest.mark.parametrize("starts_on", [date(2026, 8, 31), date(2027, 9, 1)], ids=["the year before", "the year after"])
def test_a_claim_belongs_to_the_year_in_which_the_induction_began(starts_on: date) -> None:
    began = replace(BEGUN, periods=(Period(starts_on, None, "school_led"),))

    assert list_claims([(person(1), began)], YEAR, date(2028, 1, 1)).write() == []


def test_an_induction_that_begins_tomorrow_is_not_claimed_yet() -> None:
    assert list_claims([(person(1), BEGUN)], YEAR, date(2026, 8, 31)).rows == []


def test_a_period_that_was_taken_back_does_not_count() -> None:
    taken_back = replace(BEGUN, periods=(Period(date(2026, 9, 1), date(2026, 8, 31), "school_led"),))

    assert list_claims([(person(1), taken_back)], YEAR, TODAY).rows == []


def test_all_that_is_missing_of_a_teacher_is_named_at_once() -> None:
    unknown = replace(BEGUN, periods=(Period(date(2026, 9, 1), None, None),))

    made = list_claims([(person(1, trn=None, date_of_birth=None), unknown)], YEAR, TODAY)

    assert made.rows == []
    assert [gap.about for gap in made.gaps] == ["T-1"] * 3
    assert [gap.sentence.partition(".")[0] for gap in made.gaps] == [
        "has no TRN",
        "has no date of birth",
        "has no training programme in the first period of induction: record provider_led or school_led",
    ]


def test_a_date_of_birth_that_the_register_refuses_is_named() -> None:
    made = list_claims([(person(1, date_of_birth=date(2019, 1, 1)), BEGUN)], YEAR, TODAY)

    assert made.gaps == [
        Gap("T-1", "is not from 18 to 99 years old by the date of birth on record. Correct it."),
    ]


def test_a_thousand_rows_make_a_file_and_the_next_another() -> None:
    made = list_claims([(person(number), BEGUN) for number in range(1, 1002)], YEAR, TODAY)

    assert [file.count(b"\n") for file in made.write()] == [1001, 2]


def test_whoever_served_all_and_met_the_standards_passes() -> None:
    made = list_outcomes([(person(1), SERVED)], YEAR, TODAY)

    header = b'"TRN","Date of birth","Induction period end date","Number of terms","Outcome"\n'
    assert made.write() == [header + b"2413291,1999-02-03,2027-07-16,6,pass\n"]


def test_an_induction_that_goes_on_has_no_outcome() -> None:
    assert list_outcomes([(person(1), BEGUN)], YEAR, TODAY) == list_outcomes([], YEAR, TODAY)


def test_an_outcome_belongs_to_the_year_in_which_the_induction_ended() -> None:
    assert list_outcomes([(person(1), replace(SERVED, ends_on=date(2026, 7, 16)))], YEAR, TODAY).rows == []


def test_a_judgement_that_is_not_enough_is_named_and_never_a_fail_in_the_file() -> None:
    made = list_outcomes([(person(1), replace(SERVED, last_judgement="has not met TS3."))], YEAR, TODAY)

    assert made.rows == []
    assert made.gaps == [Gap("T-1", "has not met TS3.")]


def test_whoever_left_is_released_only_if_somebody_names_them() -> None:
    unnamed = list_outcomes([(person(1), LEFT)], YEAR, TODAY)
    named = list_outcomes([(person(1), LEFT)], YEAR, TODAY, released=["T-1"])

    assert unnamed.rows == []
    assert "give --release T-1 if the teacher has left." in unnamed.gaps[0].sentence
    assert named.write()[0].endswith(b"2413291,1999-02-03,2027-04-30,2.5,release\n")


def test_whoever_goes_on_at_another_school_is_not_released() -> None:
    moved = replace(LEFT, periods=(*LEFT.periods, Period(date(2027, 5, 10), None, "school_led")))

    assert list_outcomes([(person(1), moved)], YEAR, TODAY, released=["T-1"]).rows == []


@pytest.mark.parametrize(("served", "written"), [(6.0, "6"), (2.59, "2.5"), (0.0, "0"), (16.4, "16"), (2.3, "2.3")])
def test_terms_have_a_decimal_and_are_never_more_than_were_served(served: float, written: str) -> None:
    made = list_outcomes([(person(1), replace(SERVED, terms_served=served))], YEAR, TODAY)

    assert made.rows[0].terms == written
