"""Settings that a deployment must not have."""

import pytest
from pydantic import ValidationError

from shared.kernel.settings import Settings

DAY = "2026-12-03"


def test_a_local_stack_may_say_which_day_it_is_at_least() -> None:
    settings = Settings.model_validate({"alongside_jwks_url": "file:///jwks.json", "alongside_today_at_least": DAY})
    assert f"{settings.alongside_today_at_least}" == DAY


@pytest.mark.parametrize("url", ["", "https://issuer.example.org/jwks.json"])
def test_the_clock_cannot_be_moved_with_a_real_issuer(url: str) -> None:
    with pytest.raises(ValidationError, match="ALONGSIDE_TODAY_AT_LEAST"):
        Settings.model_validate({"alongside_jwks_url": url, "alongside_today_at_least": DAY})
