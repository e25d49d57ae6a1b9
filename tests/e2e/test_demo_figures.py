"""Each figure of the demo partnership is reckoned again from the public events, as those of random histories are."""

from datetime import timedelta
from uuid import UUID

import pytest

from alongside.demo.personas import TENANT
from alongside.demo.steps import FIRST_MONDAY
from alongside.local.stack import LAST_DAY_OF_THE_DEMO
from shared.events import PUBLISHED
from shared.kernel.postgres import Connection, connect, open_pool
from shared.kernel.postgres.events import head
from shared.kernel.postgres.progress import projected_position
from tests.e2e.conftest import Demo
from tests.integration.reporting.recomputation.comparing import (
    SCHOOL_LEAD,
    Person,
    Question,
    ReportingStore,
    differences,
)
from tests.integration.reporting.recomputation.histories import Recorded
from tests.support.notes_service import store_of
from tests.support.services import eventually

IN_AUTUMN = FIRST_MONDAY + timedelta(weeks=6)
LATER = LAST_DAY_OF_THE_DEMO + timedelta(days=60)
"""When the autumn term and its last months are settled, by the days; by the clock of the test they may not be."""


async def read_records(connection: Connection) -> list[Recorded]:
    """Return every event of the demo partnership that reporting has recorded, in order."""

    async def is_projected() -> bool:
        return await projected_position(connection) >= await head(connection)

    await eventually(is_projected)
    rows = await connection.fetch(
        """select type, schema_version, body::text as body, recorded_at from events
           where tenant = $1 order by position""",
        TENANT,
    )
    return [
        Recorded(row["recorded_at"], PUBLISHED.decode(row["type"], row["schema_version"], row["body"]))
        for row in rows
        if row["type"] in PUBLISHED.classes
    ]


@pytest.mark.covers("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P12")
async def test_every_figure_of_the_demo_is_what_its_events_say(demo: Demo) -> None:
    as_worker, as_app = (demo.addresses.database("reporting", role) for role in ("worker", "app"))
    placements = [each for each in demo.result.report["placements"] if each["mentor_id"]]
    schools = frozenset(each["school_urn"] for each in placements[:4])
    about = (demo.result.report["programme"]["programme_id"], placements[0]["trainee_id"], placements[0]["mentor_id"])
    connection = await connect(as_worker)
    try:
        records = await read_records(connection)
        async with await open_pool(as_worker, size=1) as worker, await open_pool(as_app, size=2) as app:
            store = ReportingStore(connection, store_of(worker), app)
            middle = records[len(records) // 2].at
            asked = [(Person(), day, None) for day in (IN_AUTUMN, LAST_DAY_OF_THE_DEMO, LATER)]
            asked += [(Person(SCHOOL_LEAD, schools=schools), LAST_DAY_OF_THE_DEMO, None)]
            for who, day, known_at in (*asked, (Person(), LAST_DAY_OF_THE_DEMO, middle)):
                question = Question(who, day, known_at, *map(UUID, about))
                assert not list(map(str, await differences(store, TENANT, records, question)))
    finally:
        await connection.close()
    assert len(records) > 1000
