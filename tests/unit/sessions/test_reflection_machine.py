"""A reflection against a plain model: a letter in a drawer, with a list of those who may read it."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.access import (
    Audience,
    AudienceRole,
    ItemReader,
    ReadItem,
    Release,
    ReleaseItem,
    RevokeRelease,
)
from services.sessions.domain.reflections import REFLECTION
from tests.unit.sessions.examples import DAY, MENTOR_ID, MONDAY, STARTS_ON, STRANGER_ID, TRAINEE_ID
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.test_reflections import ANSWERS, writing

pytestmark = pytest.mark.covers("S10", "S14")
WORDS = {1: {"worth": "A lot.", "lighter": 8}, 2: {"worth": "A little.", "lighter": 8}, 3: {"lighter": 8}}
"""What is written; the third leaves out what has to be filled in."""
ON_RECORD = {1: ANSWERS, 2: ANSWERS.replace("A lot.", "A little.")}
TO = st.sampled_from((Audience(role="school_lead"), Audience(person_id=STRANGER_ID), Audience(person_id=TRAINEE_ID)))
OWNERS = st.sampled_from((TRAINEE_ID, TRAINEE_ID, TRAINEE_ID, MENTOR_ID))
"""Those who try to release it: nearly always its author."""
ROLES: st.SearchStrategy[frozenset[AudienceRole]] = st.frozensets(st.sampled_from(("school_lead", "tutor")))
DAYS = st.integers(0, 1).map(lambda n: MONDAY + n * DAY)


class LetterInADrawer(DeciderMachine):
    """The mentee writes, releases and revokes; others try to read."""

    decider = REFLECTION

    def __init__(self) -> None:
        super().__init__()
        self.letter: int | None = None
        self.sheets = 0
        self.readers: set[Audience] = set()
        self.reads: set[tuple[UUID, date]] = set()

    @rule(words=st.sampled_from((1, 1, 2, 2, 3)), on=st.sampled_from((MONDAY, STARTS_ON - DAY)))
    def write(self, words: int, on: date) -> None:
        expected: Answer = "refused"
        on_record = None if self.letter is None else ON_RECORD[self.letter]
        if words != 3 and on >= STARTS_ON:
            expected = "nothing new" if self.letter == words else "done"
            self.sheets += self.letter != words
            self.letter = words
        assert self.do(writing(on=on, answers=WORDS[words], on_record=on_record)) == expected

    @rule(to=TO, by=OWNERS)
    def release(self, to: Audience, by: UUID) -> None:
        expected: Answer = "refused"
        if self.letter is not None and by == TRAINEE_ID and to.person_id != TRAINEE_ID:
            expected = "nothing new" if to in self.readers else "done"
            self.readers.add(to)
        assert self.do(ReleaseItem(owner_id=by, release=Release(to=to, on=MONDAY))) == expected

    @rule(to=TO, by=OWNERS)
    def revoke(self, to: Audience, by: UUID) -> None:
        expected: Answer = "refused"
        if self.letter is not None and by == TRAINEE_ID:
            expected = "done" if to in self.readers else "nothing new"
            self.readers.discard(to)
        assert self.do(RevokeRelease(owner_id=by, release=Release(to=to, on=MONDAY))) == expected

    @rule(who=st.sampled_from((STRANGER_ID, TRAINEE_ID, UUID(int=7))), roles=ROLES, on=DAYS)
    def read(self, who: UUID, roles: frozenset[AudienceRole], on: date) -> None:
        """No release survives its revocation."""
        expected: Answer = "refused"
        may = {Audience(person_id=who), *(Audience(role=role) for role in roles)} & self.readers
        if self.letter is not None and who == TRAINEE_ID:
            expected = "nothing new"
        elif self.letter is not None and may:
            expected = "nothing new" if (who, on) in self.reads else "done"
            self.reads.add((who, on))
        assert self.do(ReadItem(reader=ItemReader(frozenset({who}), roles), reader_id=who, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        if self.letter is None:
            assert self.state is None
            return
        assert (self.state.answers, self.state.version) == (ON_RECORD[self.letter], self.sheets)
        assert (self.state.access.released_to, self.state.access.reads) == (self.readers, self.reads)


TestLetterInADrawer = LetterInADrawer.TestCase
