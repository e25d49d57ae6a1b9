"""A journal entry belongs to its owner: others read it once it is released, and the owner sees that they did."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pydantic import ValidationError

from services.sessions.domain.access import (
    Audience,
    ItemReader,
    NotReleasedToYou,
    Opening,
    ReadItem,
    Release,
    ReleaseItem,
    RevokeRelease,
    UseItem,
)
from services.sessions.domain.journal import (
    JOURNAL_ENTRY,
    Commands,
    Entry,
    EntryWritten,
    JournalEntry,
    Removed,
    RemoveEntry,
    WriteEntry,
)
from shared.events.words import ItemKind
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import subjects_of
from tests.support.given import NOW, given
from tests.unit.sessions.example_journal import (
    ENTRY_ID,
    READ,
    RELEASED,
    REMOVED,
    REVOKED,
    TO_MENTOR,
    TO_TUTORS,
    USED,
    WRITTEN,
)
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)

WRITE = WriteEntry(
    entry_id=ENTRY_ID,
    owner_id=TRAINEE_ID,
    entry=JournalEntry(on=MONDAY, text="The starter worked.", link="https://video.example/7", tags=("TS7",)),
)
AS_TYPED = WRITTEN.model_copy(update={"text": "The starter worked.", "link": "https://video.example/7"})
RELEASE = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=TO_TUTORS, on=MONDAY))
REVOKE = RevokeRelease(owner_id=TRAINEE_ID, release=Release(to=TO_TUTORS, on=MONDAY))
TUTOR = ItemReader(frozenset({TUTOR_ID}), frozenset({"tutor"}))
READ_BY_TUTOR = ReadItem(reader=TUTOR, reader_id=TUTOR_ID, on=MONDAY)
USE = UseItem(reader=TUTOR, assessor_id=TUTOR_ID, assessment_id=ASSESSMENT_ID, assessed_id=TRAINEE_ID, on=MONDAY)
REMOVE = RemoveEntry(owner_id=TRAINEE_ID, on=MONDAY)


@pytest.mark.covers("S5")
def test_an_entry_is_written_and_its_words_are_sealed_with_the_owners_key() -> None:
    given(JOURNAL_ENTRY).when(WRITE).then(AS_TYPED)
    assert subjects_of(WRITTEN) == {str(TRAINEE_ID)}


@pytest.mark.covers("S5")
def test_a_tag_that_is_sent_often_is_kept_once() -> None:
    assert JournalEntry(on=MONDAY, text="x", tags=("TS7", *["TS4"] * 50, "TS7")).tags == ("TS7", "TS4")


@pytest.mark.covers("S5")
def test_an_entry_is_replaced_and_its_releases_stay() -> None:
    anew = WRITE.model_copy(update={"entry": JournalEntry(on=MONDAY + DAY, text="Not for long.")})
    outcome = given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(anew)
    outcome.then(
        EntryWritten(
            happened_on=MONDAY + DAY,
            entry_id=ENTRY_ID,
            owner_id=TRAINEE_ID,
            version_number=2,
            text="Not for long.",
        )
    )
    state = given(JOURNAL_ENTRY, WRITTEN, RELEASED, *outcome.events).state
    assert state is not None
    assert state.is_readable_by(TUTOR)


@pytest.mark.covers("S11")
def test_an_entry_is_released_and_revoked_once() -> None:
    given(JOURNAL_ENTRY, WRITTEN).when(RELEASE).then(RELEASED)
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(RELEASE).then()
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(REVOKE).then(REVOKED)
    given(JOURNAL_ENTRY, WRITTEN).when(REVOKE).then()


def test_nobody_releases_an_entry_to_themselves() -> None:
    to_self = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=Audience(person_id=TRAINEE_ID), on=MONDAY))
    given(JOURNAL_ENTRY, WRITTEN).when(to_self).refused(Invalid, pointer="/to/person_id")


@pytest.mark.parametrize("command", [WRITE, RELEASE, REVOKE, REMOVE])
def test_to_everybody_but_its_owner_there_is_no_entry_to_change(command: Commands) -> None:
    by_another = command.model_copy(update={"owner_id": MENTOR_ID})
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(by_another).refused(NotFound)


@pytest.mark.covers("S11")
def test_a_reading_is_recorded_once_a_day_and_the_owners_own_is_not() -> None:
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(READ_BY_TUTOR).then(READ)
    given(JOURNAL_ENTRY, WRITTEN, RELEASED, READ).when(READ_BY_TUTOR).then()
    tomorrow = READ_BY_TUTOR.model_copy(update={"on": MONDAY + DAY})
    given(JOURNAL_ENTRY, WRITTEN, RELEASED, READ).when(tomorrow).then(
        READ.model_copy(update={"happened_on": MONDAY + DAY})
    )
    own = ReadItem(reader=ItemReader(frozenset({TRAINEE_ID})), reader_id=TRAINEE_ID, on=MONDAY)
    given(JOURNAL_ENTRY, WRITTEN).when(own).then()


def test_an_entry_that_is_not_released_is_not_found() -> None:
    given(JOURNAL_ENTRY, WRITTEN).when(READ_BY_TUTOR).refused(NotFound)
    given(JOURNAL_ENTRY, WRITTEN, RELEASED, REVOKED).when(READ_BY_TUTOR).refused(NotFound)
    given(JOURNAL_ENTRY).when(READ_BY_TUTOR).refused(NotFound)


@pytest.mark.covers("S8", "S11")
def test_an_assessment_rests_on_what_was_released_to_its_assessor_and_its_assessor_keeps_that() -> None:
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(USE).then(USED)
    given(JOURNAL_ENTRY, WRITTEN, RELEASED, USED, REVOKED).when(READ_BY_TUTOR).then(READ)
    given(JOURNAL_ENTRY, WRITTEN, RELEASED, USED).when(REMOVE).refused(Invalid)


@pytest.mark.covers("S8", "S11")
@pytest.mark.parametrize(
    "events", [(), (WRITTEN,), (WRITTEN, RELEASED, REVOKED), (WRITTEN, RELEASED, REMOVED)], ids=len
)
def test_an_assessment_rests_on_nothing_else(events: tuple[EntryWritten, ...]) -> None:
    given(JOURNAL_ENTRY, *events).when(USE).refused(NotReleasedToYou, pointer="/evidence")


@pytest.mark.covers("S8", "S11")
def test_no_assessment_rests_on_what_was_opened_to_keep_somebody_safe() -> None:
    kinds: frozenset[ItemKind] = frozenset({"journal_entry"})
    opening = Opening(ASSESSMENT_ID, RELATIONSHIP_ID, kinds, MONDAY, MONDAY)
    lead = ItemReader(frozenset({TUTOR_ID}), opened=(opening,))
    given(JOURNAL_ENTRY, WRITTEN).when(USE.model_copy(update={"reader": lead})).refused(
        NotReleasedToYou, pointer="/evidence"
    )
    reading = given(JOURNAL_ENTRY, WRITTEN).when(READ_BY_TUTOR.model_copy(update={"reader": lead}))
    reading.then(READ.model_copy(update={"grant_id": ASSESSMENT_ID}))


def test_an_assessment_of_one_trainee_rests_on_nothing_of_another() -> None:
    other = USE.model_copy(update={"assessed_id": STRANGER_ID})
    given(JOURNAL_ENTRY, WRITTEN, RELEASED).when(other).refused(NotReleasedToYou, pointer="/evidence")


def test_a_removed_entry_is_gone_for_its_owner_too() -> None:
    given(JOURNAL_ENTRY, WRITTEN).when(REMOVE).then(REMOVED)
    own = ReadItem(reader=ItemReader(frozenset({TRAINEE_ID})), reader_id=TRAINEE_ID, on=MONDAY)
    given(JOURNAL_ENTRY, WRITTEN, REMOVED).when(own).refused(NotFound)
    for command in (WRITE, RELEASE, REVOKE, REMOVE):
        given(JOURNAL_ENTRY, WRITTEN, REMOVED).when(command).refused(Removed)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "video.example/7", "https://video.example/a b", "https://"])
def test_a_link_is_an_address_of_the_web(link: str) -> None:
    with pytest.raises(ValidationError):
        JournalEntry(on=MONDAY, text="See this.", link=link)


PEOPLE = (TRAINEE_ID, MENTOR_ID, TUTOR_ID, STRANGER_ID)
AUDIENCES = (TO_MENTOR, TO_TUTORS, Audience(person_id=STRANGER_ID))


@dataclass
class PlainEntry:
    """What everybody would expect of an entry, in sets."""

    released: set[Audience] = field(default_factory=set)
    keepers: set[UUID] = field(default_factory=set)
    removed: bool = False

    def readers(self) -> set[UUID]:
        """The people who may read the entry."""
        if self.removed:
            return set()
        found = {TRAINEE_ID, *self.keepers}
        for audience in self.released:
            found |= {TUTOR_ID} if audience == TO_TUTORS else {audience.person_id or TRAINEE_ID}
        return found


class ReleasesOfAnEntry(RuleBasedStateMachine):
    """Whatever is released, revoked, used and removed, in any order: those read the entry who should, nobody else."""

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = JOURNAL_ENTRY.evolve(None, WRITTEN)
        self.plain = PlainEntry()

    def does(self, command: Commands) -> bool:
        """Decide a command and apply its events; whether it was accepted."""
        try:
            events = JOURNAL_ENTRY.decide(command, self.entry, NOW)
        except DomainError:
            return False
        self.entry = reduce(JOURNAL_ENTRY.evolve, events, self.entry)
        return True

    @rule(to=st.sampled_from(AUDIENCES))
    def release(self, to: Audience) -> None:
        done = self.does(ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=to, on=MONDAY)))
        assert done is not self.plain.removed
        if done:
            self.plain.released.add(to)

    @rule(to=st.sampled_from(AUDIENCES))
    def revoke(self, to: Audience) -> None:
        done = self.does(RevokeRelease(owner_id=TRAINEE_ID, release=Release(to=to, on=MONDAY)))
        assert done is not self.plain.removed
        self.plain.released.discard(to)

    @rule(assessor=st.sampled_from(PEOPLE[1:]))
    def use(self, assessor: UUID) -> None:
        command = UseItem(
            reader=reader_of(assessor),
            assessor_id=assessor,
            assessment_id=ASSESSMENT_ID,
            assessed_id=TRAINEE_ID,
            on=MONDAY,
        )
        expected = assessor in self.plain.readers()
        assert self.does(command) is expected
        if expected:
            self.plain.keepers.add(assessor)

    @rule()
    def remove(self) -> None:
        expected = not self.plain.removed and not self.plain.keepers
        assert self.does(REMOVE) is expected
        self.plain.removed |= expected

    @rule(person=st.sampled_from(PEOPLE), days=st.integers(0, 2))
    def read(self, person: UUID, days: int) -> None:
        command = ReadItem(reader=reader_of(person), reader_id=person, on=MONDAY + timedelta(days))
        assert self.does(command) is (person in self.plain.readers())

    @invariant()
    def those_read_it_who_should(self) -> None:
        assert self.entry is not None
        assert {person for person in PEOPLE if self.entry.is_readable_by(reader_of(person))} == self.plain.readers()
        assert all(reader != TRAINEE_ID for reader, _ in self.entry.access.reads)


def reader_of(person: UUID) -> ItemReader:
    """Each of them, with the role that they have."""
    return TUTOR if person == TUTOR_ID else ItemReader(frozenset({person}))


TestReleasesOfAnEntry = ReleasesOfAnEntry.TestCase
TestReleasesOfAnEntry.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
