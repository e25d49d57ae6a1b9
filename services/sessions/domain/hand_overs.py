"""What a mentee takes along to the next placement or school: exactly the items that both agreed to pass on.

Source: product.md S1 ("handed over with what both agree to pass on"); NCSL (good hand-over between many adults);
domain.md (f) 15. An item is a field of the programme's hand-over form, or a target. Either proposes it, the other
agrees to it or not, and the mentee passes on what both agreed to. What was passed on stays as it was, until the mentee
revokes it: the next mentor does not see it any more.

The words of an item are the mentee's, whoever wrote them: they are about the mentee, and go where the mentee passes
them on. So they are sealed for the mentee alone, and nobody reads them once the mentee is erased (decision 32).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.forms import SIDES, FormAnswer, check_answers, write_answers
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value


class HandOverProposal(Value):
    """Items to pass on: answers to the programme's hand-over form by field, and targets of the relationship by id."""

    on: StepDay
    answers: Mapping[str, FormAnswer | None] = {}
    target_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()


class HandOverStep(Value):
    """The day on which somebody agrees to an item, or takes it back."""

    on: StepDay


class PassingOn(Value):
    """The mentee's relationship to which everything that both agreed to is passed on."""

    on: StepDay
    to_relationship_id: UUID


class HandOverEvent(Event):
    """The field that all events of a hand-over share."""

    relationship_id: UUID


class ItemProposed(HandOverEvent):
    """One of the two proposed to pass an item on, or worded it anew: the other has to agree to it as it is now.

    `for_mentor` is in events of before, which had a copy for the mentor too. Nothing reads it.
    """

    type: ClassVar[str] = "sessions.hand_over_item_proposed"

    item_id: UUID
    by: Side
    mentor_id: UUID
    trainee_id: UUID
    field: str | None = None
    target_id: UUID | None = None
    for_mentor: Annotated[str | None, Personal("mentor_id")] = None
    for_trainee: Annotated[str | None, Personal("trainee_id")] = None


class ItemAgreed(HandOverEvent):
    """The other of the two agreed that the item is passed on."""

    type: ClassVar[str] = "sessions.hand_over_item_agreed"

    item_id: UUID
    by: Side


class ItemWithdrawn(HandOverEvent):
    """One of the two does not want the item to be passed on."""

    type: ClassVar[str] = "sessions.hand_over_item_withdrawn"

    item_id: UUID
    by: Side


class HandedOver(HandOverEvent):
    """The mentee passed on these items to another of their relationships."""

    type: ClassVar[str] = "sessions.handed_over"

    to_relationship_id: UUID
    item_ids: tuple[UUID, ...]


class HandOverRevoked(HandOverEvent):
    """The mentee took back what they had passed on to another of their relationships."""

    type: ClassVar[str] = "sessions.hand_over_revoked"

    to_relationship_id: UUID


class ProposeItems(Command):
    """Propose items; `by` is the side that proposes them, `known_targets` those of the proposal that are theirs."""

    relationship: Relationship
    programme: Programme
    by: Side
    proposal: HandOverProposal
    known_targets: frozenset[UUID]


class AgreeToItem(Command):
    """Agree that an item is passed on."""

    relationship: Relationship
    by: Side
    item_id: UUID
    on: date


class WithdrawItem(Command):
    """Take an item back."""

    relationship: Relationship
    by: Side
    item_id: UUID
    on: date


class PassOn(Command):
    """Pass on what both agreed to; `to` is a later relationship of the mentee."""

    relationship: Relationship
    to: Relationship
    on: date


class RevokeHandOver(Command):
    """Take back, as the mentee, what was passed on to another relationship."""

    relationship: Relationship
    to_relationship_id: UUID
    on: date


Commands = ProposeItems | AgreeToItem | WithdrawItem | PassOn | RevokeHandOver
Events = ItemProposed | ItemAgreed | ItemWithdrawn | HandedOver | HandOverRevoked


class PassedOnAlready(DomainError):
    """An item that was passed on is changed or taken back."""


class NothingAgreed(DomainError):
    """Nothing is passed on to which both have agreed."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The items with the sides that agreed to each, and those that were passed on, by the relationship they went to."""

    agreed: Mapping[UUID, frozenset[Side]] = field(default_factory=dict)
    passed_on_to: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)

    @property
    def passed_on(self) -> frozenset[UUID]:
        """The items that were passed on to any relationship."""
        return frozenset().union(*self.passed_on_to.values())

    @property
    def agreed_by_both(self) -> tuple[UUID, ...]:
        """The items to which both have agreed."""
        return tuple(sorted(item_id for item_id, sides in self.agreed.items() if sides == SIDES))


def item_id_of(relationship_id: UUID, what: object) -> UUID:
    """Return the id of an item: each field and each target is one item at most."""
    return uuid5(relationship_id, f"hand-over {what}")


