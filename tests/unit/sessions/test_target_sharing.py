"""With whom a target is shared, and who acknowledges it."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.sessions.domain.target_sharing import (
    AcknowledgeTarget,
    RevokeTargetShare,
    SharedWith,
    ShareTarget,
    TargetAcknowledged,
    TargetReceipt,
    TargetShare,
    TargetShared,
    TargetShareRevoked,
)
from services.sessions.domain.target_states import TargetAudience
from services.sessions.domain.targets import TARGET
from services.sessions.policy import audiences_of_target, shared_target_readers
from shared.events.practices import PracticeRole, TargetRules
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotAllowed
from shared.kernel.principal import Principal
from tests.support.given import given
from tests.unit.sessions.example_events import SET
from tests.unit.sessions.examples import (
    ERASED,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TARGET_ID,
    TRAINEE_ID,
)

RULES = TargetRules(shared_with=("leader", "parent"))
ROLES = (
    PracticeRole(id="leader", title="Year leader", held_by="school_lead"),
    PracticeRole(id="parent", title="Parent or carer"),
)
SOMEBODY: Mapping[str, object] = {"person_id": STRANGER_ID}
LEADER, PARENT = {"role": "leader"}, {"role": "parent"}
NAMES = {"target_id": TARGET_ID, "relationship_id": RELATIONSHIP_ID, "trainee_id": TRAINEE_ID, "happened_on": MONDAY}


def sharing(to: Mapping[str, object], by: Side = "trainee", **fields: object) -> ShareTarget:
    share = TargetShare(to=SharedWith.model_validate(to), on=MONDAY)
    command = ShareTarget(relationship=RELATIONSHIP, rules=RULES, roles=ROLES, target_id=TARGET_ID, by=by, share=share)
    return command.model_copy(update=fields)


def revoking(to: Mapping[str, object], by: Side = "trainee") -> RevokeTargetShare:
    share = TargetShare(to=SharedWith.model_validate(to), on=MONDAY)
    return RevokeTargetShare(relationship=RELATIONSHIP, target_id=TARGET_ID, by=by, share=share)


def acknowledging(
    person_id: UUID | None = STRANGER_ID,
    by: Side | None = None,
    role: str | None = None,
    through: Mapping[str, object] | None = None,
) -> AcknowledgeTarget:
    return AcknowledgeTarget(
        relationship=RELATIONSHIP,
        roles=ROLES,
        target_id=TARGET_ID,
        person_id=person_id,
        by=by,
        through=(TargetAudience.model_validate(through),) if through else (),
        receipt=TargetReceipt(on=MONDAY, role=role),
    )


def target_shared(to: Mapping[str, object], by: Side = "trainee", version: int = 2) -> TargetShared:
    return TargetShared.model_validate({**NAMES, "by": by, "to": to, "version_number": version})


def target_acknowledged(to: Mapping[str, object], person_id: UUID | None, by: Side | None = None) -> TargetAcknowledged:
    return TargetAcknowledged.model_validate({**NAMES, "by": by, "to": to, "person_id": person_id, "version_number": 3})


def share_revoked(to: Mapping[str, object]) -> TargetShareRevoked:
    return TargetShareRevoked.model_validate({**NAMES, "by": "trainee", "to": to, "version_number": 4})


@pytest.mark.covers("S3")
def test_the_mentee_shares_a_target_with_a_person_and_either_with_a_role_of_the_programme() -> None:
    given(TARGET, SET).when(sharing(SOMEBODY)).then(target_shared(SOMEBODY))
    given(TARGET, SET).when(sharing(PARENT, "mentor")).then(target_shared(PARENT, "mentor"))
    given(TARGET, SET, target_shared(PARENT)).when(sharing(PARENT, "mentor")).then()


def test_the_mentor_chooses_no_person_and_nobody_a_role_that_the_programme_does_not_name() -> None:
    given(TARGET, SET).when(sharing(SOMEBODY, "mentor")).refused(NotAllowed)
    refusal = given(TARGET, SET).when(sharing({"role": "priest"})).refused(Invalid, pointer="/to/role")
    assert refusal.detail == "In this programme choose one of: leader (Year leader), parent (Parent or carer)."
    given(TARGET, SET).when(sharing(PARENT, rules=TargetRules())).refused(Invalid, pointer="/to/role")
    given(TARGET, SET).when(sharing({"person_id": MENTOR_ID})).refused(Invalid, pointer="/to/person_id")


def test_of_somebody_who_was_erased_nothing_is_shared() -> None:
    assert given(TARGET, SET).when(sharing(SOMEBODY, relationship=ERASED)).refusal is not None


def test_one_audience_is_named() -> None:
    for wrong in ({}, {**SOMEBODY, **PARENT}):
        with pytest.raises(ValidationError):
            SharedWith.model_validate(wrong)


@pytest.mark.covers("S3")
def test_a_share_is_taken_back_and_with_it_who_acknowledged_it() -> None:
    gone = share_revoked(SOMEBODY)
    seen = (target_shared(SOMEBODY), target_acknowledged(SOMEBODY, STRANGER_ID))
    given(TARGET, SET, *seen).when(revoking(SOMEBODY)).then(gone)
    given(TARGET, SET).when(revoking(SOMEBODY)).then()
    given(TARGET, SET, *seen).when(revoking(SOMEBODY, "mentor")).refused(NotAllowed)
    assert given(TARGET, SET, *seen, gone).when(sharing(SOMEBODY)).events != ()


@pytest.mark.covers("S3")
def test_whoever_it_is_shared_with_acknowledges_it_once() -> None:
    given(TARGET, SET, target_shared(SOMEBODY)).when(acknowledging(through=SOMEBODY)).then(
        target_acknowledged(SOMEBODY, STRANGER_ID)
    )
    seen = target_acknowledged(SOMEBODY, STRANGER_ID)
    given(TARGET, SET, target_shared(SOMEBODY), seen).when(acknowledging(through=SOMEBODY)).then()
    given(TARGET, SET, target_shared(SOMEBODY)).when(acknowledging(role="parent", through=SOMEBODY)).refused(
        Invalid, pointer="/role"
    )


@pytest.mark.covers("S3")
def test_one_of_the_two_says_that_somebody_without_an_account_acknowledged_it() -> None:
    for_parent = acknowledging(None, "mentor", "parent")
    given(TARGET, SET, target_shared(PARENT)).when(for_parent).then(target_acknowledged(PARENT, None, "mentor"))
    given(TARGET, SET, target_shared(PARENT), target_acknowledged(PARENT, None, "mentor")).when(for_parent).then()
    given(TARGET, SET).when(for_parent).refused(Invalid, pointer="/role")
    given(TARGET, SET, target_shared(LEADER)).when(acknowledging(None, "mentor", "leader")).refused(
        Invalid, pointer="/role"
    )
    given(TARGET, SET, target_shared(PARENT)).when(acknowledging(None, "mentor")).refused(Invalid, pointer="/role")


@pytest.mark.covers("S3", "P14")
def test_a_role_is_had_by_the_account_that_the_programme_names() -> None:
    lead = Principal(
        subject=f"{STRANGER_ID}", tenant="a", roles=frozenset({"school_lead"}), schools=frozenset({"900001"})
    )
    elsewhere = Principal(subject=f"{STRANGER_ID}", tenant="a", roles=frozenset({"school_lead"}), schools=frozenset())
    assert shared_target_readers(lead, RELATIONSHIP, ROLES, frozenset()) == {"leader"}
    assert shared_target_readers(elsewhere, RELATIONSHIP, ROLES, frozenset()) == frozenset()
    to = [TargetAudience.model_validate(each) for each in (SOMEBODY, LEADER, PARENT)]
    assert audiences_of_target(to, {STRANGER_ID}, {"leader"}) == tuple(to[:2])
    assert audiences_of_target(to, set(), set()) == ()
