"""Two records of one person become one."""

from uuid import UUID

import pytest

from services.sessions.domain.merges import MERGE, MergeRecord, RecordMerged
from services.sessions.domain.relationships import RELATIONSHIP as DECIDER
from services.sessions.domain.relationships import RehomeRelationship, RelationshipRehomed
from tests.support.given import given
from tests.unit.sessions.examples import MENTOR_ID, MONDAY, OPENED, RELATIONSHIP_ID, STRANGER_ID, TRAINEE_ID

pytestmark = pytest.mark.covers("R7")


def merge_into(kept_id: UUID) -> MergeRecord:
    return MergeRecord(merged_id=MENTOR_ID, kept_id=kept_id, on=MONDAY)


def record_merged_into(kept_id: UUID) -> RecordMerged:
    return RecordMerged(happened_on=MONDAY, merged_id=MENTOR_ID, kept_id=kept_id)


def test_a_record_is_merged_into_another_once() -> None:
    given(MERGE).when(merge_into(STRANGER_ID)).then(record_merged_into(STRANGER_ID))
    given(MERGE, record_merged_into(STRANGER_ID)).when(merge_into(STRANGER_ID)).then()


def test_the_last_record_of_a_chain_of_merges_stands_for_the_first() -> None:
    last = UUID("00000000-0000-4000-8000-0000000000bb")
    given(MERGE, record_merged_into(STRANGER_ID)).when(merge_into(last)).then(record_merged_into(last))


def test_a_relationship_continues_with_the_record_that_was_kept() -> None:
    rehome = RehomeRelationship(trainee_id=TRAINEE_ID, mentor_id=STRANGER_ID, on=MONDAY)
    rehomed = RelationshipRehomed(
        happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, trainee_id=TRAINEE_ID, mentor_id=STRANGER_ID
    )
    given(DECIDER, OPENED).when(rehome).then(rehomed)
    given(DECIDER, OPENED, rehomed).when(rehome).then()
    given(DECIDER).when(rehome).then()
