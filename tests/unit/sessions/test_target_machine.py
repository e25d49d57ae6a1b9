"""A target against a plain model: a card on the wall that both write on, and that lies untouched or not."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.sessions.domain.target_progress import NewProgress, NoteProgress, TakeBackProgress
from services.sessions.domain.target_sharing import (
    AcknowledgeTarget,
    RevokeTargetShare,
    SharedWith,
    ShareTarget,
    TargetReceipt,
    TargetShare,
)
from services.sessions.domain.target_states import ReviewStatus, TargetAudience
from services.sessions.domain.targets import (
    TARGET,
    AmendedReview,
    AmendedTarget,
    AmendReview,
    AmendTarget,
    NewTarget,
    NewTargetDetails,
    ReviewTarget,
    SetTarget,
    TargetReview,
    TellOfUntouched,
)
from shared.events.practices import PracticeRole, TargetRules
from shared.events.words import Side
from tests.unit.sessions.examples import ENDS_ON, MENTOR_ID, RELATIONSHIP, STARTS_ON, STRANGER_ID, TARGET_ID
from tests.unit.sessions.machines import Answer, DeciderMachine

pytestmark = pytest.mark.covers("S3")
DAYS = st.integers(-2, 40).map(lambda n: STARTS_ON + timedelta(days=n))
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
STATUSES: st.SearchStrategy[ReviewStatus] = st.sampled_from(("progressing", "revised", "met", "dropped"))
NOTES = st.integers(1, 3).map(lambda n: UUID(int=n))
PARENT, LEAD, SOMEBODY = "parent", "lead", f"{STRANGER_ID}"
WITH = st.sampled_from((PARENT, LEAD, SOMEBODY, "nobody's role", f"{MENTOR_ID}"))
ROLES = (
    PracticeRole(id=PARENT, title="Parent"),
    PracticeRole(id=LEAD, title="Lead", held_by="school_lead"),
)
OWNER_AFTER, MENTOR_AFTER = 5, 3
RULES = TargetRules(shared_with=(PARENT, LEAD), untouched_after=OWNER_AFTER, mentor_after=MENTOR_AFTER)
ABOUT = {"relationship": RELATIONSHIP, "target_id": TARGET_ID}


def weekdays_after(day: date, number: int) -> date:
    """Count from Monday to Friday: there is no bank holiday in the term of the examples."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


@dataclass
class Card:
    """What stands on the card, who acknowledged it for whom, the last day on which somebody touched it, and who was
    told since.
    """

    set_on: date
    touched_on: date
    status: str = "open"
    notes: dict[UUID, Side] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    told: list[Side] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        return self.status in ("met", "dropped")

    def touch(self, on: date) -> None:
        """Touch the card; what is noted late was no touch of today."""
        if on > self.touched_on:
            self.touched_on, self.told = on, []

    def day_to_tell(self, side: Side) -> date:
        owner = weekdays_after(self.touched_on, OWNER_AFTER)
        return owner if side == "trainee" else weekdays_after(owner, MENTOR_AFTER)


def is_of_the_relationship(day: date) -> bool:
    return STARTS_ON <= day <= ENDS_ON


def audience(to: str) -> dict[str, UUID | str]:
    return {"person_id": UUID(to)} if "-" in to else {"role": to}


