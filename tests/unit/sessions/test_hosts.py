"""Schools as hosts, and relationships that go on at a successor."""

from datetime import date
from uuid import UUID

import pytest

from services.sessions.domain.hosts import HOST, HostFollowed, HostRelationship, RelationshipHosted, SetSuccessor
from services.sessions.domain.relationships import RELATIONSHIP, MoveRelationship, RelationshipMoved
from tests.support.given import given
from tests.unit.sessions.examples import OPENED

pytestmark = pytest.mark.covers("R2")

DAY = date(2026, 9, 1)
PAIR = UUID("00000000-0000-4000-8000-0000000000aa")
HOSTED = RelationshipHosted(happened_on=DAY, urn="990001", relationship_id=PAIR)
FOLLOWED = HostFollowed(happened_on=DAY, urn="990001", successor_urn="990002")


def test_a_school_hosts_a_relationship_once() -> None:
    take = HostRelationship(urn="990001", relationship_id=PAIR, on=DAY)
    given(HOST).when(take).then(HOSTED)
    given(HOST, HOSTED).when(take).then()


def test_a_school_is_followed_once_and_may_not_have_been_after_all() -> None:
    follow = SetSuccessor(urn="990001", successor_urn="990002", on=DAY)
    given(HOST).when(follow).then(FOLLOWED)
    given(HOST, FOLLOWED).when(follow).then()
    given(HOST, FOLLOWED).when(SetSuccessor(urn="990001", successor_urn=None, on=DAY)).then(
        HostFollowed(happened_on=DAY, urn="990001", successor_urn=None)
    )


def test_a_relationship_moves_to_another_school_once() -> None:
    moved = RelationshipMoved(happened_on=DAY, relationship_id=OPENED.relationship_id, school_urn="990002")
    given(RELATIONSHIP, OPENED).when(MoveRelationship(school_urn="990002", on=DAY)).then(moved)
    given(RELATIONSHIP, OPENED, moved).when(MoveRelationship(school_urn="990002", on=DAY)).then()
    given(RELATIONSHIP).when(MoveRelationship(school_urn="990002", on=DAY)).then()
