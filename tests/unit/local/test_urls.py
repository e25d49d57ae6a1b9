"""Addresses of databases are made from the administrator's."""

import pytest

from alongside.local.postgres import with_database


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        ("postgresql://postgres:s3cret@127.0.0.1:5432/postgres", "postgresql://app:pw@127.0.0.1:5432/referral"),
        (
            "postgresql://postgres@db.example/postgres?sslmode=require",
            "postgresql://app:pw@db.example/referral?sslmode=require",
        ),
    ],
)
def test_another_role_and_database_on_the_same_server(admin: str, expected: str) -> None:
    assert with_database(admin, "referral", "app", "pw") == expected


def test_the_same_role_keeps_its_password() -> None:
    url = with_database("postgresql://postgres:s3cret@127.0.0.1:5432/postgres", "referral")

    assert url == "postgresql://postgres:s3cret@127.0.0.1:5432/referral"
