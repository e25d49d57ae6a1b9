"""Documents of what mentors have done: what they state, their codes, and when they stand."""

from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions import policy
from services.sessions.api.recognition_pages import page_of_document, page_of_verification
from services.sessions.domain.recognition_codes import (
    ALPHABET,
    MistypedCode,
    make_code,
    parse_code,
    recognition_id_of,
)
from services.sessions.domain.recognitions import (
    RECOGNITION,
    Commands,
    IssueRecognition,
    Mentoring,
    MentoringMeeting,
    NothingToRecognise,
    RecognitionIssued,
    RecognitionReplaced,
    RecognitionWithdrawn,
    ReplaceRecognition,
    WithdrawRecognition,
    initials_of,
    is_same_name,
    sum_up,
)
from services.sessions.projections.recognitions import RECOGNITIONS, RecognitionRow
from services.sessions.queries.recognitions import RecognitionView, Verification
from shared.calendar.academic_years import academic_year_of
from shared.kernel.decider import NotAllowed, NotFound, build_from
from shared.kernel.postgres.personal import personal_fields
from shared.kernel.principal import Principal
from tests.support.given import NOW, given
from tests.unit.sessions.examples import MONDAY
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S14")
ID, NEXT, HOLDER, ANN, BEN = (UUID(int=nth) for nth in range(1, 6))
MEETINGS = (
    MentoringMeeting("Placements", "Mentor", ANN, date(2025, 7, 7), 45),
    MentoringMeeting("Placements", "Mentor", BEN, date(2025, 9, 8), 60),
    MentoringMeeting("Welcome", "Buddy", ANN, date(2026, 2, 2), 30),
)
MENTORING = sum_up(MEETINGS)
ISSUING = IssueRecognition(
    recognition_id=ID,
    holder_id=HOLDER,
    code="2345-6789-ABCD-EFGH",
    name="Ann Example",
    name_shown="initials",
    mentoring=MENTORING,
    on=MONDAY,
)
ISSUED = build_from(RecognitionIssued, ISSUING, happened_on=MONDAY)
REPLACED = RecognitionReplaced(happened_on=MONDAY, recognition_id=ID, replaced_by=NEXT)
WITHDRAWN = RecognitionWithdrawn(happened_on=MONDAY, recognition_id=ID)

EVERY = (ISSUED, REPLACED, WITHDRAWN)


def code_of(seed: int) -> str:
    return make_code(Random(seed).choice)  # the same code in every run


def test_what_was_done_is_summed_up_in_all_and_by_role() -> None:
    assert MENTORING is not None
    assert (MENTORING.minutes, MENTORING.meetings, MENTORING.mentees) == (135, 3, 2)
    assert (MENTORING.first_on, MENTORING.last_on) == (date(2025, 7, 7), date(2026, 2, 2))
    assert MENTORING.academic_years == ("2024/25", "2025/26")
    assert [(role.programme, role.role, role.minutes, role.mentees) for role in MENTORING.roles] == [
        ("Placements", "Mentor", 105, 2),
        ("Welcome", "Buddy", 30, 1),
    ]


@drawn(st.permutations(MEETINGS))
def test_the_order_of_meetings_makes_no_difference(meetings: list[MentoringMeeting]) -> None:
    assert sum_up(meetings) == MENTORING


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 31), "2025/26"), (date(2026, 9, 1), "2026/27"), (date(1999, 10, 1), "1999/00")],
)
def test_an_academic_year_begins_in_september(day: date, year: str) -> None:
    assert academic_year_of(day) == year


def test_a_document_is_issued_replaced_and_withdrawn() -> None:
    given(RECOGNITION).when(ISSUING).then(ISSUED)
    given(RECOGNITION, ISSUED).when(ReplaceRecognition(replaced_by=NEXT, on=MONDAY)).then(REPLACED)
    given(RECOGNITION, ISSUED).when(WithdrawRecognition(on=MONDAY)).then(WITHDRAWN)
    given(RECOGNITION, ISSUED, REPLACED).when(WithdrawRecognition(on=MONDAY)).then(WITHDRAWN)


@pytest.mark.parametrize(
    ("before", "again"),
    [
        ((ISSUED,), ISSUING),
        ((ISSUED, REPLACED), ReplaceRecognition(replaced_by=NEXT, on=MONDAY)),
        ((ISSUED, WITHDRAWN), WithdrawRecognition(on=MONDAY)),
        ((ISSUED, WITHDRAWN), ReplaceRecognition(replaced_by=NEXT, on=MONDAY)),
    ],
)
def test_what_is_done_is_done_once(before: tuple[Any, ...], again: Any) -> None:
    given(RECOGNITION, *before).when(again).then()


COMMANDS: Mapping[str, Commands] = {
    "issue": ISSUING,
    "replace": ReplaceRecognition(replaced_by=NEXT, on=MONDAY),
    "withdraw": WithdrawRecognition(on=MONDAY),
}


