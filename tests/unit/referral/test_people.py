"""People: who they are, what they can give or need, and that they can be forgotten."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.referral.domain.people import (
    PERSON,
    Erase,
    Erased,
    MenteeRecorded,
    MentorRecorded,
    Merge,
    Merged,
    PeopleMerged,
    PersonErased,
    RecordPerson,
    RegistrationUndone,
    TraineeRecorded,
    UndoRegistration,
    person_id,
)
from services.referral.domain.profiles import (
    HOME_GRID,
    Identity,
    MenteeProfile,
    MentorProfile,
    Profile,
    TraineeProfile,
    near_home,
)
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given

pytestmark = pytest.mark.covers("R3", "R6", "R8")

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
WHO = UUID("00000000-0000-4000-8000-000000000001")
OTHER = UUID("00000000-0000-4000-8000-000000000002")
AMINA = Identity(reference="M-001", given_name="Amina", family_name="Farooq", email="amina@schools.example.org")
SEALED = Identity(reference="sealed-1", given_name="sealed-2", family_name="sealed-3", email="sealed-4")
MENTOR = MentorProfile(
    school_urn="990001", subjects=("physics",), phases=("secondary",), capacity_hours=1.5, role="volunteer"
)
TRAINEE = TraineeProfile(
    subject="physics",
    phase="secondary",
    training_route="provider_led_postgrad",
    course_starts_on=date(2026, 9, 1),
    course_ends_on=date(2027, 6, 25),
    home_easting=429500,
    home_northing=434500,
    travel_mode="bicycle",
    travel_limit_minutes=40,
)


def record(
    identity: Identity = AMINA,
    on_record: Identity | None = None,
    profile: Profile = MENTOR,
    on: date = AUGUST,
) -> RecordPerson:
    return RecordPerson(person_id=WHO, identity=identity, on_record=on_record, profile=profile, on=on)


def mentor(identity: Identity = AMINA, profile: MentorProfile = MENTOR, on: date = AUGUST) -> MentorRecorded:
    return MentorRecorded(happened_on=on, person_id=WHO, profile=profile, **identity.model_dump())


ON_RECORD = mentor(SEALED, on=JULY)
ERASED = PersonErased(happened_on=JULY, person_id=WHO)


def test_a_mentor_is_recorded() -> None:
    given(PERSON).when(record()).then(mentor())


def test_a_trainee_is_recorded() -> None:
    given(PERSON).when(record(profile=TRAINEE)).then(
        TraineeRecorded(happened_on=AUGUST, person_id=WHO, profile=TRAINEE, **AMINA.model_dump())
    )


def test_recording_an_unchanged_person_emits_no_event_although_the_record_is_sealed() -> None:
    given(PERSON, ON_RECORD).when(record(on_record=AMINA)).then()


def test_another_name_is_a_change() -> None:
    married = AMINA.model_copy(update={"family_name": "Farooq-Notifier"})
    given(PERSON, ON_RECORD).when(record(married, on_record=AMINA)).then(mentor(married))


def test_another_profile_is_a_change() -> None:
    more = MENTOR.model_copy(update={"capacity_hours": 3.0})
    given(PERSON, ON_RECORD).when(record(on_record=AMINA, profile=more)).then(mentor(profile=more))


def test_a_person_is_erased_once() -> None:
    given(PERSON, ON_RECORD).when(Erase(on=AUGUST)).then(PersonErased(happened_on=AUGUST, person_id=WHO))
    given(PERSON, ON_RECORD, ERASED).when(Erase(on=AUGUST)).then()


def test_nobody_unknown_is_erased() -> None:
    given(PERSON).when(Erase(on=AUGUST)).refused(NotFound)


def test_a_person_who_was_erased_is_not_recorded_again() -> None:
    given(PERSON, ON_RECORD, ERASED).when(record()).refused(Erased)


@pytest.mark.covers("R7")
def test_a_merged_record_names_the_kept_record() -> None:
    merged = PeopleMerged(happened_on=AUGUST, person_id=WHO, into=OTHER, kind="mentor", by="lead")
    given(PERSON, ON_RECORD).when(Merge(into=OTHER, by="lead", on=AUGUST)).then(merged)
    refused = given(PERSON, ON_RECORD, merged).when(record()).refused(Merged)
    assert refused.members == {"kept_id": str(OTHER)}


@pytest.mark.covers("R7")
def test_a_record_is_not_merged_with_itself() -> None:
    given(PERSON, ON_RECORD).when(Merge(into=WHO, by="lead", on=AUGUST)).refused(Invalid, pointer="/into")


@pytest.mark.covers("R7")
def test_somebody_whose_registration_was_undone_can_be_registered_again() -> None:
    undone = RegistrationUndone(happened_on=AUGUST, person_id=WHO, by="lead")
    given(PERSON, ON_RECORD).when(UndoRegistration(by="lead", on=AUGUST)).then(undone)
    given(PERSON, ON_RECORD, undone).when(record(on_record=AMINA)).then(mentor())


def test_a_mentee_is_recorded() -> None:
    profile = MenteeProfile(kind="pupil", school_urn="990001", year_group="year_8")
    given(PERSON).when(record(profile=profile)).then(
        MenteeRecorded(happened_on=AUGUST, person_id=WHO, profile=profile, **AMINA.model_dump())
    )


@pytest.mark.parametrize("event", [MentorRecorded, TraineeRecorded, MenteeRecorded])
def test_every_word_of_an_identity_is_sealed_with_the_persons_key(event: type[MentorRecorded]) -> None:
    assert personal_fields(event) == dict.fromkeys(Identity.model_fields, "person_id")


def test_the_repr_of_a_person_shows_no_name() -> None:
    for shown in (AMINA, record(), mentor()):
        assert "Amina" not in repr(shown)
        assert "example.org" not in repr(shown)


@given_any(st.text(max_size=50), st.text("abcdef-", min_size=1, max_size=20))
def test_a_reference_means_the_same_person_whatever_its_case_in_one_partnership_only(text: str, tenant: str) -> None:
    assert person_id(tenant, "mentor", text) == person_id(tenant, "mentor", text.casefold())
    assert person_id(tenant, "mentor", text) != person_id(tenant, "trainee", text)
    assert person_id(tenant, "mentor", text) != person_id(f"{tenant}x", "mentor", text)


@given_any(st.integers(1, 1_300_000))
def test_a_home_is_kept_at_the_nearest_point_of_the_grid(metres: int) -> None:
    assert near_home(metres) % HOME_GRID == 0
    assert abs(near_home(metres) - metres) <= HOME_GRID / 2
