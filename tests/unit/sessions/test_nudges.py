"""Nudges: the two first, then those whom the programme names; of a pulse only the mentee is told."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.nudges import (
    NUDGES,
    Commands,
    FollowSigns,
    LookPlanned,
    NudgeEnded,
    NudgeGiven,
    NudgeIsOver,
    NudgePassedOn,
    Nudges,
    PassNudgeOn,
    RecordTalk,
    TakeTalkBack,
    TalkRecorded,
    TalkTakenBack,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.signs import SIGNS, Sign
from services.sessions.domain.targets import TargetUntouched
from services.sessions.domain.watches import (
    WATCH,
    LookDue,
    MeetingNoticed,
    PassingOnDue,
    TargetNoticed,
    UntouchedNoticed,
    Watch,
    WatchedTarget,
)
from services.sessions.processes.signs import FOLLOW, LOOK_OF_BEFORE, PASS_ON, PROCESSES, TASKS
from services.sessions.projections.nudges import NUDGES as NUDGE_ROWS
from services.sessions.projections.nudges import NudgeRow
from services.sessions.queries.nudges import FOR_OTHERS, TEXTS
from shared.calendar import morning_of, working_days_after
from shared.events.practices import SignRules
from shared.events.words import Side
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from shared.kernel.processes import TaskRequest
from tests.support.given import NOW, given
from tests.unit.sessions.example_events import HELD, MISSED, REVIEWED, SET
from tests.unit.sessions.examples import (
    DAY,
    ERASED,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TARGET_ID,
    TRAINEE_ID,
    WEEK,
)
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S12")
RULES = SignRules(missed_in_a_row=2, pass_on_after=2, pass_on_to=("head_of_staff",))
FIRST = uuid5(RELATIONSHIP_ID, "nudge 0")
NAMES = {"happened_on": MONDAY, "relationship_id": RELATIONSHIP_ID}


def following(*signs: Sign, known: dict[UUID, Sign] | None = None, **o: Any) -> FollowSigns:
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "rules": RULES, "on": MONDAY}
    return FollowSigns(**(usual | o), signs=frozenset(signs), known=known or {})


def nudge_given(sign: Sign = "missed_in_a_row", number: int = 0) -> NudgeGiven:
    about = {"nudge_id": uuid5(RELATIONSHIP_ID, f"nudge {number}"), "trainee_id": TRAINEE_ID, "sign": sign}
    return NudgeGiven.model_validate({**NAMES, **about, "pass_on_on": working_days_after(MONDAY, 2)})


def talking(by: Side = "trainee", on: date = MONDAY, sign: Sign | None = "missed_in_a_row", **o: Any) -> RecordTalk:
    return RecordTalk(**({"relationship": RELATIONSHIP, "nudge_id": FIRST} | o), sign=sign, by=by, on=on)


def taking_back(by: Side = "trainee", sign: Sign | None = "missed_in_a_row") -> TakeTalkBack:
    return TakeTalkBack(relationship=RELATIONSHIP, nudge_id=FIRST, sign=sign, by=by, on=MONDAY)


def passing_on(sign: Sign | None = "missed_in_a_row", *accounts: Any) -> PassNudgeOn:
    named = frozenset(accounts or ("school_lead",))
    return PassNudgeOn(relationship_id=RELATIONSHIP_ID, nudge_id=FIRST, sign=sign, accounts=named, on=MONDAY)


TALKED = TalkRecorded(**NAMES, nudge_id=FIRST, by="trainee")
TAKEN_BACK = TalkTakenBack(**NAMES, nudge_id=FIRST, by="trainee")
ENDED = NudgeEnded(**NAMES, nudge_id=FIRST)
PASSED_ON = NudgePassedOn(**NAMES, nudge_id=FIRST, accounts=("school_lead",))
LOOK_PLANNED = LookPlanned(**NAMES, on=MONDAY + WEEK)
LOOK_DUE = LookDue(**NAMES, on=MONDAY + WEEK)
PASSING_ON_DUE = PassingOnDue(**NAMES, nudge_id=FIRST, on=working_days_after(MONDAY, 2))
MEETING_NOTICED = MeetingNoticed(**NAMES, meeting_id=HELD.meeting_id, on=MONDAY)
TARGET_NOTICED = TargetNoticed(**NAMES, target_id=TARGET_ID, on=MONDAY, is_open=True)
UNTOUCHED = TargetUntouched(**NAMES, target_id=TARGET_ID, trainee_id=TRAINEE_ID, by="mentor", version_number=3)
UNTOUCHED_NOTICED = UntouchedNoticed(**NAMES, target_id=TARGET_ID, on=MONDAY)
EVERY = (
    *(nudge_given(), TALKED, TAKEN_BACK, ENDED, PASSED_ON, LOOK_PLANNED),
    *(LOOK_DUE, PASSING_ON_DUE, MEETING_NOTICED, TARGET_NOTICED, UNTOUCHED_NOTICED),
)


def test_each_new_sign_is_a_nudge_and_one_that_is_gone_ends() -> None:
    given(NUDGES).when(following("missed_in_a_row")).then(nudge_given())
    known: dict[UUID, Sign] = {FIRST: "missed_in_a_row"}
    given(NUDGES, nudge_given()).when(following("missed_in_a_row", known=known)).then()
    both = given(NUDGES, nudge_given()).when(following("missed_in_a_row", "falling_pulse", known=known))
    both.then(nudge_given("falling_pulse", 1))
    given(NUDGES, nudge_given()).when(following(known=known)).then(ENDED)
    given(NUDGES, nudge_given(), TALKED).when(following("missed_in_a_row")).then(nudge_given(number=1))


def test_nobody_is_told_on_a_day_where_the_programme_names_nobody() -> None:
    (only,) = given(NUDGES).when(following("missed_in_a_row", rules=SignRules(missed_in_a_row=2))).events
    assert isinstance(only, NudgeGiven)
    assert only.pass_on_on is None


def test_what_versions_before_stored_of_looks_is_read_and_changes_nothing() -> None:
    given(NUDGES, LOOK_PLANNED).when(following("missed_in_a_row")).then(nudge_given())
    assert WATCH.evolve(Watch(), LOOK_DUE) == Watch()
    assert TASKS[LOOK_OF_BEFORE] is TASKS[FOLLOW]


def test_the_sign_is_sealed_for_the_mentee() -> None:
    assert personal_fields(NudgeGiven) == {"sign": "trainee_id"}


def test_those_whom_the_programme_names_are_told_unless_the_two_have_talked_and_never_of_a_pulse() -> None:
    given(NUDGES, nudge_given()).when(passing_on()).then(PASSED_ON)
    given(NUDGES, nudge_given(), PASSED_ON).when(passing_on()).then()
    for over in (TALKED, ENDED):
        given(NUDGES, nudge_given(), over).when(passing_on()).then()
    given(NUDGES, nudge_given(), TALKED, TAKEN_BACK).when(passing_on()).then(PASSED_ON)
    for hidden in ("falling_pulse", None):
        given(NUDGES, nudge_given()).when(passing_on(hidden)).then()


@pytest.mark.parametrize("by", ["mentor", "trainee"])
def test_either_says_that_they_have_talked_and_takes_it_back(by: Side) -> None:
    talked = TALKED.model_copy(update={"by": by})
    given(NUDGES, nudge_given()).when(talking(by)).then(talked)
    given(NUDGES, nudge_given(), talked).when(talking(by)).then()
    given(NUDGES, nudge_given(), talked).when(taking_back(by)).then(TAKEN_BACK.model_copy(update={"by": by}))
    given(NUDGES, nudge_given()).when(taking_back(by)).then()
    given(NUDGES, nudge_given(), ENDED).when(talking(by)).refused(NudgeIsOver)
    given(NUDGES, nudge_given()).when(talking(by, on=MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(NUDGES, nudge_given()).when(talking(by, relationship=ERASED)).refused(Erased)


def test_of_a_pulse_there_is_nothing_for_the_mentor() -> None:
    pulse = nudge_given("falling_pulse")
    given(NUDGES, pulse).when(talking("mentor", sign="falling_pulse")).refused(NotFound)
    given(NUDGES, pulse).when(talking("trainee", sign="falling_pulse")).then(TALKED)
    given(NUDGES, pulse).when(taking_back("mentor", sign="falling_pulse")).refused(NotFound)
    given(NUDGES, pulse).when(talking(sign=None)).refused(NotFound)
    given(NUDGES).when(talking()).refused(NotFound)


def test_each_sign_has_words_and_those_for_others_name_none() -> None:
    assert {*TEXTS} == {*SIGNS}
    assert FOR_OTHERS == "A conversation may help."


def test_a_meeting_is_watched_on_its_corrected_day_alone() -> None:
    tuesday = MEETING_NOTICED.model_copy(update={"on": MONDAY + DAY})
    assert given(WATCH, MEETING_NOTICED, tuesday).state == Watch(meetings={MONDAY + DAY: HELD.meeting_id})


def test_the_process_notices_what_is_recorded_and_when_to_look_and_to_tell() -> None:
    given(WATCH).when(HELD).then(MEETING_NOTICED)
    noticed = MEETING_NOTICED.model_copy(
        update={"happened_on": MISSED.happened_on, "meeting_id": MISSED.meeting_id, "on": MISSED.happened_on}
    )
    given(WATCH, MEETING_NOTICED).when(MISSED).then(noticed)
    given(WATCH).when(SET).then(TARGET_NOTICED)
    on = REVIEWED.happened_on
    closed = TARGET_NOTICED.model_copy(update={"happened_on": on, "on": on, "is_open": False})
    given(WATCH, TARGET_NOTICED).when(REVIEWED).then(closed)
    amended = SET.model_copy(update={"amended_on": MONDAY + DAY})
    still = TARGET_NOTICED.model_copy(update={"on": MONDAY + DAY, "is_open": False})
    given(WATCH, TARGET_NOTICED, closed).when(amended).then(still)
    given(WATCH).when(nudge_given()).then(PASSING_ON_DUE)
    given(WATCH).when(nudge_given().model_copy(update={"pass_on_on": None})).then()
    (process,) = PROCESSES
    about = {"relationship_id": str(RELATIONSHIP_ID)}
    assert process.requests(MEETING_NOTICED) == [TaskRequest(FOLLOW, about)]
    at = morning_of(PASSING_ON_DUE.on)
    assert process.requests(PASSING_ON_DUE) == [TaskRequest(PASS_ON, about | {"nudge_id": str(FIRST)}, at)]


def test_a_target_is_watched_from_the_day_on_which_the_mentor_was_told_until_somebody_touches_it() -> None:
    given(WATCH, TARGET_NOTICED).when(UNTOUCHED.model_copy(update={"by": "trainee"})).then()
    given(WATCH, TARGET_NOTICED).when(UNTOUCHED).then(UNTOUCHED_NOTICED)
    told = WATCH.evolve(Watch(), UNTOUCHED_NOTICED)
    assert told.targets == {TARGET_ID: WatchedTarget(is_open=True, told_on=MONDAY)}
    assert WATCH.evolve(told, TARGET_NOTICED).targets == {TARGET_ID: WatchedTarget(is_open=True)}
    (process,) = PROCESSES
    about = {"relationship_id": str(RELATIONSHIP_ID)}
    assert process.requests(UNTOUCHED_NOTICED) == [TaskRequest(FOLLOW, about)]


def test_the_row_is_there_while_the_sign_is() -> None:
    (row,) = rows(NUDGE_ROWS, nudge_given(), PASSED_ON, TALKED)
    assert isinstance(row, NudgeRow)
    assert (row.sign, row.talked_on, row.passed_on_to) == ("missed_in_a_row", MONDAY, ("school_lead",))
    assert rows(NUDGE_ROWS, nudge_given(), ENDED) == [None]


class Watching(RuleBasedStateMachine):
    """Signs come and go, people talk; a plain list says the same of every nudge."""

    def __init__(self) -> None:
        super().__init__()
        self.nudges: Nudges = NUDGES.initial()
        self.plain: list[dict[str, Any]] = []

    def do(self, command: Commands) -> bool:
        try:
            events = NUDGES.decide(command, self.nudges, NOW)
        except DomainError:
            return False
        for event in events:
            self.nudges = NUDGES.evolve(self.nudges, event)
        return True

    @property
    def open(self) -> list[dict[str, Any]]:
        return [each for each in self.plain if not each["talked"] and not each["ended"]]

    @rule(signs=st.frozensets(st.sampled_from(SIGNS)))
    def look(self, signs: frozenset[Sign]) -> None:
        known = {each["id"]: each["sign"] for each in self.open}
        assert self.do(following(*signs, known=known))
        for each in self.open:
            each["ended"] = each["sign"] not in signs
        for sign in sorted(signs - {*known.values()}):
            id_ = uuid5(RELATIONSHIP_ID, f"nudge {len(self.plain)}")
            self.plain.append({"id": id_, "sign": sign, "talked": False, "ended": False, "told": False})

    @rule(nth=st.integers(0, 5), by=st.sampled_from(("mentor", "trainee")), back=st.booleans())
    def talk(self, nth: int, by: Side, back: bool) -> None:
        if nth >= len(self.plain):
            return
        each = self.plain[nth]
        hidden = by == "mentor" and each["sign"] == "falling_pulse"
        if back:
            took = self.do(taking_back(by, each["sign"]).model_copy(update={"nudge_id": each["id"]}))
            assert took != hidden
            each["talked"] = each["talked"] and hidden
        else:
            took = self.do(talking(by, sign=each["sign"], nudge_id=each["id"]))
            assert took == (not hidden and not each["ended"])
            each["talked"] = each["talked"] or took

    @rule(nth=st.integers(0, 5))
    def tell(self, nth: int) -> None:
        if nth < len(self.plain):
            each = self.plain[nth]
            self.do(passing_on(each["sign"]).model_copy(update={"nudge_id": each["id"]}))
            may = each in self.open and each["sign"] != "falling_pulse"
            each["told"] = each["told"] or may

    @invariant()
    def both_say_the_same(self) -> None:
        for each in self.plain:
            nudge = self.nudges.by_id[each["id"]]
            assert (nudge.talked_on is not None, nudge.ended, nudge.passed_on) == (
                each["talked"],
                each["ended"],
                each["told"],
            )


TestWatching = Watching.TestCase
