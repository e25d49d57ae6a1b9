"""`sessions.relationship_opened` went from hours to minutes: new readers read the old version, old readers the new."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.domain.relationships import RelationshipOpened as PrivateRelationshipOpened
from services.sessions.publish import publish
from shared.events import PUBLISHED, Envelope, Undecodable
from shared.events.schema import schema_of
from shared.events.sessions import RelationshipOpened
from tests.support import earlier_versions as earlier
from tools.reference.sources import committed

TYPE = "sessions.relationship_opened"
GOLDEN = Path(__file__).parent / "golden"
PAIR = UUID("f20fd320-2ed0-54c4-bb9d-87f8ac9a9edf")


def golden(version: int) -> tuple[Envelope, str]:
    """The example of a version: envelope and body."""
    held: dict[str, Any] = json.loads((GOLDEN / f"{TYPE}.v{version}.json").read_text("utf-8"))
    headers = ((name, value.encode()) for name, value in held["headers"].items())
    return Envelope.from_headers(headers), json.dumps(held["body"])


def private_event(hours: float) -> PrivateRelationshipOpened:
    """Return the private event that opens a relationship with a mentor of so many hours a week."""
    return PrivateRelationshipOpened(
        happened_on=date(2026, 6, 12),
        relationship_id=PAIR,
        programme_id=PAIR,
        trainee_id=PAIR,
        mentor_id=PAIR,
        school_urn="100001",
        starts_on=date(2026, 9, 14),
        ends_on=date(2026, 12, 18),
        meetings_per_week=1,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
        mentor_hours_per_week=hours,
    )


def test_the_earlier_class_is_the_one_whose_schema_was_promised() -> None:
    promised = {**committed()[TYPE, 1], "description": None}

    assert {**schema_of(earlier.RelationshipOpened), "description": None} == promised


def test_a_new_reader_reads_the_old_version_in_minutes() -> None:
    envelope, body = golden(1)

    event = PUBLISHED.decode(envelope.type, envelope.version, body, envelope.readable_as)

    assert isinstance(event, RelationshipOpened)
    assert event.mentor_minutes_per_week == 90


def test_an_old_reader_reads_the_new_version_in_hours() -> None:
    envelope, body = golden(2)

    event = earlier.KNOWN.decode(envelope.type, envelope.version, body, envelope.readable_as)

    assert isinstance(event, earlier.RelationshipOpened)
    assert event.mentor_hours_per_week == 1.1


def test_an_old_reader_does_not_read_a_newer_version_that_is_silent_about_it() -> None:
    envelope, body = golden(2)

    with pytest.raises(Undecodable, match="version 2 is newer than 1, the newest known here"):
        earlier.KNOWN.decode(envelope.type, envelope.version, body)


@given(hours=st.floats(0.01, 40))
def test_an_old_event_reads_the_same_however_it_comes_upcast_or_published_again(hours: float) -> None:
    event = private_event(hours)
    published = earlier.publish(event)
    assert isinstance(published, earlier.RelationshipOpened)

    upcast = PUBLISHED.decode(TYPE, 1, published.model_dump_json())

    assert upcast == publish(event)


def test_a_new_version_that_an_old_reader_stored_reads_the_same() -> None:
    _, body = golden(2)

    assert PUBLISHED.decode(TYPE, 1, body) == PUBLISHED.decode(TYPE, 2, body)


@given(minutes=st.integers(0, 2400))
def test_minutes_that_an_old_reader_took_as_hours_come_back_as_the_same_minutes(minutes: int) -> None:
    published = publish(private_event(minutes / 60))
    assert isinstance(published, RelationshipOpened)
    taken = earlier.KNOWN.decode(TYPE, 2, published.model_dump_json(), published.readable_as)

    later = PUBLISHED.decode(TYPE, 1, taken.model_dump_json())

    assert later == published
    assert published.mentor_minutes_per_week == minutes
