"""The schools of a mentor through the years, what two records of one person say together, and older stored profiles."""

from datetime import date
from typing import Any

import pytest

from services.referral.domain.people import MentorRecorded, TraineeRecorded
from services.referral.domain.profiles import MentorProfile, SchoolPeriod, TraineeProfile, merge_profiles
from services.referral.domain.referrals import ReferralAccepted, ReferralMade
from services.referral.main import EVENTS

pytestmark = pytest.mark.covers("R6")

A, B, C = "990001", "990002", "990003"
AUTUMN, CHRISTMAS, SPRING, SUMMER = date(2026, 9, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 7, 31)


def period(urn: str, starts_on: date | None = None, ends_on: date | None = None) -> SchoolPeriod:
    return SchoolPeriod(school_urn=urn, starts_on=starts_on, ends_on=ends_on)


def mentor(*periods: SchoolPeriod, **other: Any) -> MentorProfile:
    fields = {"school_urn": A, "subjects": ("physics",), "phases": ("secondary",), "capacity_hours": 3}
    return MentorProfile(**fields | {"role": "volunteer", "periods": periods} | other)


def trainee(**other: Any) -> TraineeProfile:
    return TraineeProfile(
        subject="physics",
        phase="secondary",
        training_route="provider_led_postgrad",
        course_starts_on=AUTUMN,
        course_ends_on=SUMMER,
        **other,
    )


@pytest.mark.parametrize(
    ("said", "main", "kept"),
    [
        ([period(A)], A, ()),
        ([period(B)], B, ()),
        ([period(B), period(A)], A, (period(B), period(A))),
        ([period(A, AUTUMN, CHRISTMAS), period(A, SPRING, SUMMER)], A, (period(A, AUTUMN, SUMMER),)),
        ([period(A, SPRING), period(A, None, CHRISTMAS)], A, ()),
        ([period(A, AUTUMN), period(A, SPRING, SUMMER)], A, (period(A, AUTUMN),)),
        ([period(A, AUTUMN, AUTUMN), period(B), period(A, SUMMER)], A, None),
        ([period(A, ends_on=date.max), period(A, AUTUMN)], A, ()),
    ],
)
def test_periods_at_one_school_are_joined_and_the_main_school_is_kept_if_it_has_a_period(
    said: list[SchoolPeriod], main: str, kept: tuple[SchoolPeriod, ...] | None
) -> None:
    after = mentor().at_schools(said)
    apart = (period(A, AUTUMN, AUTUMN), period(A, SUMMER), period(B))
    assert (after.school_urn, after.periods) == (main, apart if kept is None else kept)


def test_a_successor_takes_the_place_of_a_school_in_every_period() -> None:
    after = mentor(period(A), period(B, AUTUMN), period(C)).at_successors({B: C})
    assert after.periods == (period(A), period(C))
    assert mentor().at_successors({A: B}) == mentor(school_urn=B)
    assert mentor(period(A, AUTUMN), period(B)).at_successors({A: B}) == mentor(school_urn=B)


def test_a_mentor_is_of_a_school_until_the_last_day_there() -> None:
    profile = mentor(period(A, None, CHRISTMAS), period(B, SPRING))
    assert profile.schools_after(CHRISTMAS) == {A, B}
    assert profile.schools_after(SPRING) == {B}
    assert mentor().schools_after(SUMMER) == {A}


def test_a_merge_joins_the_profiles_of_both_records() -> None:
    merged = mentor(period(B, AUTUMN), school_urn=B, has_qts=False, situation=("returner",))
    both = merge_profiles(mentor(situation=("part_time",)), merged)
    assert both == mentor(period(A), period(B, AUTUMN), has_qts=False, situation=("part_time", "returner"))
    assert merge_profiles(mentor(has_qts=True), merged.model_copy(update={"periods": ()})) == mentor(
        has_qts=True, situation=("returner",)
    )
    left = merge_profiles(trainee(placements_left=1), trainee(placements_left=2, situation=("returner",)))
    assert left == trainee(placements_left=1, situation=("returner",))
    assert merge_profiles(trainee(), trainee(placements_left=2)) == trainee(placements_left=2)
    assert merge_profiles(trainee(), trainee(year_groups=("year_7",))) == trainee(year_groups=("year_7",))


_NAMED = '"person_id": "00000000-0000-0000-0000-000000000001", "reference": "s1", "given_name": "s2", '
_NAMED += '"family_name": "s3", "email": "s4", "happened_on": "2026-07-01"'
_ABOUT = (
    '"referral_id": "00000000-0000-0000-0000-000000000001", "programme_id": "00000000-0000-0000-0000-000000000002", '
)
_ABOUT += '"trainee_id": "00000000-0000-0000-0000-000000000003", "by": "tutor", "happened_on": "2026-07-01"'
STORED_BEFORE = {
    "referral.mentor_recorded": f'{{{_NAMED}, "profile": {{"school_urn": "990001", "subjects": ["physics"], '
    '"phases": ["secondary"], "capacity_hours": 3, "role": "volunteer", "trained_on": null}}',
    "referral.trainee_recorded": f'{{{_NAMED}, "profile": {{"subject": "physics", "phase": "secondary", '
    '"training_route": "provider_led_postgrad", "course_starts_on": "2026-09-01", "course_ends_on": "2027-06-25"}}',
    "referral.referral_made": f'{{{_ABOUT}, "purpose": "induction", "reasons": ["general_placement"]}}',
    "referral.referral_accepted": f"{{{_ABOUT}}}",
}
"""Bodies as the version before stored them."""


def test_events_that_were_stored_before_are_read_with_everything_new_unknown() -> None:
    read = {type_: EVENTS.decode(type_, 1, body) for type_, body in STORED_BEFORE.items()}
    match read["referral.mentor_recorded"], read["referral.trainee_recorded"]:
        case MentorRecorded(profile=old_mentor), TraineeRecorded(profile=old_trainee):
            assert (old_mentor.has_qts, old_mentor.situation, old_mentor.periods) == (None, (), ())
            assert (old_trainee.situation, old_trainee.placements_left) == ((), None)
        case _:
            raise AssertionError(read)
    match read["referral.referral_made"], read["referral.referral_accepted"]:
        case ReferralMade(priority=priority), ReferralAccepted() as accepted:
            assert priority == "usual"
            assert (accepted.priority, accepted.mentor_hours_per_week) == (None, None)
        case _:
            raise AssertionError(read)
