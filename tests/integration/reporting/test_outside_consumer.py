"""A program outside, exactly as the page on following events shows it, ends with the rows that reporting has.

It reads the feed, or receives webhooks from the worker as it runs in production.
"""

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from services.reporting.main import SERVICE as REPORTING
from tests.integration.reporting.published_events import given, publish, reporting_database, wait_until_recorded
from tests.integration.reporting.webhooks import register
from tests.support.receiver import Answer, Certificate, Delivery, make_certificate, run_receiver
from tests.support.services import Platform, eventually, run_services
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    meeting_held,
    meeting_missed,
    relationship_ended,
    relationship_opened,
    relationship_rehomed,
)
from tools.reference.sources import ROOT

pytestmark = pytest.mark.covers("I2")

PAGE = (ROOT / "docs" / "how-to" / "follow-events.md").read_text(encoding="utf-8")
PROGRAM = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE))
MONDAY, TUESDAY = date(2026, 9, 14), date(2026, 9, 15)
FIRST = (
    relationship_opened("bo", "amal", OAK),
    relationship_opened("cai", "eli", ELM),
    meeting_held("bo", MONDAY, 50),
    meeting_held("cai", MONDAY, 30),
)
THEN = (
    meeting_missed("bo", MONDAY),  # a correction
    meeting_held("bo", TUESDAY, 20),
    relationship_rehomed("bo", trainee="bo", mentor="fay"),
    relationship_ended("cai", date(2026, 10, 2)),
)


def outside_program() -> dict[str, Any]:
    """Run the page's program, and return its names."""
    names: dict[str, Any] = {}
    exec(compile(PROGRAM, "follow-events.md", "exec", dont_inherit=True), names)
    return names


async def rows_of_reporting(platform: Platform, tenant: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return reporting's own relationships and meetings, in the program's form."""
    async with reporting_database(platform) as connection:
        relationships = await connection.fetch("select * from relationships where tenant = $1", tenant)
        meetings = await connection.fetch("select * from meetings where tenant = $1", tenant)
    names = ("trainee_id", "mentor_id", "school_urn", "starts_on", "ends_on")
    return (
        {str(row["relationship_id"]): {name: str(row[name]) for name in names} for row in relationships},
        {
            str(row["meeting_id"]): {"held_on": f"{row['held_on']}", "minutes": row["minutes"]}
            if row["held_on"]
            else {"missed_on": f"{row['missed_on']}"}
            for row in meetings
        },
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory, certificate: Certificate
) -> AsyncIterator[Platform]:
    """Reporting, whose operator allows webhooks to this machine and trusts the receiver's certificate."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ALONGSIDE_WEBHOOK_NETWORKS", "127.0.0.0/8")
        environment.setenv("SSL_CERT_FILE", str(certificate.certificate))
        state = tmp_path_factory.mktemp("platform")
        async with run_services(postgres_admin_url, kafka_bootstrap, state, REPORTING) as platform:
            yield platform


async def test_the_program_of_the_page_has_the_rows_of_reporting(platform: Platform) -> None:
    tenant = await given(platform, *FIRST)
    program = outside_program()
    rows = program["rows"]
    headers = platform.bearer("events_reader", tenant=tenant)
    async with httpx.AsyncClient(
        transport=platform["reporting"]._transport, base_url="http://reporting.test", headers=headers
    ) as client:
        await program["read_on"](client, rows)
        assert (rows["relationships"], rows["meetings"]) == await rows_of_reporting(platform, tenant)
        assert len(rows["meetings"]) == 2

        await publish(platform, tenant, *THEN)
        await wait_until_recorded(platform, tenant, len(FIRST) + len(THEN))
        rows["position"] = "0"  # the program had stored the rows and not the position
        await program["read_on"](client, rows)

    assert (rows["relationships"], rows["meetings"]) == await rows_of_reporting(platform, tenant)
    assert len(rows["meetings"]) == 3


async def test_the_receiver_of_the_page_has_the_rows_of_reporting(platform: Platform, certificate: Certificate) -> None:
    tenant = await given(platform, *FIRST)
    program = outside_program()
    rows = program["rows"]
    statuses: list[int] = []

    async with run_receiver(certificate) as receiver:

        async def take(delivery: Delivery) -> Answer:
            if len(receiver.deliveries) == 2:
                return 500  # it is stopped for a moment
            status: int = program["receive"](delivery.headers, delivery.content, webhook.secret, rows)
            statuses.append(status)
            return status

        receiver.answer = take
        webhook = await register(platform, tenant, receiver.address)
        await publish(platform, tenant, *THEN)
        await wait_until_recorded(platform, tenant, len(FIRST) + len(THEN))

        async def has_everything() -> bool:
            return (rows["relationships"], rows["meetings"]) == await rows_of_reporting(platform, tenant)

        await eventually(has_everything, within=60)
        assert set(statuses) == {204}
        forged = dict(receiver.deliveries[0].headers) | {"webhook-timestamp": "1790000000"}
        assert program["receive"](forged, receiver.deliveries[0].content, webhook.secret, rows) == 401

        lost = outside_program()["rows"]  # the receiver lost its rows, and asks for everything again
        rows.clear()
        rows.update(lost)
        await webhook.send("POST", "/replay", json={"after": "0"})
        await eventually(has_everything, within=60)
