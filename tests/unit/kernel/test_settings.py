"""Settings that a deployment must not have."""

import pytest
from pydantic import ValidationError

from shared.kernel.settings import Settings

DAY = "2026-12-03"


@pytest.mark.parametrize("setting", ["alongside_today_at_least", "alongside_today"])
def test_a_local_stack_may_say_which_day_it_is(setting: str) -> None:
    settings = Settings.model_validate({"alongside_jwks_url": "file:///jwks.json", setting: DAY})
    assert f"{getattr(settings, setting)}" == DAY


@pytest.mark.parametrize("setting", ["alongside_today_at_least", "alongside_today"])
@pytest.mark.parametrize("url", ["", "https://issuer.example.org/jwks.json"])
def test_the_clock_cannot_be_moved_with_a_real_issuer(url: str, setting: str) -> None:
    with pytest.raises(ValidationError, match=f"{setting.upper()} is"):
        Settings.model_validate({"alongside_jwks_url": url, setting: DAY})
