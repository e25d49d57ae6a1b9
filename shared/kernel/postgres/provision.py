"""Creates a service's database and its login roles; needs a superuser."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from shared.kernel.postgres import connect
from shared.kernel.settings import Role

ROLES: tuple[Role, ...] = ("owner", "app", "worker")


async def provision(
    admin_url: str, service: str, passwords: Mapping[Role, str], database: str | None = None
) -> dict[Role, str]:
    """Create a service's database and its three login roles, or set their passwords; returns a URL for each role.

    A database that exists, whoever has made it, is given to the service's owner.
    The logins are `DATABASE_owner`, `DATABASE_app` and `DATABASE_worker`; the last two are members of `alongside_app`
    and `alongside_worker`, to which the migrations grant rights.
    """
    database = database or f"alongside_{service}"
    names = {role: f"{database}_{role}" for role in ROLES}
    admin = await connect(admin_url)
    try:
        async with admin.transaction():
            await admin.execute("select pg_advisory_xact_lock(hashtext('provision'))")
            for group in ("alongside_app", "alongside_worker"):
                await _role(admin, group, "nologin")
            for role in ROLES:
                await _role(admin, names[role], f"login password {_literal(passwords[role])}")
            await admin.execute(
                f'grant alongside_app to "{names["app"]}"; grant alongside_worker to "{names["worker"]}"'
            )
        if await admin.fetchval("select 1 from pg_database where datname = $1", database):
            await admin.execute(f'alter database "{database}" owner to "{names["owner"]}"')
        else:
            await admin.execute(
                f'create database "{database}" owner "{names["owner"]}" encoding utf8 template template0'
            )
        await grant_access(admin, database, names)
    finally:
        await admin.close()
    await _reading_schema(_url(admin_url, database), names["worker"])
    return {role: _url(admin_url, database, names[role], passwords[role]) for role in ROLES}


async def grant_access(admin: "asyncpg.Connection[asyncpg.Record]", database: str, logins: Mapping[Role, str]) -> None:
    """Let a service's logins, and nobody else, connect to a database and find read models by their bare names."""
    await admin.execute(f'revoke all on database "{database}" from public')
    await admin.execute(f'grant connect on database "{database}" to "{logins["app"]}", "{logins["worker"]}"')
    for role in ("app", "worker"):
        await admin.execute(f'alter role "{logins[role]}" in database "{database}" set search_path = public, reading')


async def _reading_schema(url: str, worker: str) -> None:
    inside = await connect(url)
    try:
        await inside.execute(
            f'create schema if not exists reading authorization "{worker}";'
            "grant usage on schema reading to alongside_app"
        )
    finally:
        await inside.close()


async def _role(admin: "asyncpg.Connection[asyncpg.Record]", name: str, options: str) -> None:
    verb = "alter" if await admin.fetchval("select 1 from pg_roles where rolname = $1", name) else "create"
    await admin.execute(f'{verb} role "{name}" {options}')


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _url(admin_url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    parts = urlsplit(admin_url)
    netloc = parts.netloc
    if user is not None:
        host = netloc.rpartition("@")[2]
        netloc = f"{quote(user)}:{quote(password or '', safe='')}@{host}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))
