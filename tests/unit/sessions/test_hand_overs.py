"""What goes on to the next relationship: item by item, and only what both agreed to."""

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.hand_overs import (
    HAND_OVER,
    AgreeToItem,
    Commands,
    HandedOver,
    HandOver,
    HandOverProposal,
    HandOverRevoked,
    ItemAgreed,
    ItemProposed,
    ItemWithdrawn,
    NothingAgreed,
    PassedOnAlready,
    PassOn,
    ProposeItems,
    RevokeHandOver,
    WithdrawItem,
    item_id_of,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst, Relationship
from services.sessions.projections.hand_overs import HAND_OVER_ITEMS, HAND_OVERS, HandOverItemRow, HandOverRow
from services.sessions.publish import publish
from shared.events.practices import Practice
from shared.events.words import Side
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import NOW, given
from tests.unit.sessions.examples import (
    ERASED,
    MENTOR_ID,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TARGET_ID,
    TRAINEE_ID,
)
from tests.unit.sessions.programmes import RETURN
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S1", "S11")
NEXT = replace(RELATIONSHIP, relationship_id=OTHER_RELATIONSHIP_ID, mentor_id=STRANGER_ID)
FIELD, TARGET = item_id_of(RELATIONSHIP_ID, "found_again"), item_id_of(RELATIONSHIP_ID, TARGET_ID)


def proposing(
    by: Side = "trainee", to: Relationship = RELATIONSHIP, of: Programme = RETURN, **proposal: Any
) -> ProposeItems:
    return ProposeItems(
        relationship=to,
        programme=of,
        by=by,
        proposal=HandOverProposal(on=MONDAY, **proposal),
        known_targets=frozenset({TARGET_ID}),
    )


def agreeing(by: Side = "mentor", item_id: UUID = FIELD) -> AgreeToItem:
    return AgreeToItem(relationship=RELATIONSHIP, by=by, item_id=item_id, on=MONDAY)


def withdrawing(by: Side = "mentor", item_id: UUID = FIELD) -> WithdrawItem:
    return WithdrawItem(relationship=RELATIONSHIP, by=by, item_id=item_id, on=MONDAY)


def passing(to: Relationship = NEXT) -> PassOn:
    return PassOn(relationship=RELATIONSHIP, to=to, on=MONDAY)


def revoking(to: UUID = OTHER_RELATIONSHIP_ID) -> RevokeHandOver:
    return RevokeHandOver(relationship=RELATIONSHIP, to_relationship_id=to, on=MONDAY)


def item_proposed(by: Side = "trainee", words: str = "My voice") -> ItemProposed:
    sealed = f'{{"found_again": "{words}"}}'
    return ItemProposed(
        happened_on=MONDAY,
        relationship_id=RELATIONSHIP_ID,
        item_id=FIELD,
        by=by,
        mentor_id=MENTOR_ID,
        trainee_id=TRAINEE_ID,
        field="found_again",
        for_trainee=sealed,
    )


OF_TARGET = ItemProposed(
    happened_on=MONDAY,
    relationship_id=RELATIONSHIP_ID,
    item_id=TARGET,
    by="mentor",
    mentor_id=MENTOR_ID,
    trainee_id=TRAINEE_ID,
    target_id=TARGET_ID,
)
AGREED = ItemAgreed(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, item_id=FIELD, by="mentor")
WITHDRAWN = ItemWithdrawn(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, item_id=FIELD, by="mentor")
PASSED_ON = HandedOver(
    happened_on=MONDAY,
    relationship_id=RELATIONSHIP_ID,
    to_relationship_id=OTHER_RELATIONSHIP_ID,
    item_ids=(FIELD,),
)


def test_either_proposes_fields_of_the_form_and_targets() -> None:
    given(HAND_OVER).when(proposing(answers={"found_again": "My voice"})).then(item_proposed())
    given(HAND_OVER).when(proposing("mentor", target_ids=(TARGET_ID,))).then(OF_TARGET)
    given(HAND_OVER, OF_TARGET).when(proposing(target_ids=(TARGET_ID,))).then()


@pytest.mark.parametrize("by", ["mentor", "trainee"])
def test_the_words_are_sealed_for_the_mentee_alone_whoever_proposes_them(by: Side) -> None:
    (proposed,) = given(HAND_OVER).when(proposing(by, answers={"found_again": "My voice"})).events
    assert isinstance(proposed, ItemProposed)
    sealed_for = {name: owner for name, owner in personal_fields(ItemProposed).items() if getattr(proposed, name)}
    assert sealed_for == {"for_trainee": "trainee_id"}


def test_nothing_is_published() -> None:
    events = (item_proposed(), OF_TARGET, AGREED, WITHDRAWN, PASSED_ON)
    assert [publish(event) for event in events] == [None] * 5


@pytest.mark.parametrize(
    ("proposal", "pointer"),
    [
        ({"answers": {"lost": "x"}}, "/answers/lost"),
        ({"answers": {"found_again": 7}}, "/answers/found_again"),
        ({"target_ids": (TARGET_ID, STRANGER_ID)}, "/target_ids/1"),
    ],
)
def test_what_does_not_belong_here_is_refused(proposal: dict[str, Any], pointer: str) -> None:
    given(HAND_OVER).when(proposing(**proposal)).refused(Invalid, pointer=pointer)


def test_words_wait_for_the_agreement_and_stop_with_an_erasure() -> None:
    asked = replace(RELATIONSHIP, agreement_first=True)
    words: dict[str, Any] = {"answers": {"found_again": "x"}}
    given(HAND_OVER).when(proposing(to=asked, **words)).refused(AgreementFirst, pointer="/answers")
    given(HAND_OVER).when(proposing(to=ERASED, **words)).refused(Erased)
    given(HAND_OVER).when(proposing(of=Programme("Plain", Practice()))).refused(NotFound)


def test_the_other_agrees_or_takes_it_back() -> None:
    given(HAND_OVER, item_proposed()).when(agreeing()).then(AGREED)
    given(HAND_OVER, item_proposed(), AGREED).when(agreeing()).then()
    given(HAND_OVER, item_proposed()).when(withdrawing()).then(WITHDRAWN)
    given(HAND_OVER, item_proposed(), WITHDRAWN).when(agreeing()).refused(NotFound)


def test_what_is_worded_anew_has_to_be_agreed_to_anew() -> None:
    again = given(HAND_OVER, item_proposed(), AGREED, item_proposed("mentor", "My nerve"))
    assert again.state.agreed_by_both == ()
    again.when(passing()).refused(NothingAgreed)


def test_exactly_what_both_agreed_to_is_passed_on() -> None:
    both = given(HAND_OVER, item_proposed(), AGREED, OF_TARGET)
    both.when(passing()).then(PASSED_ON)
    given(HAND_OVER, item_proposed(), AGREED, PASSED_ON).when(passing()).then()


@pytest.mark.parametrize("to", [RELATIONSHIP, replace(NEXT, trainee_id=STRANGER_ID)])
def test_it_goes_to_another_relationship_of_the_same_mentee(to: Relationship) -> None:
    given(HAND_OVER, item_proposed(), AGREED).when(passing(to)).refused(Invalid, pointer="/to_relationship_id")


def test_what_was_passed_on_stays_as_it_was() -> None:
    done = given(HAND_OVER, item_proposed(), AGREED, PASSED_ON)
    done.when(withdrawing()).refused(PassedOnAlready)
    done.when(proposing(answers={"found_again": "x"})).refused(PassedOnAlready)


REVOKED = HandOverRevoked(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, to_relationship_id=OTHER_RELATIONSHIP_ID)


def test_what_was_passed_on_by_mistake_is_taken_back_and_can_be_changed_then() -> None:
    given(HAND_OVER, item_proposed(), AGREED, PASSED_ON).when(revoking()).then(REVOKED)
    given(HAND_OVER, item_proposed(), AGREED, PASSED_ON, REVOKED).when(revoking()).then()
    given(HAND_OVER, item_proposed(), AGREED, PASSED_ON, REVOKED).when(withdrawing()).then(WITHDRAWN)
    given(HAND_OVER, item_proposed(), AGREED, PASSED_ON, REVOKED).when(passing()).then(
        PASSED_ON.model_copy(update={"item_ids": (FIELD,)})
    )
    assert rows(HAND_OVERS, PASSED_ON, REVOKED) == [None]


def test_the_same_items_are_passed_on_to_a_second_relationship_too() -> None:
    third = replace(NEXT, relationship_id=UUID(int=99))
    (event,) = given(HAND_OVER, item_proposed(), AGREED, PASSED_ON).when(passing(third)).events
    assert isinstance(event, HandedOver)
    after = given(HAND_OVER, item_proposed(), AGREED, PASSED_ON, event, REVOKED)
    after.when(withdrawing()).refused(PassedOnAlready)


def test_rows_have_the_items_that_are_left_and_where_they_went() -> None:
    row = HandOverItemRow(
        relationship_id=RELATIONSHIP_ID,
        item_id=FIELD,
        proposed_by="trainee",
        proposed_on=MONDAY,
        field="found_again",
        for_trainee=item_proposed().for_trainee,
        agreed_by=("trainee", "mentor"),
    )
    assert rows(HAND_OVER_ITEMS, item_proposed(), AGREED) == [row]
    assert rows(HAND_OVER_ITEMS, item_proposed(), WITHDRAWN) == [None]
    assert rows(HAND_OVERS, PASSED_ON) == [HandOverRow(OTHER_RELATIONSHIP_ID, RELATIONSHIP_ID, (f"{FIELD}",), MONDAY)]


@dataclass
class Envelope:
    """A hand-over on paper: slips with the names of who wants them in, and the slips that were sent."""

    slips: dict[UUID, set[Side]] = field(default_factory=dict)
    sent: set[UUID] = field(default_factory=set)


class HandingOver(RuleBasedStateMachine):
    """Two people fill an envelope, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.paper = Envelope()
        self.hand_over: HandOver = HAND_OVER.initial()

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = HAND_OVER.decide(command, self.hand_over, NOW)
        except DomainError:
            return False
        self.hand_over = reduce(HAND_OVER.evolve, events, self.hand_over)
        return True

    @rule(by=st.sampled_from(("mentor", "trainee")))
    def propose_words(self, by: Side) -> None:
        free = FIELD not in self.paper.sent
        assert self.do(proposing(by, answers={"found_again": "x"})) == free
        if free:
            self.paper.slips[FIELD] = {by}

    @rule(by=st.sampled_from(("mentor", "trainee")))
    def propose_a_target(self, by: Side) -> None:
        assert self.do(proposing(by, target_ids=(TARGET_ID,)))
        self.paper.slips.setdefault(TARGET, {by})

    @rule(by=st.sampled_from(("mentor", "trainee")), item=st.sampled_from((FIELD, TARGET)))
    def agree(self, by: Side, item: UUID) -> None:
        assert self.do(agreeing(by, item)) == (item in self.paper.slips)
        if item in self.paper.slips:
            self.paper.slips[item].add(by)

    @rule(by=st.sampled_from(("mentor", "trainee")), item=st.sampled_from((FIELD, TARGET)))
    def withdraw(self, by: Side, item: UUID) -> None:
        there = item in self.paper.slips and item not in self.paper.sent
        assert self.do(withdrawing(by, item)) == there
        if there:
            del self.paper.slips[item]

    @rule()
    def send(self) -> None:
        ready = {item for item, names in self.paper.slips.items() if len(names) == 2}
        assert self.do(passing()) == bool(ready)
        self.paper.sent |= ready

    @rule()
    def ask_for_the_slips_back(self) -> None:
        assert self.do(revoking())
        self.paper.sent.clear()

    @invariant()
    def both_say_the_same(self) -> None:
        assert {item: {*names} for item, names in self.hand_over.agreed.items()} == self.paper.slips
        assert self.hand_over.passed_on == self.paper.sent


TestHandingOver = HandingOver.TestCase


def test_ids_of_items_are_of_their_relationship() -> None:
    assert uuid5(RELATIONSHIP_ID, "hand-over found_again") == FIELD
    assert item_id_of(OTHER_RELATIONSHIP_ID, "found_again") != FIELD
