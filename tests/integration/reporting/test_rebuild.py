"""A read model is rebuilt beside the running one while events arrive, and nobody can tell."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from services.reporting.tables import READ_MODELS
from shared.events import PublicEvent
from shared.kernel.postgres import Connection, open_pool
from shared.kernel.postgres.events import read_model_events
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.readmodel import ReadModel
from tests.integration.reporting.published_events import new_tenant, publish, reporting_database, wait_until_recorded
from tests.integration.reporting.test_report import STORY
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    MONDAY,
    assessment_submitted,
    meeting_held,
    mentor_recorded,
    pair_confirmed,
    pair_proposed,
    people_merged,
    programme_opened,
    referral_accepted,
    referral_declined,
    referral_made,
    referral_withdrawn,
    registration_undone,
    relationship_opened,
    relationship_rehomed,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_status_changed,
)


def events_of_one_trainee(nth: int) -> list[PublicEvent]:
    """Return events for every read model, about a trainee of their own."""
    name = f"trainee {nth}"
    return [
        programme_opened(),
        school_recorded("900001", f"Oak School {nth}"),
        mentor_recorded("amal", hours=nth),
        trainee_recorded(name),
        referral_made(name),
        referral_accepted(name) if nth % 2 else referral_declined(name),
        trainee_unplaced(name),
        pair_proposed(name, "amal"),
        pair_confirmed(name, "amal"),
        relationship_opened(name, "amal"),
        mentor_recorded(f"amal {nth}"),
        people_merged(f"amal {nth}", into="amal"),
        relationship_rehomed(name, trainee=name, mentor="eli"),
        registration_undone(f"mentor {nth}"),
        training_status_changed(name, "deferred"),
        referral_withdrawn(name),
        meeting_held(name, MONDAY + timedelta(days=nth)),
        target_set(name),
        target_reviewed(name, "progressing"),
        assessment_submitted(name, date(2026, 10, 23)),
    ]


async def rows(connection: Connection, model: ReadModel) -> Counter[str]:
    """Return the rows that readers of a read model see, of every tenant."""
    return Counter(row["row"] for row in await connection.fetch(f"select r::text as row from {model.name} r"))


async def count_rows_folded_anew(connection: Connection, model: ReadModel) -> int:
    """Return the number of rows that all stored events fold into."""
    events = await read_model_events(connection, 0, 1_000_000)
    found: dict[tuple[object, ...], object] = {}
    model.fold(found, ((stored.tenant, event) for stored, event in model.decode(events)))
    return sum(row is not None for row in found.values())


@pytest.mark.covers("P13")
@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
async def test_a_rebuilt_read_model_has_the_rows_of_the_live_one_while_events_arrive(
    platform: Platform, model: ReadModel
) -> None:
    tenant = new_tenant()
    await publish(platform, tenant, *STORY)
    more = [event for nth in range(1, 4) for event in events_of_one_trainee(nth)]
    versions: list[int] = []
    async with await open_pool(platform.urls["reporting"]["worker"], size=4) as pool:
        publishing = asyncio.create_task(publish(platform, tenant, *more))
        while not versions or not publishing.done():
            versions.append(await rebuild_read_model(pool, model))
        await publishing
        await wait_until_recorded(platform, tenant, len(STORY) + len(more))
        async with reporting_database(platform) as connection:
            live = await rows(connection, model)
            versions.append(await rebuild_read_model(pool, model))
            assert await rows(connection, model) == live
            assert live.total() == await count_rows_folded_anew(connection, model)
    assert len(versions) >= 2
    assert versions == sorted(set(versions))
