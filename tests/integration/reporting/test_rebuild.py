"""A read model is rebuilt beside the running one while events arrive, and nobody can tell."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from services.reporting.tables import READ_MODELS
from shared.events import PublicEvent
from shared.kernel.postgres import Connection, open_pool
from shared.kernel.postgres.events import read_after
from shared.kernel.postgres.read_models import rebuild
from shared.kernel.readmodel import ReadModel
from tests.integration.reporting.telling import a_tenant, publish, recorded, reporting_database
from tests.integration.reporting.test_report import STORY
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    MONDAY,
    accepted,
    assessed,
    confirmed,
    held,
    mentor,
    opened,
    people_merged,
    programme,
    proposed,
    referral_withdrawn,
    referred,
    refused,
    registration_undone,
    relationship_rehomed,
    reviewed,
    school,
    target,
    trainee,
    training_status_changed,
    unplaced,
)


def arriving(nth: int) -> list[PublicEvent]:
    """Events for every read model, of a trainee of their own."""
    name = f"trainee {nth}"
    return [
        programme(),
        school("900001", f"Oak School {nth}"),
        mentor("amal", hours=nth),
        trainee(name),
        referred(name),
        accepted(name) if nth % 2 else refused(name),
        unplaced(name),
        proposed(name, "amal"),
        confirmed(name, "amal"),
        opened(name, "amal"),
        mentor(f"amal {nth}"),
        people_merged(f"amal {nth}", into="amal"),
        relationship_rehomed(name, trainee=name, mentor="eli"),
        registration_undone(f"mentor {nth}"),
        training_status_changed(name, "deferred"),
        referral_withdrawn(name),
        held(name, MONDAY + timedelta(days=nth)),
        target(name),
        reviewed(name, "progressing"),
        assessed(name, date(2026, 10, 23)),
    ]


async def rows(connection: Connection, model: ReadModel) -> Counter[str]:
    """What readers of a read model see, every tenant."""
    return Counter(row["row"] for row in await connection.fetch(f"select r::text as row from {model.name} r"))


async def folded_anew(connection: Connection, model: ReadModel) -> int:
    """How many rows the whole store folds into."""
    events = await read_after(connection, 0, 1_000_000)
    found: dict[tuple[object, ...], object] = {}
    model.fold(found, ((stored.tenant, event) for stored, event in model.decoded(events)))
    return sum(row is not None for row in found.values())


@pytest.mark.covers("P13")
@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
async def test_a_rebuilt_read_model_has_the_rows_of_the_live_one_while_events_arrive(
    platform: Platform, model: ReadModel
) -> None:
    tenant = a_tenant()
    await publish(platform, tenant, *STORY)
    more = [event for nth in range(1, 4) for event in arriving(nth)]
    telling = asyncio.create_task(publish(platform, tenant, *more))
    versions = []
    async with await open_pool(platform.urls["reporting"]["worker"], size=4) as pool:
        while not telling.done():
            versions.append(await rebuild(pool, model))
        await telling
        await recorded(platform, tenant, len(STORY) + len(more))
        async with reporting_database(platform) as connection:
            live = await rows(connection, model)
            versions.append(await rebuild(pool, model))
            assert await rows(connection, model) == live
            assert live.total() == await folded_anew(connection, model)
    assert len(versions) >= 2
    assert versions == sorted(set(versions))
