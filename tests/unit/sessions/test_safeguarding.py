"""Somebody whom the programme names opens a mentee's items for some days, with a reason, and it ends by itself."""

from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.referral.domain.templates import Template
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.safeguarding import (
    SAFEGUARDING,
    AlreadyOpen,
    CloseRecord,
    Commands,
    NewOpening,
    OpenRecord,
    RecordClosed,
    RecordOpened,
    safeguarding_rules,
)
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ERASED,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme

pytestmark = pytest.mark.covers("S11")
PLACEMENT = programme(EVERY_TEMPLATE["ite-placement"])
GRANT_ID, OTHER_GRANT_ID = (UUID(f"00000000-0000-4000-8000-0000000000a{nth}") for nth in (1, 2))
LEAD = frozenset({STRANGER_ID})


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def opening(
    days: int = 5, of: Programme = PLACEMENT, by: UUID = STRANGER_ID, grant_id: UUID = GRANT_ID, **fields: Any
) -> OpenRecord:
    return OpenRecord(
        grant_id=grant_id,
        relationship=fields.pop("relationship", RELATIONSHIP),
        programme=of,
        opened_by=by,
        role="provider",
        opening=NewOpening(days=days, reason="A worry.", **fields),
    )


def record_opened(grant_id: UUID = GRANT_ID, until: date = MONDAY + 4 * DAY, **fields: Any) -> RecordOpened:
    values = {
        "happened_on": MONDAY,
        "relationship_id": RELATIONSHIP_ID,
        "grant_id": grant_id,
        "owner_id": TRAINEE_ID,
        "opened_by": STRANGER_ID,
        "role": "provider",
        "kinds": ("journal_entry", "observation", "feedback", "measures"),
        "until": until,
        "tell_later": False,
        "reason": "A worry.",
    }
    return RecordOpened.model_validate(values | fields)


OPENED = record_opened()
CLOSED = RecordClosed(happened_on=MONDAY + DAY, relationship_id=RELATIONSHIP_ID, grant_id=GRANT_ID)
EVERY = (OPENED, CLOSED)


def test_a_record_is_opened_for_some_days_and_the_reason_is_sealed() -> None:
    given(SAFEGUARDING).when(opening(), at(MONDAY)).then(OPENED)
    assert personal_fields(RecordOpened) == {"reason": "opened_by"}


def test_it_ends_by_itself_and_can_end_before() -> None:
    safeguarding = given(SAFEGUARDING, OPENED).state
    last = MONDAY + 4 * DAY
    assert [each.grant_id for each in safeguarding.opened_by(LEAD, last, RELATIONSHIP)] == [GRANT_ID]
    assert safeguarding.opened_by(LEAD, last + DAY, RELATIONSHIP) == ()
    assert safeguarding.opened_by(frozenset({TUTOR_ID}), last, RELATIONSHIP) == ()
    closing = CloseRecord(grant_id=GRANT_ID)
    given(SAFEGUARDING, OPENED).when(closing, at(MONDAY + DAY)).then(CLOSED)
    given(SAFEGUARDING, OPENED, CLOSED).when(closing, at(MONDAY + DAY)).then()
    given(SAFEGUARDING, OPENED).when(closing, at(last + DAY)).then()
    given(SAFEGUARDING).when(closing).refused(NotFound)
    assert given(SAFEGUARDING, OPENED, CLOSED).state.opened_by(LEAD, MONDAY + DAY, RELATIONSHIP) == ()


def test_the_programme_says_for_how_long_what_is_opened_and_whether_the_mentee_is_told_later() -> None:
    given(SAFEGUARDING).when(opening(15)).refused(Invalid, pointer="/days")
    given(SAFEGUARDING).when(opening(tell_later=True), at(MONDAY)).then(record_opened(tell_later=True))
    given(SAFEGUARDING).when(opening(6, RETURN)).refused(Invalid, pointer="/days")
    given(SAFEGUARDING).when(opening(5, RETURN, tell_later=True)).refused(Invalid, pointer="/tell_later")
    of_return = record_opened(kinds=("observation", "measures"))
    given(SAFEGUARDING).when(opening(5, RETURN), at(MONDAY)).then(of_return)


@pytest.mark.parametrize("template", EVERY_TEMPLATE.values(), ids=lambda template: template.id)
def test_where_the_programme_does_not_say_so_nothing_is_opened(template: Template) -> None:
    if template.safeguarding is None:
        given(SAFEGUARDING).when(opening(of=programme(template))).refused(NotFound)
    else:
        assert safeguarding_rules(programme(template)).by == template.safeguarding.by


def test_one_person_has_one_opening_at_a_time_and_nothing_is_opened_of_somebody_erased() -> None:
    given(SAFEGUARDING, OPENED).when(opening(grant_id=OTHER_GRANT_ID), at(MONDAY + DAY)).refused(AlreadyOpen)
    again = given(SAFEGUARDING, OPENED).when(opening(grant_id=OTHER_GRANT_ID), at(MONDAY + 5 * DAY))
    assert len(again.events) == 1
    assert len(given(SAFEGUARDING, OPENED).when(opening(by=TUTOR_ID), at(MONDAY)).events) == 1
    given(SAFEGUARDING).when(opening(relationship=ERASED)).refused(Erased)


class OpeningARecord(RuleBasedStateMachine):
    """A door with a date on it: whoever opened it passes until then, or until it is shut."""

    def __init__(self) -> None:
        super().__init__()
        self.safeguarding = SAFEGUARDING.initial()
        self.today, self.until, self.number = MONDAY, MONDAY - DAY, 0

    def does(self, command: Commands) -> bool:
        try:
            events = SAFEGUARDING.decide(command, self.safeguarding, at(self.today))
        except DomainError:
            return False
        self.safeguarding = reduce(SAFEGUARDING.evolve, events, self.safeguarding)
        return True

    @rule(days=st.integers(1, 16))
    def open(self, days: int) -> None:
        may = days <= 14 and self.until < self.today
        assert self.does(opening(days, grant_id=UUID(int=self.number))) is may
        if may:
            self.number, self.until = self.number + 1, self.today + (days - 1) * DAY

    @rule()
    def close(self) -> None:
        if self.number:
            assert self.does(CloseRecord(grant_id=UUID(int=self.number - 1)))
            self.until = min(self.until, self.today - DAY)

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.today += days * DAY

    @invariant()
    def the_door_is_open_until_then(self) -> None:
        passes = self.safeguarding.opened_by(LEAD, self.today, RELATIONSHIP)
        assert bool(passes) is (self.today <= self.until)


TestOpeningARecord = OpeningARecord.TestCase
