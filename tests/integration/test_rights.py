"""What the API's role could do in SQL if somebody broke into it: no more than its service needs."""

import asyncpg
import pytest

from tests.support.databases import database

DESTROY = "update subject_keys set wrapped = null, destroyed_at = clock_timestamp()"
MAKE = "insert into subject_keys (tenant, subject, wrapped) values ('ours', 'somebody', '')"
APPEND = """select append('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
                          null, null, null, null, null)"""


@pytest.mark.parametrize(
    ("service", "statement", "allowed"),
    [
        ("referral", DESTROY, True),
        ("matching", DESTROY, False),
        ("sessions", DESTROY, False),
        ("reporting", DESTROY, False),
        ("sessions", MAKE, True),
        ("reporting", MAKE, False),
        ("sessions", APPEND, True),
        ("reporting", APPEND, False),
    ],
)
async def test_the_api_writes_only_where_its_service_does(
    postgres_admin_url: str, service: str, statement: str, allowed: bool
) -> None:
    async with database(postgres_admin_url, service) as urls:
        connection = await asyncpg.connect(urls["app"])
        try:
            async with connection.transaction():
                await connection.execute("select set_config('alongside.tenants', 'ours', true)")
                if allowed:
                    await connection.execute(statement)
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        async with connection.transaction():
                            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.mark.parametrize("service", ["referral", "matching", "sessions", "reporting"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into events default values",
        "update streams set version = 0",
        "delete from answers",
        "update cursors set position = 0",
        "select * from parked",
        "create table public.mine (x int)",
        "create table reading.mine (x int)",
        "create temporary table mine (x int)",
    ],
)
async def test_no_api_role_can_go_round_the_functions(postgres_admin_url: str, service: str, statement: str) -> None:
    async with database(postgres_admin_url, service) as urls:
        connection = await asyncpg.connect(urls["app"])
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        finally:
            await connection.close()
