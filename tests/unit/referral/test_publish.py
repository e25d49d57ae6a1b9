"""What of referral's events becomes public, and what never does."""

import os
from base64 import b64encode
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from services.referral import publish as publishing
from services.referral.domain.imports import Effect, ImportConfirmed
from services.referral.domain.people import MentorRecorded, PersonErased, TraineeRecorded
from services.referral.domain.profiles import MentorProfile, TraineeProfile
from services.referral.domain.referrals import ReferralCountersigned
from services.referral.domain.schools import RegisterRow, SchoolRecorded
from services.referral.main import EVENTS
from shared.events import referral as public
from shared.events.people import PersonNamed
from shared.kernel.postgres.personal import ERASED, Keyring
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.records import Cause, RecordedEvent

JULY = date(2026, 7, 1)
ONE = UUID(int=1)
NAMES = {
    "reference": "M-001",
    "given_name": "Amina",
    "family_name": "Farooq",
    "email": "amina@schools.example.org",
    "trn": "9910007",
}
MENTOR = MentorRecorded(
    happened_on=JULY,
    person_id=ONE,
    profile=MentorProfile(
        school_urn="990001",
        subjects=("physics",),
        phases=("secondary",),
        capacity_hours=1.5,
        role="volunteer",
        trained_on=JULY,
    ),
    **NAMES,
)
TRAINEE = TraineeRecorded(
    happened_on=JULY,
    person_id=ONE,
    profile=TraineeProfile(
        subject="physics",
        phase="secondary",
        training_route="provider_led_postgrad",
        course_starts_on=date(2026, 9, 1),
        course_ends_on=date(2027, 6, 25),
        home_easting=429500,
        home_northing=434500,
        travel_mode="bicycle",
        travel_limit_minutes=40,
    ),
    **NAMES,
)


@pytest.mark.covers("R3", "R8")
@pytest.mark.parametrize("event", [MENTOR, TRAINEE])
def test_a_person_becomes_public_without_a_name(event: BaseModel) -> None:
    told = publishing.publish(event)
    assert isinstance(told, public.MentorRecorded | public.TraineeRecorded)
    said = told.model_dump_json()
    assert str(ONE) in said
    assert not any(word in said for word in NAMES.values())


@pytest.mark.covers("R1")
def test_a_school_becomes_public_with_what_matching_needs() -> None:
    row = RegisterRow(
        name="Kirkside High", status="open", phases=("secondary",), la_code="383", easting=427600, northing=436200
    )
    assert publishing.publish(SchoolRecorded(happened_on=JULY, urn="990001", row=row)) == public.SchoolRecorded(
        happened_on=JULY,
        urn="990001",
        name="Kirkside High",
        phases=("secondary",),
        la_code="383",
        easting=427600,
        northing=436200,
    )


@pytest.mark.covers("R8")
def test_an_erasure_becomes_public() -> None:
    told = publishing.publish(PersonErased(happened_on=JULY, person_id=ONE))
    assert told == public.PersonErased(happened_on=JULY, person_id=ONE)


@pytest.mark.covers("R3", "R4")
def test_countersignatures_and_confirmations_of_files_are_not_published() -> None:
    signed = ReferralCountersigned(happened_on=JULY, referral_id=ONE, programme_id=ONE, trainee_id=ONE, by="someone")
    assert publishing.publish(signed) is None
    assert publishing.publish(ImportConfirmed(happened_on=JULY, import_id=ONE, kind="offers", effect=Effect())) is None


class OpenedFor(Keyring):
    """A keyring that opens what it was given, and finds every other text erased."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__(b64encode(os.urandom(32)).decode())
        self.texts = texts

    async def open(self, connection: Any, tenant: str, values: Any) -> dict[str, str]:
        return {value: self.texts.get(value, ERASED) for value in values if value is not None}


class NoDatabase:
    """A connection on which only the tenants are named."""

    async def execute(self, query: str, *_: object) -> None:
        assert "alongside.tenants" in query


def within(keyring: Keyring) -> PostgresTransaction:
    return PostgresTransaction(NoDatabase(), keyring)  # type: ignore[arg-type]  # all that it needs


def make_stored_event(event: BaseModel) -> RecordedEvent[str]:
    return RecordedEvent(
        position=1,
        id=uuid4(),
        tenant="north-star",
        stream=f"person-{ONE}",
        version=1,
        type=str(type(event).__dict__["type"]),
        schema_version=1,
        body=event.model_dump_json(),
        happened_on=JULY,
        recorded_at=datetime(2026, 7, 1, tzinfo=UTC),
        cause=Cause("someone", uuid4()),
    )


SEALED = MENTOR.model_copy(update={name: f"sealed-{name}" for name in NAMES})
SCHOOL = SchoolRecorded(
    happened_on=JULY, urn="990001", row=RegisterRow(name="Kirkside High", status="open", phases=("secondary",))
)


@pytest.mark.covers("R8")
async def test_the_topic_of_people_has_names_opened_and_an_empty_value_for_whoever_is_erased() -> None:
    opened = OpenedFor({f"sealed-{name}": text for name, text in NAMES.items()})
    events = [SEALED, SCHOOL, PersonErased(happened_on=JULY, person_id=ONE)]
    told = await publishing.publish_names(within(opened), [make_stored_event(event) for event in events])
    assert told == [
        PersonNamed(
            happened_on=JULY,
            person_id=ONE,
            given_name="Amina",
            family_name="Farooq",
            email="amina@schools.example.org",
        ),
        None,
        public.PersonErased(happened_on=JULY, person_id=ONE),
    ]


@pytest.mark.covers("R8")
async def test_a_name_whose_key_is_destroyed_empties_the_key_whenever_it_is_published_again() -> None:
    told = await publishing.publish_names(within(OpenedFor({})), [make_stored_event(SEALED)])
    assert told == [public.PersonErased(happened_on=JULY, person_id=ONE)]


@pytest.mark.covers("R4", "R8")
def test_every_event_of_the_service_can_be_published() -> None:
    assert {"referral.person_erased", "referral.import_confirmed", "referral.offer_recorded"} <= set(EVENTS.classes)