class CardOnTheWall(DeciderMachine):
    """Two people and those with whom they share a target."""

    decider = TARGET

    def __init__(self) -> None:
        super().__init__()
        self.card: Card | None = None

    @rule(by=SIDES, on=DAYS, due_in=st.integers(-1, 10))
    def set(self, by: Side, on: date, due_in: int) -> None:
        expected: Answer = "refused"
        due_on = on + timedelta(days=due_in)
        if self.card is None and is_of_the_relationship(on) and due_on > on:
            self.card, expected = Card(on, on), "done"
        target = NewTarget(on=on, text="Wait three seconds.", due_on=due_on)
        assert self.do(SetTarget(**ABOUT, rules=RULES, by=by, on=on, target=target)) == expected

    @rule(by=SIDES, on=DAYS, status=STATUSES, has_reason=st.booleans(), is_reworded=st.booleans())
    def review(self, by: Side, on: date, status: ReviewStatus, has_reason: bool, is_reworded: bool) -> None:
        card, expected = self.card, "refused"
        fits = has_reason == (status == "dropped") and is_reworded == (status == "revised")
        if card and not card.is_closed and fits and is_of_the_relationship(on) and on >= card.set_on:
            card.touch(on)
            card.status, expected = status, "done"
        revised = NewTargetDetails(text="Wait four.", due_on=on + timedelta(days=7)) if is_reworded else None
        review = TargetReview(on=on, status=status, reason="too_much" if has_reason else None, revised=revised)
        assert self.do(ReviewTarget(**ABOUT, rules=RULES, by=by, review=review)) == expected

    @rule(by=SIDES, on=DAYS, later=st.integers(-1, 5), status=STATUSES)
    def amend_review(self, by: Side, on: date, later: int, status: ReviewStatus) -> None:
        card, expected, amended_on = self.card, "refused", on + timedelta(days=later)
        if card and card.status != "open" and is_of_the_relationship(on) and on >= card.set_on and amended_on >= on:
            card.touch(amended_on)
            card.status, expected = status, "done"
        reason = "other" if status == "dropped" else None
        review = AmendedReview(on=on, amended_on=amended_on, status=status, reason=reason)
        assert self.do(AmendReview(**ABOUT, rules=RULES, by=by, review=review)) == expected

    @rule(by=SIDES, due_on=DAYS, amended_on=DAYS)
    def amend(self, by: Side, due_on: date, amended_on: date) -> None:
        card, expected = self.card, "refused"
        if card and due_on > card.set_on and amended_on >= card.set_on:
            card.touch(amended_on)
            expected = "done"
        target = AmendedTarget(text="Wait.", due_on=due_on, amended_on=amended_on)
        assert self.do(AmendTarget(**ABOUT, rules=RULES, by=by, target=target)) == expected

    @rule(by=SIDES, on=DAYS, note_id=NOTES)
    def note(self, by: Side, on: date, note_id: UUID) -> None:
        card, expected = self.card, "refused"
        if card and note_id in card.notes:
            return  # ids are new
        if card and not card.is_closed and is_of_the_relationship(on) and on >= card.set_on:
            card.touch(on)
            card.notes[note_id] = by
            expected = "done"
        noting = NoteProgress(**ABOUT, rules=RULES, note_id=note_id, by=by, progress=NewProgress(on=on, note="Two."))
        assert self.do(noting) == expected

    @rule(by=SIDES, on=DAYS, note_id=NOTES)
    def take_back(self, by: Side, on: date, note_id: UUID) -> None:
        expected: Answer = "refused"
        if self.card and self.card.notes.get(note_id) == by:
            del self.card.notes[note_id]
            expected = "done"
        assert self.do(TakeBackProgress(**ABOUT, note_id=note_id, by=by, on=on)) == expected

    @rule(by=SIDES, on=DAYS, to=WITH)
    def share(self, by: Side, on: date, to: str) -> None:
        expected: Answer = "refused"
        if self.card and to in ((PARENT, LEAD, SOMEBODY) if by == "trainee" else (PARENT, LEAD)):
            expected = "nothing new" if to in self.card.shared else "done"
            self.card.shared.setdefault(to, set())
        share = TargetShare(to=SharedWith.model_validate(audience(to)), on=on)
        assert self.do(ShareTarget(**ABOUT, rules=RULES, roles=ROLES, by=by, share=share)) == expected

    @rule(by=SIDES, on=DAYS, to=WITH)
    def revoke(self, by: Side, on: date, to: str) -> None:
        expected: Answer = "refused"
        if self.card and not (by == "mentor" and "-" in to):
            expected = "nothing new" if self.card.shared.pop(to, None) is None else "done"
        share = TargetShare(to=SharedWith.model_validate(audience(to)), on=on)
        assert self.do(RevokeTargetShare(**ABOUT, by=by, share=share)) == expected

    @rule(by=SIDES, on=DAYS, role=st.sampled_from((PARENT, LEAD)))
    def acknowledge_for(self, by: Side, on: date, role: str) -> None:
        """One of the two says that a parent acknowledged it; a lead has an account for that."""
        expected: Answer = "refused"
        if self.card and role == PARENT and role in self.card.shared:
            expected = "nothing new" if "they" in self.card.shared[role] else "done"
            self.card.shared[role].add("they")
        receipt = TargetReceipt(on=on, role=role)
        acknowledging = AcknowledgeTarget(**ABOUT, roles=ROLES, person_id=None, by=by, through=(), receipt=receipt)
        assert self.do(acknowledging) == expected

    @precondition(lambda self: self.card and self.card.shared)
    @rule(on=DAYS, data=st.data())
    def acknowledge(self, on: date, data: st.DataObject) -> None:
        """Somebody acknowledges it in one of the ways in which it is shared with them."""
        assert self.card is not None
        ways = sorted(self.card.shared.keys() - {PARENT})
        if not ways:
            return
        to = data.draw(st.sampled_from(ways))
        expected: Answer = "nothing new" if "them" in self.card.shared[to] else "done"
        self.card.shared[to].add("them")
        through = (TargetAudience.model_validate(audience(to)),)
        acknowledging = AcknowledgeTarget(
            **ABOUT, roles=ROLES, person_id=STRANGER_ID, by=None, through=through, receipt=TargetReceipt(on=on)
        )
        assert self.do(acknowledging) == expected

    @rule(to=SIDES, after=st.integers(0, 30))
    def tell(self, to: Side, after: int) -> None:
        card, expected = self.card, "nothing new"
        on = (card.touched_on if card else STARTS_ON) + timedelta(days=after)
        if card is None:
            expected = "refused"
        elif not card.is_closed and on <= ENDS_ON and on >= card.day_to_tell(to):
            sides: list[Side] = ["trainee"] if to == "trainee" else ["trainee", "mentor"]
            new = [side for side in sides if side not in card.told]
            card.told += new
            expected = "done" if new else "nothing new"
        assert self.do(TellOfUntouched(relationship=RELATIONSHIP, target_id=TARGET_ID, to=to, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        card = self.card
        if card is None:
            assert self.state is None
            return
        assert (self.state.status, self.state.set_on, dict(self.state.progress)) == (
            card.status,
            card.set_on,
            card.notes,
        )
        assert {to.role or f"{to.person_id}": len(by) for to, by in self.state.shared_with.items()} == {
            to: len(by) for to, by in card.shared.items()
        }
        if not card.is_closed:
            assert self.state.owner_told_on == card.day_to_tell("trainee")
            assert self.state.mentor_told_on == card.day_to_tell("mentor")


TestCardOnTheWall = CardOnTheWall.TestCase
