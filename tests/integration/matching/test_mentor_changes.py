"""A mentee wants another mentor: one is proposed while the present mentoring goes on, and then takes over."""

from datetime import date

import pytest

from shared.events.sessions import AnotherMentorRequested, MentorRequestWithdrawn
from tests.integration.matching.partnership import Partnership, a_mentor, an_offer, ids
from tests.integration.matching.test_break_offs import confirm_pair, hear
from tests.integration.matching.test_support import (
    a_support,
    answers,
    mentor_declared,
    mentors_by_need,
    propose_supports,
)
from tests.support.services import eventually

pytestmark = pytest.mark.covers("S12", "M6")
ON = date(2026, 10, 20)


async def request(partnership: Partnership, relationship_id: str, *, withdrawn: bool = False) -> None:
    event = MentorRequestWithdrawn if withdrawn else AnotherMentorRequested
    about = {"happened_on": ON, "relationship_id": relationship_id}
    await hear(partnership, relationship_id, event.model_validate(about))


async def statuses(partnership: Partnership) -> dict[str, str]:
    return {pair["pair_id"]: pair["status"] for pair in await partnership.read("/pairs")}


async def test_another_mentor_is_proposed_beside_the_present_one_who_goes_on_until_both_have_accepted(
    partnership: Partnership,
) -> None:
    programme, pair = await confirm_pair(partnership)
    await request(partnership, pair["pair_id"])

    alone = await partnership.solve_round(programme, "2026-10-21")
    assert alone["pairs"] == []
    assert len(alone["unplaced_trainees"]) == 1
    assert await statuses(partnership) == {pair["pair_id"]: "confirmed"}

    colleague = a_mentor("900001")
    await partnership.hears(colleague, an_offer("900001"))
    (other,) = (await partnership.solve_round(programme, "2026-10-22"))["pairs"]
    assert ids([other], "mentor_id") == [colleague.mentor_id]
    assert await statuses(partnership) == {pair["pair_id"]: "confirmed", other["pair_id"]: "proposed"}

    for side in ("mentor", "trainee"):
        await partnership.answers(other, "acceptance", partnership.lead(), on="2026-10-22", side=side)

    async def has_taken_over() -> bool:
        return await statuses(partnership) == {pair["pair_id"]: "withdrawn", other["pair_id"]: "confirmed"}

    await eventually(has_taken_over)
    (placed,) = await partnership.read("/candidates?status=placed")
    assert placed["pair_id"] == other["pair_id"]
    (ended,) = (each for each in await partnership.read("/pairs") if each["pair_id"] == pair["pair_id"])
    assert ended["withdrawn_because"] == "moved_in_repair"


async def test_after_a_refusal_or_a_withdrawal_the_present_mentoring_goes_on(partnership: Partnership) -> None:
    programme, pair = await confirm_pair(partnership)
    await request(partnership, pair["pair_id"])
    await partnership.hears(a_mentor("900001"), an_offer("900001"))
    (other,) = (await partnership.solve_round(programme, "2026-10-22"))["pairs"]
    await partnership.answers(other, "refusal", partnership.lead(), on="2026-10-22", side="mentor")
    (placed,) = await partnership.read("/candidates?status=placed")
    assert placed["pair_id"] == pair["pair_id"]

    await request(partnership, pair["pair_id"], withdrawn=True)

    assert (await partnership.round(programme, "2026-10-23")).status_code == 409
    assert (await statuses(partnership))[pair["pair_id"]] == "confirmed"


async def test_a_support_is_replaced_too(partnership: Partnership) -> None:
    programme, support = await a_support(partnership)
    for side in ("mentor", "mentee"):
        await answers(partnership, support, "acceptance", partnership.lead(), side=side)
    await request(partnership, support["support_id"])
    other = a_mentor("900001", hours=0.5)
    await partnership.hears(other, mentor_declared(other, "buddy"))

    found = await propose_supports(partnership, programme)
    assert mentors_by_need(found) == {"buddy": str(other.mentor_id)}
    (proposed,) = found["found"]
    assert (await partnership.read(f"/supports/{support['support_id']}"))["status"] == "confirmed"
    for side in ("mentor", "mentee"):
        await answers(partnership, proposed, "acceptance", partnership.lead(), side=side)

    async def has_ended() -> bool:
        return bool((await partnership.read(f"/supports/{support['support_id']}"))["status"] == "ended")

    await eventually(has_ended)