def decide(command: Commands, hand_over: HandOver, now: datetime) -> Sequence[Events]:
    """Propose, agree and take back item by item; pass on exactly what both agreed to. Idempotent where nothing
    changes.
    """
    del now
    command.relationship.must_be_kept()
    match command:
        case ProposeItems():
            return _propose(command, hand_over)
        case PassOn():
            return _pass_on(command, hand_over)
        case RevokeHandOver(to_relationship_id=to):
            revoked = {**_names(command.relationship, command.on), "to_relationship_id": to}
            return [HandOverRevoked.model_validate(revoked)] if to in hand_over.passed_on_to else []
        case AgreeToItem(item_id=item_id) | WithdrawItem(item_id=item_id) if item_id not in hand_over.agreed:
            raise NotFound("There is no such item; it may have been taken back.")
        case AgreeToItem(item_id=item_id, by=by):
            names = _names(command.relationship, command.on)
            agreed = {**names, "item_id": item_id, "by": by}
            return [] if by in hand_over.agreed[item_id] else [ItemAgreed.model_validate(agreed)]
        case WithdrawItem(item_id=item_id, by=by):
            _must_not_be_passed_on(hand_over, item_id)
            names = _names(command.relationship, command.on)
            return [ItemWithdrawn.model_validate({**names, "item_id": item_id, "by": by})]


def _propose(command: ProposeItems, hand_over: HandOver) -> Sequence[ItemProposed]:
    relationship, proposal, by = command.relationship, command.proposal, command.by
    step = command.programme.step("hand_over")
    if step is None:
        raise NotFound("This programme has no hand-over.")
    answers = check_answers(command.programme, step, by, proposal.answers)
    if proposal.answers:
        relationship.must_be_confidential("/answers")
    for index, target_id in enumerate(proposal.target_ids):
        if target_id not in command.known_targets:
            raise Invalid("This is no target of this relationship.", pointer=f"/target_ids/{index}")
    people = {"by": by, "mentor_id": relationship.mentor_id, "trainee_id": relationship.trainee_id}
    common = {**_names(relationship, proposal.on), **people}
    items: list[ItemProposed] = []
    for field_id, answer in {**answers.own, **answers.joint}.items():
        words = write_answers({field_id: answer})
        item = {"item_id": item_id_of(relationship.relationship_id, field_id), "field": field_id}
        items.append(ItemProposed.model_validate({**common, **item, "for_trainee": words}))
    for target_id in dict.fromkeys(proposal.target_ids):
        item_id = item_id_of(relationship.relationship_id, target_id)
        if item_id not in hand_over.agreed:
            items.append(ItemProposed.model_validate({**common, "item_id": item_id, "target_id": target_id}))
    for each in items:
        _must_not_be_passed_on(hand_over, each.item_id)
    return items


def _pass_on(command: PassOn, hand_over: HandOver) -> Sequence[HandedOver]:
    relationship, to = command.relationship, command.to
    to.must_be_kept()
    if to.relationship_id == relationship.relationship_id or to.trainee_id != relationship.trainee_id:
        raise Invalid(
            "Choose another relationship of yours, to whose mentor you pass this on.", pointer="/to_relationship_id"
        )
    items = hand_over.agreed_by_both
    if not items:
        raise NothingAgreed("There is nothing yet to which both of you have agreed; propose items to each other first.")
    if hand_over.passed_on_to.get(to.relationship_id, frozenset()) >= {*items}:
        return []
    names = _names(relationship, command.on)
    passed_on = {**names, "to_relationship_id": to.relationship_id, "item_ids": items}
    return [HandedOver.model_validate(passed_on)]


def _must_not_be_passed_on(hand_over: HandOver, item_id: UUID) -> None:
    if item_id in hand_over.passed_on:
        raise PassedOnAlready("This was passed on already, and stays as it was until the mentee revokes that.")


def _names(relationship: Relationship, on: date) -> dict[str, object]:
    return {"happened_on": on, "relationship_id": relationship.relationship_id}


def evolve(hand_over: HandOver, event: Events) -> HandOver:
    """Apply an event to the hand-over."""
    match event:
        case ItemProposed(item_id=item_id, by=by):
            return replace(hand_over, agreed={**hand_over.agreed, item_id: frozenset({by})})
        case ItemAgreed(item_id=item_id, by=by):
            return replace(hand_over, agreed={**hand_over.agreed, item_id: hand_over.agreed[item_id] | {by}})
        case ItemWithdrawn(item_id=item_id):
            return replace(hand_over, agreed={each: by for each, by in hand_over.agreed.items() if each != item_id})
        case HandedOver():
            earlier = hand_over.passed_on_to.get(event.to_relationship_id, frozenset())
            items = earlier | {*event.item_ids}
            return replace(hand_over, passed_on_to={**hand_over.passed_on_to, event.to_relationship_id: items})
        case HandOverRevoked(to_relationship_id=revoked):
            kept = {to: items for to, items in hand_over.passed_on_to.items() if to != revoked}
            return replace(hand_over, passed_on_to=kept)


HAND_OVER: Decider[HandOver, Commands, Events] = Decider(
    "hand_over", HandOver, decide, evolve, (ItemProposed, ItemAgreed, ItemWithdrawn, HandedOver, HandOverRevoked)
)
