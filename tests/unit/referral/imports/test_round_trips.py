"""Recording a batch of rows takes as many round trips to the store as recording one row."""

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import uuid4

from services.referral.imports.kinds import FILE_KINDS
from shared.kernel.records import Cause
from shared.kernel.store import StreamReader
from shared.kernel.unit import Unit
from tests.support.people_files import sheet
from tests.unit.referral.imports.read_files import read_file


class EmptyStore:
    """A store in which nothing is stored, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def read_streams(self, streams: Sequence[object]) -> Sequence[object]:
        del streams
        self.asked += 1
        return []


async def round_trips(rows: int) -> int:
    row = {
        "subject": "mathematics",
        "phase": "secondary",
        "places": "2",
        "starts_on": "2026-09-14",
        "ends_on": "2026-12-18",
        "academic_year": "2026/27",
    }
    reading = read_file("offers", sheet(*({"school_urn": f"{100_001 + nth}"} | row for nth in range(rows))))
    store = EmptyStore()
    unit = Unit.begin(cast(StreamReader, store), "north-star", Cause("a test", uuid4()))
    drafts = list(reading)
    outcome = await FILE_KINDS["offers"].record(unit, drafts, date(2026, 7, 1))
    assert len(drafts) == rows == len({error.line for error in outcome.errors})  # no school is on record
    return store.asked


async def test_offers_are_read_together() -> None:
    assert await round_trips(1) == await round_trips(40)
