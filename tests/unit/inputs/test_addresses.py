"""E-mail addresses, as people send them."""

import pytest
from pydantic import ValidationError

from services.portal.domain.accounts import NewAccount

ROLE = {"role": "tutor", "on": "2026-09-01", "why": "Joins us."}


@pytest.mark.parametrize("address", ["amal@example.org", "amal.haddad+1@mail.school.example", "o'neil_2@example.org"])
def test_an_address_is_taken(address: str) -> None:
    assert NewAccount.model_validate({"name": "Amal", "email": address, "role": ROLE}).email == address


@pytest.mark.parametrize(
    "address",
    [
        *("amal@school..example", "amal@[x", "amal@", "amal@localhost", "@example.org", "amal,@example.org"),
        *("amal@example.org\n", "a b@example.org", ".amal@example.org", "amal@example.org.", "amal@b@example.org"),
    ],
)
def test_an_address_that_no_mail_can_go_to_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="email"):
        NewAccount.model_validate({"name": "Amal", "email": address, "role": ROLE})
