"""The assignments of a trainee against a plain model: names on a calendar, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.assignments import (
    ASSIGNMENTS,
    Assign,
    AssignmentDays,
    ChangeAssignment,
    EndAssignments,
    NewAssignment,
)
from shared.events.words import AssignedRole
from tests.unit.sessions.examples import MONDAY, STRANGER_ID, TRAINEE_ID, TUTOR_ID
from tests.unit.sessions.machines import Answer, DeciderMachine

pytestmark = pytest.mark.covers("S8")
LAST = 12
"""The last day of the calendar on which the two are compared, after the first."""
IDS = st.integers(1, 4).map(lambda n: UUID(int=n))
PEOPLE = st.sampled_from((STRANGER_ID, TUTOR_ID, TRAINEE_ID))
ROLES: st.SearchStrategy[AssignedRole] = st.sampled_from(("tutor", "assessor"))
FIRST_DAYS = st.integers(0, 6)
LENGTHS = st.none() | st.integers(-2, 6)
"""Days after the first to the last; -1 is none at all, and None has no last day."""


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


@dataclass
class Line:
    """A name on the calendar, from a day to a day."""

    person: UUID
    role: AssignedRole
    first: int
    last: int | None
    is_excepted: bool

    def days(self) -> Iterator[int]:
        return iter(range(self.first, LAST + 10 if self.last is None else self.last + 1))


class Calendar(DeciderMachine):
    """Leads assign people, change the days, and somebody is erased."""

    decider = ASSIGNMENTS

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[UUID, Line] = {}

    def is_free(self, line: Line, besides: UUID | None = None) -> bool:
        taken = {
            each
            for key, other in self.lines.items()
            if key != besides and (other.person, other.role) == (line.person, line.role)
            for each in other.days()
        }
        return taken.isdisjoint(line.days())

    @rule(
        key=IDS,
        person=PEOPLE,
        role=ROLES,
        first=FIRST_DAYS,
        length=LENGTHS,
        mentors=st.booleans(),
        has_reason=st.booleans(),
    )
    def assign(
        self,
        key: UUID,
        person: UUID,
        role: AssignedRole,
        first: int,
        length: int | None,
        mentors: bool,
        has_reason: bool,
    ) -> None:
        if key in self.lines:
            return  # ids are new
        expected: Answer = "refused"
        line = Line(person, role, first, None if length is None else first + length, has_reason)
        is_allowed = has_reason if role == "assessor" and mentors else not has_reason or role == "assessor"
        if person != TRAINEE_ID and is_allowed and (length is None or length >= -1) and self.is_free(line):
            self.lines[key], expected = line, "done"
        new = NewAssignment(
            trainee_id=TRAINEE_ID,
            person_id=person,
            role=role,
            starts_on=day(first),
            ends_on=None if line.last is None else day(line.last),
            exception="Nobody else is there." if has_reason else None,
            on=MONDAY,
        )
        assert self.do(Assign(assignment_id=key, assignment=new, mentors=mentors)) == expected

    @rule(key=IDS, first=FIRST_DAYS, length=LENGTHS)
    def change(self, key: UUID, first: int, length: int | None) -> None:
        expected: Answer = "refused"
        last = None if length is None else first + length
        known = self.lines.get(key)
        if known is not None and (length is None or length >= -1):
            changed = Line(known.person, known.role, first, last, known.is_excepted)
            if self.is_free(changed, besides=key):
                expected = "nothing new" if changed == known else "done"
                self.lines[key] = changed
        days = AssignmentDays(starts_on=day(first), ends_on=None if last is None else day(last), on=MONDAY)
        assert self.do(ChangeAssignment(assignment_id=key, days=days)) == expected

    @rule(people=st.none() | PEOPLE.map(lambda each: frozenset({each})), on=st.integers(0, 8), really=st.integers(0, 3))
    def end(self, people: frozenset[UUID] | None, on: int, really: int) -> None:
        if really:  # so that most go on
            return
        expected: Answer = "nothing new"
        for line in self.lines.values():
            if (people is None or line.person in people) and any(each >= on for each in line.days()):
                line.last, expected = on - 1, "done"
        assert self.do(EndAssignments(people=people, on=day(on))) == expected

    @invariant()
    def both_say_the_same_of_every_day(self) -> None:
        for n in range(LAST):
            for person in (STRANGER_ID, TUTOR_ID):
                today = [line for line in self.lines.values() if line.person == person and n in line.days()]
                assert self.state.roles_of({person}, day(n)) == {line.role for line in today}
                assert self.state.lets_mentor_assess({person}, day(n)) == any(line.is_excepted for line in today)


TestCalendar = Calendar.TestCase
