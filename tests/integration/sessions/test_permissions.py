"""Every route of sessions as everybody: the running service answers as the permission table says, and tells no more."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.integration.sessions.permission_people import WORDS, open_partnership
from tests.integration.sessions.permission_sendings import sendings
from tests.support.permissions import Answered, Prepared, call_all, call_unsigned, differences, tells_apart
from tests.support.services import Platform
from tools.reference.permissions import Outcome, read_permission_table

pytestmark = [pytest.mark.covers("S11"), pytest.mark.timeout(300)]
TABLE = read_permission_table("sessions")


@pytest.fixture(scope="module")
async def partnership(platform: Platform) -> Prepared:
    """A mentee and a mentor with one item of each kind, and everybody who is something to them or nothing."""
    opened = await open_partnership(platform)
    return Prepared(platform["sessions"], opened.headers, opened.ids_for, sendings, WORDS)


@pytest.fixture(scope="module")
async def answers(partnership: Prepared) -> Sequence[Answered]:
    """What everybody got from every route."""
    return await call_all(partnership, TABLE)


async def test_every_route_lets_pass_whom_the_table_names_and_shows_them_no_more(
    partnership: Prepared, answers: Sequence[Answered]
) -> None:
    assert await differences(partnership, answers) == []


async def test_nobody_can_tell_what_is_not_there_for_them_from_what_does_not_exist(
    partnership: Prepared, answers: Sequence[Answered]
) -> None:
    assert await tells_apart(partnership, TABLE, answers) == []


async def test_nobody_gets_anything_without_signing_in(partnership: Prepared) -> None:
    assert await call_unsigned(partnership, TABLE) == []


@pytest.mark.parametrize(
    ("key", "name", "wrong"),
    [
        ("GET /journal/{entry_id} (withheld)", "tutor", "reads"),
        ("GET /journal/{entry_id}", "tutor", "absent"),
        ("GET /targets/{target_id}", "host_lead", "reads"),
        ("GET /journal (withheld)", "mentee", "nothing"),
        ("PUT /targets/{target_id}", "tutor", "does"),
        ("PUT /targets/{target_id}", "tutor", "absent"),
    ],
)
async def test_a_table_that_says_something_else_is_wrong(
    partnership: Prepared, answers: Sequence[Answered], key: str, name: str, wrong: Outcome
) -> None:
    (found,) = [each for each in answers if (each.row.key, each.name) == (key, name)]
    row = replace(found.row, outcomes={**found.row.outcomes, name: wrong})

    (sentence,) = await differences(partnership, [replace(found, row=row)])

    assert f"{key} as {name}" in sentence
