"""Events to rows of referral's read models."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.referral.domain.offers import OfferRecorded
from services.referral.domain.people import MentorRecorded, PersonErased
from services.referral.domain.profiles import MentorProfile
from services.referral.domain.referrals import (
    ReferralAccepted,
    ReferralCountersigned,
    ReferralDeclined,
    ReferralMade,
    StepReversed,
)
from services.referral.domain.schools import RegisterRow, SchoolRecorded
from services.referral.projections.offers import OFFERS
from services.referral.projections.people import PEOPLE
from services.referral.projections.referrals import REFERRALS
from services.referral.projections.schools import SCHOOLS
from shared.kernel.readmodel import ReadModel

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def fold_rows(model: ReadModel, *events: BaseModel) -> list[Any]:
    rows: dict[tuple[object, ...], Any] = {}
    model.fold(rows, (("north-star", event) for event in events))
    return [row for row in rows.values() if row is not None]


def mentor(who: UUID, school_urn: str = "990001") -> MentorRecorded:
    profile = MentorProfile(
        school_urn=school_urn, subjects=("physics",), phases=("secondary",), capacity_hours=1.5, role="directed"
    )
    names = {"reference": "sealed-r", "given_name": "sealed-g", "family_name": "sealed-f", "email": "sealed-e"}
    return MentorRecorded(happened_on=JULY, person_id=who, profile=profile, **names)


@pytest.mark.covers("R1")
def test_the_row_of_a_school_has_the_last_values_of_the_register() -> None:
    first = RegisterRow(name="Kirkside High", status="open", phases=("secondary",))
    last = first.model_copy(update={"status": "proposed_to_close", "easting": 427600, "northing": 436200})
    events = [SchoolRecorded(happened_on=JULY, urn="990001", row=row) for row in (first, last)]
    [row] = fold_rows(SCHOOLS, *events)
    assert (row.name, row.status, row.easting) == ("Kirkside High", "proposed_to_close", 427600)


@pytest.mark.covers("R6")
def test_people_are_kept_sealed_with_a_mentors_school() -> None:
    [row] = fold_rows(PEOPLE, mentor(ONE), mentor(ONE, "990002"))
    assert (row.kind, row.school_urn, row.given_name, row.trn) == ("mentor", "990002", "sealed-g", None)
    assert row.profile["capacity_hours"] == 1.5


@pytest.mark.covers("R8")
def test_a_person_who_is_erased_has_no_row() -> None:
    rows = fold_rows(PEOPLE, mentor(ONE), mentor(TWO), PersonErased(happened_on=AUGUST, person_id=ONE))
    assert [row.person_id for row in rows] == [TWO]


@pytest.mark.covers("R5")
def test_an_offers_row_says_when_it_was_recorded_last() -> None:
    terms = {
        "offer_id": ONE,
        "school_urn": "990001",
        "subject": "physics",
        "phase": "secondary",
        "starts_on": date(2026, 9, 14),
        "ends_on": date(2026, 12, 18),
        "academic_year": "2026/27",
    }
    first = OfferRecorded.model_validate(terms | {"happened_on": JULY, "places": 2})
    [row] = fold_rows(OFFERS, first, first.model_copy(update={"happened_on": AUGUST, "places": 0}))
    assert (row.places, row.recorded_on) == (0, AUGUST)


@pytest.mark.covers("R4")
@pytest.mark.parametrize(
    ("steps", "status", "changed_on"),
    [
        ([], "referred", JULY),
        ([ReferralCountersigned], "countersigned", AUGUST),
        ([ReferralCountersigned, ReferralAccepted], "accepted", AUGUST),
        ([ReferralDeclined], "declined", AUGUST),
    ],
)
def test_the_row_of_a_referral_has_its_status(steps: list[type[BaseModel]], status: str, changed_on: date) -> None:
    common = {"referral_id": ONE, "programme_id": TWO, "trainee_id": THREE, "by": "someone"}
    made = ReferralMade.model_validate(
        common | {"happened_on": JULY, "purpose": "induction", "reasons": ["general_placement"]}
    )
    reason = {"reason": "sealed-words"}
    later = [
        step.model_validate(common | {"happened_on": AUGUST} | (reason if step is ReferralDeclined else {}))
        for step in steps
    ]
    [row] = fold_rows(REFERRALS, made, *later)
    assert (row.status, row.referred_on, row.changed_on) == (status, JULY, changed_on)
    assert row.reason_declined == ("sealed-words" if status == "declined" else None)


@pytest.mark.covers("R4")
def test_the_row_of_a_referral_is_after_a_reversal_as_it_was_before_the_step() -> None:
    common = {"referral_id": ONE, "programme_id": TWO, "trainee_id": THREE, "by": "someone", "happened_on": JULY}
    made = ReferralMade.model_validate(common | {"purpose": "induction", "reasons": ["general_placement"]})
    declined = ReferralDeclined.model_validate(common | {"happened_on": AUGUST, "reason": "sealed-words"})
    again = {"status": "referred", "changed_on": JULY, "consented": None, "priority": "usual"}
    mistake = {"step": "refusal", "reason": "sealed-mistake", "mentor_hours_per_week": None}
    reversed_ = StepReversed.model_validate(common | again | mistake)
    [before] = fold_rows(REFERRALS, made)
    [row] = fold_rows(REFERRALS, made, declined, reversed_)
    assert row == replace(before, reason_reversed="sealed-mistake")
