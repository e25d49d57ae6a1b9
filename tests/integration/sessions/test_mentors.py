"""A mentee with several mentors sees them all, who leads, and what each of them can see."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.referral.programmes import templates
from shared.events.matching import SupportConfirmed
from tests.integration.sessions.pairs import TENANT, Pair, a_pair
from tests.support.services import Platform, eventually, publish_events
from tests.support.tenth_programme import programme_opened

pytestmark = pytest.mark.covers("S1", "S11")


async def support(pair: Pair, role: str, facet: str | None, ends_on: date = date(2026, 12, 18)) -> UUID:
    """A supporting mentor of the pair's mentee; returns the mentor's id."""
    support_id, mentor_id = uuid4(), uuid4()
    confirmed = {
        "happened_on": date(2026, 9, 1),
        "support_id": support_id,
        "programme_id": pair.programme_id,
        "mentee_id": pair.trainee_id,
        "mentor_id": mentor_id,
        "role": role,
        "facet": facet,
        "school_urn": pair.school_urn,
        "starts_on": date(2026, 9, 14),
        "ends_on": ends_on,
        "hours_per_week": 0.5,
        "meetings_per_week": 0,
        "targets_per_meeting": 3,
        "assessor_is_not_mentor": True,
        "mentor_reads_for_days": 10,
    }
    event = SupportConfirmed.model_validate(confirmed)
    await publish_events(pair.platform, "matching", TENANT, f"support-{support_id}", event)
    return mentor_id


async def test_the_mentee_sees_all_mentors_who_leads_and_what_each_can_see(platform: Platform) -> None:
    programme_id = uuid4()
    newcomers = programme_opened(templates()["new-to-school"], programme_id)
    await publish_events(platform, "referral", TENANT, f"programme-{programme_id}", newcomers)
    pair = await a_pair(platform, programme_id=programme_id)
    buddy = await support(pair, "buddy", None)
    behaviour = await support(pair, "supporting", "behaviour")
    await support(pair, "supporting", "subject", ends_on=date(2026, 10, 2))  # too long ago to read anything
    entry = {"on": "2026-09-21", "text": "For my buddy."}
    entry_id = (await pair.post("/journal", entry, pair.trainee)).json()["entry_id"]
    to_buddy = {"to": {"person_id": f"{buddy}"}, "on": "2026-09-21"}
    released = await pair.post(f"/journal/{entry_id}/releases", to_buddy, pair.trainee)

    async def all_are_there() -> bool:
        listed = await pair.get("/mentors", pair.trainee, after=released)
        return len(listed.json()) == 3 and all(mentor["forms"] for mentor in listed.json())

    await eventually(all_are_there)
    mentors = (await pair.get("/mentors", pair.trainee)).json()
    by_id = {UUID(mentor["mentor_id"]): mentor for mentor in mentors}
    assert [mentor["leads"] for mentor in mentors] == [True, False, False]
    assert mentors[0]["mentor_id"] == f"{pair.mentor_id}"
    assert (by_id[behaviour]["role"], by_id[behaviour]["facet"]) == ("supporting", "behaviour")
    assert by_id[buddy]["reads_until"] == "2026-12-28"
    assert mentors[0]["reads_until"] is None
    assert [form["id"] for form in by_id[buddy]["forms"]] == ["agreement"]
    assert [form["id"] for form in mentors[0]["forms"]] == ["agreement", "look_back"]
    assert [by_id[who]["journal_entries"] for who in (buddy, behaviour)] == [[entry_id], []]


async def test_nobody_sees_the_mentors_of_somebody_else(pair: Pair) -> None:
    for who in (pair.mentor, pair.host_lead, pair.platform.bearer("operator", subject="operator-1")):
        assert (await pair.get("/mentors", who)).json() == []
