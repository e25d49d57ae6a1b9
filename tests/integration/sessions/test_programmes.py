"""A programme of which no line of code knows anything, and what its two people see of it."""

import pytest

from tests.integration.sessions.pairs import Pair, a_returning_pair, outsiders
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S1", "R1")


async def test_the_forms_of_a_tenth_programme_are_shown_to_those_who_see_the_relationship(platform: Platform) -> None:
    pair = await a_returning_pair(platform)

    for who in (pair.mentor, pair.trainee, pair.host_lead):
        shown = (await pair.get(f"{pair.path}/practice", who)).json()
        assert shown["title"] == "Return to teaching after a career break"
        assert [form["id"] for form in shown["practice"]["forms"]] == [
            "way_back",
            "look_in",
            "ease",
            "onwards",
            "stepping_stone",
            "word_of_both",
            "in_hindsight",
        ]
        assert shown["practice"]["safe_contact"]["roles"] == ["head_of_staff"]
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/practice", who)).status_code == 404


async def test_forms_that_have_not_arrived_yet_are_asked_for_again_later(pair: Pair) -> None:
    answer = await pair.get(f"{pair.path}/practice", pair.mentor)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "try again in a minute" in answer.json()["detail"]
