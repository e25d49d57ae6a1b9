"""A mentee broke off in sessions: the place is open again, the same two are not proposed, somebody else is found."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events import PublicEvent
from shared.events.sessions import RelationshipBrokenOff, RelationshipEnded
from tests.integration.matching.partnership import Partnership, a_mentor, a_trainee, ids, referral_accepted
from tests.integration.matching.test_answers import a_proposal
from tests.integration.matching.test_support import (
    a_support,
    answers,
    mentor_declared,
    mentors_by_need,
    propose_supports,
    request_support,
    unmet,
)
from tests.support.services import eventually, publish_events

pytestmark = pytest.mark.covers("S1", "M6")


ON = date(2026, 10, 20)


async def break_off(partnership: Partnership, relationship_id: str, on: date = ON) -> None:
    """Tell matching that a mentee broke off, and wait until it shows."""
    event = RelationshipBrokenOff.model_validate({"happened_on": on, "relationship_id": relationship_id})
    await hear(partnership, relationship_id, event)


async def end(partnership: Partnership, relationship_id: str, reason: str, last_day: date = ON) -> None:
    """Tell matching that a relationship ends on a last day, and wait until it shows."""
    about = {"happened_on": ON, "ended_on": last_day, "relationship_id": relationship_id, "reason": reason}
    await hear(partnership, relationship_id, RelationshipEnded.model_validate(about))


async def hear(partnership: Partnership, relationship_id: str, event: PublicEvent) -> None:
    stream = f"relationship-{relationship_id}"
    await publish_events(partnership.platform, "sessions", partnership.tenant, stream, event)

    async def has_consumed_all() -> bool:
        return await partnership.platform.has_consumed("matching")

    await eventually(has_consumed_all)


async def confirm_pair(partnership: Partnership) -> tuple[Any, dict[str, Any]]:
    """Return a programme and its one pair, which both have accepted."""
    programme, pair = await a_proposal(partnership)
    for side in ("mentor", "trainee"):
        await partnership.answers(pair, "acceptance", partnership.lead(), side=side)
    return programme, pair


async def test_the_place_is_open_again_and_the_next_round_finds_another_mentor(partnership: Partnership) -> None:
    programme, pair = await confirm_pair(partnership)

    await break_off(partnership, pair["pair_id"])

    (seen,) = await partnership.read("/pairs")
    assert (seen["status"], seen["withdrawn_because"], seen["changed_on"]) == (
        "withdrawn",
        "ended_by_them",
        "2026-10-20",
    )
    (waiting,) = await partnership.read("/candidates?status=waiting")
    assert waiting["referral_id"] == pair["referral_id"]
    alone = await partnership.solve_round(programme, "2026-10-21")
    assert [trainee["reason"] for trainee in alone["unplaced_trainees"]] == ["mentors_barred"]

    colleague = a_mentor("900001", volunteer=False)
    await partnership.hears(colleague)
    (again,) = (await partnership.solve_round(programme, "2026-10-22"))["pairs"]
    assert ids([again], "mentor_id") == [colleague.mentor_id]
    (shown,) = await partnership.read("/pairs?status=proposed")
    assert (shown["starts_on"], shown["ends_on"]) == ("2026-10-22", "2026-12-18")


async def test_a_break_off_that_is_told_twice_or_of_a_pair_that_is_over_changes_nothing(
    partnership: Partnership,
) -> None:
    _, pair = await confirm_pair(partnership)
    await break_off(partnership, pair["pair_id"])
    before = await partnership.read("/pairs")

    await break_off(partnership, pair["pair_id"], date(2026, 10, 23))

    assert await partnership.read("/pairs") == before


async def test_an_early_end_that_both_agreed_on_frees_the_mentor_and_the_mentee_waits(partnership: Partnership) -> None:
    programme, pair = await confirm_pair(partnership)

    await end(partnership, pair["pair_id"], "ended_by_them")

    (seen,) = await partnership.read("/pairs")
    assert (seen["status"], seen["withdrawn_because"]) == ("withdrawn", "ended_by_them")
    (waiting,) = await partnership.read("/candidates?status=waiting")
    assert waiting["referral_id"] == pair["referral_id"]
    colleague = a_mentor("900001", volunteer=False)
    await partnership.hears(colleague)
    (again,) = (await partnership.solve_round(programme, "2026-10-21"))["pairs"]
    assert ids([again], "mentor_id") == [colleague.mentor_id]


async def test_a_mentor_is_free_after_the_last_day_that_the_two_agreed_on_and_not_before(
    partnership: Partnership,
) -> None:
    programme, pair = await confirm_pair(partnership)
    await end(partnership, pair["pair_id"], "ended_by_them", date(2026, 10, 30))
    another = a_trainee()
    await partnership.hears(another, referral_accepted(programme, another))

    assert (await partnership.solve_round(programme, "2026-10-30"))["pairs"] == []

    (made,) = (await partnership.solve_round(programme, "2026-11-02"))["pairs"]
    assert ids([made], "mentor_id") == [UUID(pair["mentor_id"])]
    for side in ("mentor", "trainee"):
        answer = await partnership.answers(made, "acceptance", partnership.lead(), on="2026-11-02", side=side)
    assert answer.json()["status"] == "confirmed", answer.text


async def test_a_support_ends_and_somebody_else_is_looked_for(partnership: Partnership) -> None:
    programme, support = await a_support(partnership)
    for side in ("mentor", "mentee"):
        await answers(partnership, support, "acceptance", partnership.lead(), side=side)

    await break_off(partnership, support["support_id"])

    seen = await partnership.read(f"/supports/{support['support_id']}")
    assert (seen["status"], seen["ends_on"]) == ("ended", "2026-10-20")
    await request_support(partnership, support["mentee_id"], buddy=True)
    assert "buddy" in unmet(await propose_supports(partnership, programme))
    other = a_mentor("900001", hours=0.5)
    await partnership.hears(other, mentor_declared(other, "buddy"))
    assert mentors_by_need(await propose_supports(partnership, programme)) == {"buddy": str(other.mentor_id)}


@pytest.mark.covers("S10")
async def test_a_pair_that_a_review_closed_is_withdrawn_and_nobody_is_looked_for(partnership: Partnership) -> None:
    programme, pair = await confirm_pair(partnership)

    await end(partnership, pair["pair_id"], "closed_in_review")

    (seen,) = await partnership.read("/pairs")
    assert (seen["status"], seen["withdrawn_because"]) == ("withdrawn", "closed_in_review")
    assert await partnership.read("/candidates?status=waiting") == []
    nobody = await partnership.round(programme, "2026-10-22")
    assert (nobody.status_code, nobody.json()["type"]) == (409, "urn:alongside:problem:nobody-waits")


@pytest.mark.covers("S10")
async def test_a_support_that_a_review_closed_is_not_looked_for_again_until_the_mentee_asks(
    partnership: Partnership,
) -> None:
    programme, support = await a_support(partnership)
    for side in ("mentor", "mentee"):
        await answers(partnership, support, "acceptance", partnership.lead(), side=side)

    await end(partnership, support["support_id"], "closed_in_review")

    seen = await partnership.read(f"/supports/{support['support_id']}")
    assert (seen["status"], seen["ends_on"]) == ("ended", "2026-10-20")
    await request_support(partnership, support["mentee_id"], structural=True)
    found = await propose_supports(partnership, programme)
    assert {*unmet(found), *mentors_by_need(found)} == {"structural"}
