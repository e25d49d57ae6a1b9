"""What the command line says of what it did, and of a person or a service that it does not find."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from alongside.cli import platform, referrals
from alongside.cli.persona_names import find_persona
from alongside.client import NoAnswer, PlatformClient
from alongside.demo import personas
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import Unknown


class FakePlatform:
    """A platform with three referrals that wait for a countersignature and one that has it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def get(self, _who: object, _service: str, _path: str, *, status: str, after: str = "", **_: object) -> Any:
        if after:
            return []
        about = {"countersignature": True, "consent": None, "consented": None}
        return [about | {"referral_id": f"{status}-{nth}"} for nth in range(3 if status == "referred" else 1)]

    def post(self, _who: object, _service: str, path: str, body: Any) -> None:
        self.sent.append((path, body))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()

    @contextmanager
    def connect(_tenant: str) -> Iterator[FakePlatform]:
        yield fake

    monkeypatch.setattr(referrals, "connect_to_platform", connect)
    return fake


def test_referrals_are_accepted_on_the_day_that_is_given_and_it_is_said_what_the_others_wait_for(
    fake: FakePlatform,
) -> None:
    answer = CliRunner().invoke(referrals.app, ["referrals", "accept", "--on", "2026-07-04"])

    assert (
        "1 referral is accepted. 3 referrals wait for a countersignature: `alongside referrals countersign`"
        in answer.output
    )
    assert fake.sent == [("/referrals/acceptances", {"on": "2026-07-04", "referral_ids": ["countersigned-0"]})]


def test_referrals_are_countersigned_on_the_day_that_is_given(fake: FakePlatform) -> None:
    CliRunner().invoke(referrals.app, ["referrals", "countersign", "--on", "2026-07-03"])

    [(_, body)] = fake.sent
    assert body["on"] == "2026-07-03"


def test_a_service_that_does_not_answer_is_named(tmp_path: Any) -> None:
    nowhere = Addresses({f"ALONGSIDE_URL_{name.upper()}": "http://127.0.0.1:1" for name in SERVICES})
    with PlatformClient(nowhere, Issuer(tmp_path)) as client, pytest.raises(NoAnswer, match="The service referral"):
        client.get(personas.LEAD, "referral", "/imports")


@pytest.mark.parametrize("urn", ["1", "12345x", "1234567"])
def test_a_token_for_a_school_needs_a_urn(urn: str) -> None:
    with pytest.raises(Unknown, match="A URN has 6 digits"):
        find_persona(f"school-lead:{urn}", lambda *_: "")


def test_it_is_said_how_many_services_start_and_on_which_day(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    platform.say_that_it_starts(tmp_path, date(2026, 12, 18), 3)

    said = capsys.readouterr().err
    assert "Starting PostgreSQL, Kafka and 3 services." in said
    assert "Today is 18 December 2026 in this platform." in said