@drawn(st.lists(st.sampled_from(sorted(COMMANDS)), max_size=8))
def test_a_document_stands_until_it_is_replaced_or_withdrawn_in_whatever_order(
    steps: list[str],
) -> None:
    recognition = RECOGNITION.initial()
    done: set[str] = set()
    for step in steps:
        if step != "issue" and "issue" not in done:
            with pytest.raises(NotFound):
                RECOGNITION.decide(COMMANDS[step], recognition, NOW)
            continue
        events = RECOGNITION.decide(COMMANDS[step], recognition, NOW)
        changes = step not in done and not (step == "replace" and "withdraw" in done)
        assert len(events) == changes
        done |= {step} if changes else set()
        for event in events:
            recognition = RECOGNITION.evolve(recognition, event)
    assert (recognition is None) == ("issue" not in done)
    if recognition is not None:
        assert recognition.stands == (done == {"issue"})
        assert (recognition.replaced, recognition.withdrawn) == ("replace" in done, "withdraw" in done)


def test_without_a_meeting_there_is_nothing_to_recognise() -> None:
    nothing = ISSUING.model_copy(update={"mentoring": sum_up([])})
    given(RECOGNITION).when(nothing).refused(NothingToRecognise)
    given(RECOGNITION).when(WithdrawRecognition(on=MONDAY)).refused(NotFound)


@pytest.mark.parametrize(
    ("recorded", "covers"),
    [
        (MEETINGS, True),
        ((*MEETINGS, MentoringMeeting("Placements", "Mentor", UUID(int=9), date(2025, 1, 1), 5)), True),
        (MEETINGS[1:], False),
        (MEETINGS[:2], False),
        ((*MEETINGS[:2], MentoringMeeting("Welcome", "Buddy", ANN, date(2026, 2, 2), 29)), False),
    ],
)
def test_a_document_stands_while_what_is_recorded_is_no_less(
    recorded: tuple[MentoringMeeting, ...], covers: bool
) -> None:
    summed = sum_up(recorded)
    assert summed is not None
    assert MENTORING is not None
    assert summed.cover(MENTORING) == covers


def test_name_and_code_are_encrypted_for_the_holder() -> None:
    assert personal_fields(RecognitionIssued) == {"code": "holder_id", "name": "holder_id"}


def test_the_row_says_when_a_document_was_replaced_or_withdrawn() -> None:
    (row,) = rows(RECOGNITIONS, ISSUED, REPLACED, WITHDRAWN)
    assert isinstance(row, RecognitionRow)
    assert (row.replaced_on, row.withdrawn_on) == (MONDAY, MONDAY)
    assert Mentoring.model_validate(row.mentoring) == MENTORING


def test_only_a_person_gets_a_document() -> None:
    assert policy.recognition_holder(Principal(f"{HOLDER}", "north-star", frozenset())) == HOLDER
    with pytest.raises(NotAllowed):
        policy.recognition_holder(Principal("a-service", "north-star", frozenset()))


@pytest.mark.parametrize("seed", range(20))
def test_a_code_is_read_however_it_is_typed(seed: int) -> None:
    code = code_of(seed)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= {*ALPHABET, "-"}
    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert parse_code(typed) == code


def test_every_single_slip_and_every_exchange_of_two_characters_is_found() -> None:
    letters = code_of(7).replace("-", "")
    slips = [letters[:at] + other + letters[at + 1 :] for at in range(16) for other in ALPHABET if other != letters[at]]
    for one, two in combinations(range(16), 2):
        if letters[one] != letters[two]:
            exchanged = list(letters)
            exchanged[one], exchanged[two] = exchanged[two], exchanged[one]
            slips.append("".join(exchanged))
    for slip in slips:
        with pytest.raises(MistypedCode):
            parse_code(slip)


@pytest.mark.parametrize("typed", ["", "2345", "0" * 16, "\u0662" * 16, "\ud83d" * 16, "2345-6789-ABCD-EFGH-2"])
def test_what_is_no_code_is_refused_before_anything_is_looked_up(typed: str) -> None:
    with pytest.raises(MistypedCode):
        parse_code(typed)


def test_the_same_code_is_another_document_in_another_partnership() -> None:
    code = code_of(1)
    assert recognition_id_of("north", code) == recognition_id_of("north", code)
    assert recognition_id_of("north", code) != recognition_id_of("south", code)


def test_a_name_is_compared_without_capitals_and_blanks_and_shown_by_its_initials() -> None:
    assert is_same_name(" ann  EXAMPLE", "Ann Example")
    assert not is_same_name("Ann", "Ann Example")
    assert initials_of("Anne-Marie de Souza") == "A. d. S."


class Tags(HTMLParser):
    """The tags of a page, and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_page_escapes_what_it_shows_and_loads_and_runs_nothing() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    assert MENTORING is not None
    roles = tuple(role.model_copy(update={"role": evil, "programme": evil}) for role in MENTORING.roles)
    mentoring = MENTORING.model_copy(update={"roles": roles})
    document = RecognitionView(
        recognition_id=ID,
        status="stands",
        as_of=MONDAY,
        code=code_of(1),
        name=evil,
        name_shown="full",
        mentoring=mentoring,
        verify="/partnerships/north/recognitions/X",
    )
    verification = Verification(
        status="stands",
        meaning="It stands.",
        partnership=evil,
        as_of=MONDAY,
        since=None,
        name=evil,
        name_shown="full",
        mentoring=mentoring,
    )
    for page in (page_of_document(document, evil, service=evil), page_of_verification(verification)):
        tags = Tags()
        tags.feed(bytes(page.body).decode())
        assert tags.names.isdisjoint({"script", "img", "link", "iframe", "form"})
        assert tags.attributes <= {"lang", "charset", "class"}
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "2.2" in bytes(page.body).decode()  # hours
