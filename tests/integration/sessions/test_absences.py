"""Who is away, by what others record, often late: no meeting is recorded for such a day, and what was is shown so."""

from datetime import date

import httpx
import pytest

from shared.events import PublicEvent
from shared.events.referral import MentorRecorded, SchoolClosed, SchoolPeriod, SchoolRecorded, TraineeStandingChanged
from shared.events.words import Standing
from tests.integration.sessions.pairs import MEETING, TENANT, Pair, a_pair
from tests.integration.sessions.test_one_person import merge
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("R7", "S2")

AWAY = date(2026, 10, 5)


def status(pair: Pair, status: Standing, on: date) -> TraineeStandingChanged:
    return TraineeStandingChanged(happened_on=on, trainee_id=pair.trainee_id, standing=status)


def mentor(pair: Pair, *periods: SchoolPeriod) -> MentorRecorded:
    return MentorRecorded(
        happened_on=date(2026, 11, 20),
        mentor_id=pair.mentor_id,
        school_urn=pair.school_urn,
        subjects=("physics",),
        phases=("secondary",),
        capacity_hours=3,
        role="volunteer",
        periods=periods,
    )


async def hear(pair: Pair, stream: str, *events: PublicEvent) -> None:
    """Tell sessions of these, and wait until its read models show them."""
    await publish_events(pair.platform, "referral", TENANT, stream, *events)

    async def has_heard() -> bool:
        return await pair.platform.has_consumed("sessions")

    await eventually(has_heard)


async def records(pair: Pair, on: date) -> httpx.Response:
    return await pair.post(f"{pair.path}/meetings", MEETING | {"on": f"{on}"}, pair.mentor)


async def read_absences(pair: Pair) -> dict[str, bool]:
    """Return for each day with a meeting whether somebody was away."""
    found = (await pair.get(pair.path, pair.mentor)).json()["meetings"]
    return {meeting["on"]: meeting["while_away"] for meeting in found}


async def test_no_meeting_is_recorded_for_a_day_of_a_deferral_and_one_from_before_is_shown_so(pair: Pair) -> None:
    await records(pair, AWAY)
    await records(pair, date(2026, 9, 28))
    await hear(pair, f"standing-{pair.trainee_id}", status(pair, "deferred", AWAY))

    refused = await records(pair, date(2026, 10, 12))

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    assert "away since 5 October 2026: the training is deferred" in refused.json()["detail"]
    assert await read_absences(pair) == {"2026-09-28": False, "2026-10-05": True}
    await hear(pair, f"standing-{pair.trainee_id}", status(pair, "in_training", date(2026, 10, 12)))
    assert (await records(pair, date(2026, 10, 11))).status_code == 422
    assert (await records(pair, date(2026, 10, 12))).status_code == 201


async def test_a_deferral_that_is_corrected_moves_the_days(pair: Pair) -> None:
    deferred = [status(pair, "deferred", on) for on in (AWAY, date(2026, 10, 19))]
    await hear(pair, f"standing-{pair.trainee_id}", *deferred)
    assert (await records(pair, AWAY)).status_code == 201
    assert (await records(pair, date(2026, 10, 19))).status_code == 422


async def test_a_withdrawal_that_the_lead_corrects_stands_in_the_way_no_longer(pair: Pair) -> None:
    stream = f"standing-{pair.trainee_id}"
    await hear(pair, stream, status(pair, "withdrawn", AWAY))
    refused = await records(pair, AWAY)
    assert refused.json()["detail"].endswith("Check the day, or ask the partnership lead to correct it.")
    await hear(pair, stream, status(pair, "withdrawn", date(2026, 10, 19)))
    assert (await records(pair, AWAY)).status_code == 201
    await hear(pair, stream, status(pair, "in_training", date(2026, 10, 26)))
    assert (await records(pair, date(2026, 10, 20))).status_code == 422
    assert (await records(pair, date(2026, 10, 26))).status_code == 201


async def test_a_mentor_who_has_left_the_school_meets_nobody_there(pair: Pair) -> None:
    left = SchoolPeriod(school_urn=pair.school_urn, ends_on=date(2026, 10, 4))
    await hear(pair, f"person-{pair.mentor_id}", mentor(pair, left))
    refused = await records(pair, AWAY)
    assert "the mentor was not at the school since 5 October 2026" in refused.json()["detail"]
    assert (await records(pair, date(2026, 10, 4))).status_code == 201

    await hear(pair, f"person-{pair.mentor_id}", mentor(pair))
    assert (await records(pair, AWAY)).status_code == 201


async def test_a_closed_school_has_no_meetings_until_the_register_shows_it_again(platform: Platform) -> None:
    pair = await a_pair(platform, school_urn="900077")
    await hear(pair, "school-900077", SchoolClosed(happened_on=AWAY, urn="900077"))
    assert "the school was closed since 5 October 2026" in (await records(pair, AWAY)).json()["detail"]
    open_again = SchoolRecorded(happened_on=date(2026, 11, 1), urn="900077", name="Oak School", phases=("secondary",))
    await hear(pair, "school-900077", open_again)
    assert (await records(pair, AWAY)).status_code == 201


async def test_an_absence_of_a_record_that_was_merged_stays_one(pair: Pair) -> None:
    kept_id = (await a_pair(pair.platform)).trainee_id
    back = date(2026, 10, 19)
    await hear(pair, f"standing-{pair.trainee_id}", status(pair, "deferred", AWAY), status(pair, "in_training", back))
    await merge(pair.platform, pair.trainee_id, kept_id, "trainee")

    async def is_merged() -> bool:
        return bool((await pair.get(pair.path, pair.mentor)).json()["trainee_id"] == str(kept_id))

    await eventually(is_merged)
    assert (await records(pair, AWAY)).status_code == 422
    assert (await records(pair, back)).status_code == 201
