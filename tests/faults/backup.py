"""A service's database as it was at some moment, and put back to that: by PostgreSQL's own programs."""

import asyncio
import os
import subprocess

import asyncpg

from alongside.local.postgres import program, with_database
from shared.kernel.postgres.provision import ROLES, provision
from tests.faults.site import Site

WITHIN = 60
"""Seconds that a backup of a test's database may take to be put back."""


async def take(site: Site, service: str) -> str:
    """Everything in the service's database, as SQL."""
    return await asyncio.to_thread(site.postgres.dump, f"alongside_{service}")


async def put_back(site: Site, service: str, backup: str) -> None:
    """Drop the database although clients are connected, and create it from a backup, with the rights of its roles."""
    database = f"alongside_{service}"
    admin = await asyncpg.connect(site.postgres.admin_url)
    try:
        await admin.execute(f'drop database "{database}" with (force)')
        await admin.execute(f'create database "{database}" owner "{database}_owner" encoding utf8 template template0')
    finally:
        await admin.close()
    await asyncio.to_thread(_fill, with_database(site.postgres.admin_url, database), backup)
    passwords = {role: site.secrets.password(f"{service}_{role}") for role in ROLES}
    await provision(site.postgres.admin_url, service, passwords)


def _fill(url: str, backup: str) -> None:
    command = [str(program("psql")), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", url]
    subprocess.run(
        command, input=backup, text=True, check=True, capture_output=True, timeout=WITHIN, env={"PATH": os.defpath}
    )
