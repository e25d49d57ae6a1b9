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
    accepted,
    assessed,
    confirmed,
    declined,
    held,
    lapsed,
    mentor,
    missed,
    opened,
    people_merged,
    person_erased,
    programme,
    proposed,
    referral_redirected,
    referral_withdrawn,
    referred,
    refused,
    registration_undone,
    relationship_rehomed,
    reviewed,
    school,
    stream_of,
    target,
    trainee,
    training_status_changed,
    unplaced,
    withdrawn,
)

STORY: tuple[PublicEvent, ...] = (
    programme(),
    school(OAK, "Oak School"),
    mentor("amal"),
    trainee("bo"),
    referred("bo"),
    refused("bo"),
    referred("bo", 2),
    accepted("bo", 2),
    unplaced("bo"),
    unplaced("bo", "places_taken", on=date(2026, 7, 17), round_="round 2"),
    proposed("bo", "eli"),
    declined("bo", "eli"),
    proposed("bo", "ann"),
    lapsed("bo", "ann"),
    proposed("bo", "amal"),
    confirmed("bo", "amal"),
    opened("bo", "amal"),
    held("bo", date(2026, 9, 14)),
    missed("bo", date(2026, 9, 21)),
    target("bo"),
    reviewed("bo", "progressing"),
    reviewed("bo", "met", on=date(2026, 9, 28)),
    target("bo", 2),
    assessed("bo", date(2026, 10, 23)),
    school(OAK, "Oak Academy"),
    mentor("amal", hours=1.5),
    mentor("ann"),
    people_merged("ann", into="amal"),
    mentor("eli"),
    people_merged("eli", into="ann"),
    people_merged("eli", into="amal"),
    relationship_rehomed("bo", trainee="bo", mentor="amal"),
    mentor("fay"),
    registration_undone("fay"),
    mentor("gil"),
    registration_undone("gil"),
    mentor("gil", hours=2),
    mentor("hal"),
    person_erased("hal"),
    referred("bo", 3),
    referral_redirected("bo", 3),
    referred("bo", 4),
    accepted("bo", 4),
    referral_withdrawn("bo", 4),
    withdrawn("bo", "amal"),
    training_status_changed("bo", "deferred"),
    training_status_changed("bo", "in_training", on=date(2026, 10, 5)),
    training_status_changed("cai", "withdrawn"),
)


def streams(events: Sequence[PublicEvent]) -> list[list[PublicEvent]]:
    """The events by stream, each in order."""
    found = defaultdict(list)
    for event in events:
        found[stream_of(event)].append(event)
    return list(found.values())


@st.composite
def interleavings(draw: st.DrawFn) -> list[PublicEvent]:
    """The story in any order that keeps the order of each stream."""
    waiting = {number: list(stream) for number, stream in enumerate(streams(STORY))}
    turns = draw(st.permutations([number for number, stream in waiting.items() for _ in stream]))
    return [waiting[number].pop(0) for number in turns]


def folded(model: ReadModel, events: Sequence[PublicEvent]) -> dict[tuple[object, ...], Any]:
    """The rows of a read model after these events; None where there was one."""
    rows: dict[tuple[object, ...], Any] = {}
    model.fold(rows, [("north-star", event) for event in events if type(event) in model.on])
    return rows


@pytest.mark.covers("P13")
@given(order=interleavings())
@settings(deadline=None, derandomize=True)
def test_the_same_rows_come_out_whatever_stream_is_read_first(order: list[PublicEvent]) -> None:
    for model in READ_MODELS:
        assert folded(model, order) == folded(model, STORY), model.name


@given(
    order=st.permutations([event for event in STORY if stream_of(event).startswith(("referral", "pair", "meeting"))])
)
@settings(deadline=None, derandomize=True)
def test_referrals_pairs_and_meetings_need_no_order_at_all(order: list[PublicEvent]) -> None:
    for model in READ_MODELS:
        if model.name in ("referrals", "pairs", "meetings"):
            assert folded(model, order) == folded(model, STORY), model.name
