"""A partnership gets a name for programs from the name that people see."""

import pytest

from alongside.cli.partnerships import tenant_of
from shared.kernel.principal import is_tenant

pytestmark = pytest.mark.covers("U1")


@pytest.mark.parametrize(
    ("name", "tenant"),
    [
        ("Aire Valley", "aire-valley"),
        ("  St. Mary's & Co ", "st-marys-co"),
        ("Ynys Môn", "ynys-mon"),
        ("North / South 2", "north-south-2"),
        ("x" * 80, "x" * 60),
    ],
)
def test_a_tenant_is_the_name_in_plain_letters(name: str, tenant: str) -> None:
    assert tenant_of(name) == tenant
    assert is_tenant(tenant)


def test_a_name_without_such_letters_leaves_none() -> None:
    assert tenant_of("山谷") == ""
    assert not is_tenant("")
