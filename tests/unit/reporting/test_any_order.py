"""Topics and partitions are read side by side: only the order inside a stream can be relied on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.tables import READ_MODELS
from shared.events import PublicEvent
from shared.kernel.readmodel import ReadModel
from tests.unit.reporting.facts import (
    OAK,
    assessment_submitted,
    common_needs_counted,
    day_recorded,
    earlier_placements_recorded,
    feedback_given,
    measures_taken,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    numbers_released,
    pair_confirmed,
    pair_declined,
    pair_lapsed,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    person_erased,
    programme_opened,
    referral_accepted,
    referral_declined,
    referral_made,
    referral_redirected,
    referral_withdrawn,
    registration_undone,
    relationship_opened,
    relationship_rehomed,
    school_recorded,
    stream_of,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_logged,
    training_status_changed,
)

STORY: tuple[PublicEvent, ...] = (
    programme_opened(),
    school_recorded(OAK, "Oak School"),
    mentor_recorded("amal"),
    trainee_recorded("bo"),
    referral_made("bo"),
    referral_declined("bo"),
    referral_made("bo", 2),
    referral_accepted("bo", 2),
    trainee_unplaced("bo"),
    trainee_unplaced("bo", "places_taken", on=date(2026, 7, 17), round_="round 2"),
    pair_proposed("bo", "eli"),
    pair_declined("bo", "eli"),
    pair_proposed("bo", "ann"),
    pair_lapsed("bo", "ann"),
    pair_proposed("bo", "amal"),
    pair_confirmed("bo", "amal"),
    relationship_opened("bo", "amal"),
    meeting_held("bo", date(2026, 9, 14)),
    meeting_missed("bo", date(2026, 9, 21)),
    target_set("bo"),
    target_reviewed("bo", "progressing"),
    target_reviewed("bo", "met", on=date(2026, 9, 28)),
    target_set("bo", 2),
    assessment_submitted("bo", date(2026, 10, 23)),
    feedback_given("bo", date(2026, 9, 15), date(2026, 9, 17)),
    measures_taken("bo", date(2026, 9, 16)),
    numbers_released("bo", date(2026, 9, 16), planning=4),
    numbers_released("bo", date(2026, 9, 16)),
    school_recorded(OAK, "Oak Academy"),
    mentor_recorded("amal", hours=1.5),
    mentor_recorded("ann"),
    people_merged("ann", into="amal"),
    mentor_recorded("eli"),
    people_merged("eli", into="ann"),
    people_merged("eli", into="amal"),
    relationship_rehomed("bo", trainee="bo", mentor="amal"),
    mentor_recorded("fay"),
    registration_undone("fay"),
    mentor_recorded("gil"),
    registration_undone("gil"),
    mentor_recorded("gil", hours=2),
    mentor_recorded("hal"),
    person_erased("hal"),
    referral_made("bo", 3),
    referral_redirected("bo", 3),
    referral_made("bo", 4),
    referral_accepted("bo", 4),
    referral_withdrawn("bo", 4),
    pair_withdrawn("bo", "amal"),
    training_status_changed("bo", "deferred"),
    training_status_changed("bo", "in_training", on=date(2026, 10, 5)),
    training_status_changed("cai", "withdrawn"),
    training_status_changed("dai", "deferred"),
    person_erased("dai"),
    training_status_changed("eda", "deferred", on=date(2026, 9, 1)),
    training_status_changed("eda", "in_training", on=date(2026, 9, 8)),
    person_erased("eda"),
    earlier_placements_recorded("bo", OAK),
    day_recorded("bo", date(2026, 9, 15), "planned"),
    day_recorded("bo", date(2026, 9, 15), "logged", "morning"),
    day_recorded("bo", date(2026, 9, 15), "removed", "afternoon"),
    training_logged("amal", 6),
    training_logged("amal", 5),
    training_logged("eli", 2),
    training_logged("eli", 2, removed=True),
    common_needs_counted(OAK, date(2026, 12, 18), questioning=6),
)


def events_by_stream(events: Sequence[PublicEvent]) -> list[list[PublicEvent]]:
    """Return the events of each stream, in order."""
    found = defaultdict(list)
    for event in events:
        found[stream_of(event)].append(event)
    return list(found.values())


@st.composite
def interleavings(draw: st.DrawFn) -> list[PublicEvent]:
    """Draw the story in an order that keeps the order of each stream."""
    waiting = {number: list(stream) for number, stream in enumerate(events_by_stream(STORY))}
    turns = draw(st.permutations([number for number, stream in waiting.items() for _ in stream]))
    return [waiting[number].pop(0) for number in turns]


def fold(model: ReadModel, events: Sequence[PublicEvent]) -> dict[tuple[object, ...], Any]:
    """Return the rows of a read model after these events, None for a row that was removed."""
    rows: dict[tuple[object, ...], Any] = {}
    model.fold(rows, [("north-star", event) for event in events if type(event) in model.on])
    return rows


@pytest.mark.covers("P13")
@given(order=interleavings())
@settings(deadline=None, derandomize=True)
def test_the_same_rows_come_out_whatever_stream_is_read_first(order: list[PublicEvent]) -> None:
    for model in READ_MODELS:
        assert fold(model, order) == fold(model, STORY), model.name


@given(
    order=st.permutations([event for event in STORY if stream_of(event).startswith(("referral", "pair", "meeting"))])
)
@settings(deadline=None, derandomize=True)
def test_referrals_pairs_and_meetings_need_no_order_at_all(order: list[PublicEvent]) -> None:
    for model in READ_MODELS:
        if model.name in ("referrals", "pairs", "meetings"):
            assert fold(model, order) == fold(model, STORY), model.name
