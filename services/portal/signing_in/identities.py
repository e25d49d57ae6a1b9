"""Keyed digests of identities and e-mail addresses: somebody is looked up by them, and nobody can read them.

They stand in tables of their own and in no event, so that they go when a person is erased.
"""

import re
from uuid import UUID

from services.portal.signing_in.own_tables import change_tables
from services.portal.signing_in.sessions import end_sessions_of_account
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit

EVERYWHERE = ""
"""The place of digests that are the same in each partnership: somebody may have accounts in several."""


def is_email(text: str) -> bool:
    """Whether a text looks like an e-mail address, as those of accounts and records do."""
    return len(text) <= 254 and re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None


def digest_of_email(keyring: Keyring, email: str) -> bytes:
    """Return the digest of an e-mail address, whose case does not matter.

    It is also the identity of whoever signs in by a code that is sent there: whose it is follows from the table of
    addresses each time, so that a changed address counts from that moment on, and the one before no longer.
    """
    return keyring.digest(EVERYWHERE, "email", email.strip().casefold())


def digest_of_identity(keyring: Keyring, issuer: str, subject: str) -> bytes:
    """Return the digest of an identity: who somebody (`subject`) is at a provider (`issuer`)."""
    return keyring.digest(EVERYWHERE, "identity", f"{issuer} {subject}")


def enter_address(unit: Unit, person_id: UUID, email: str) -> None:
    """Enter an e-mail address in place of the one that the person had, in the transaction of the append."""
    tenant = unit.tenant

    async def enter(connection: Connection, keyring: Keyring) -> None:
        await connection.execute(
            """insert into addresses (tenant, person_id, digest) values ($1, $2, $3)
               on conflict (tenant, person_id) do update set digest = excluded.digest""",
            tenant,
            person_id,
            digest_of_email(keyring, email),
        )

    change_tables(unit, enter)


def enter_identity(unit: Unit, account_id: UUID, identity: bytes, provider: str) -> None:
    """Enter an identity of an account, in the transaction of the append."""
    tenant = unit.tenant

    async def enter(connection: Connection, _: Keyring) -> None:
        await connection.execute(
            """insert into identities (tenant, account_id, identity, provider) values ($1, $2, $3, $4)
               on conflict (tenant, account_id, identity) do nothing""",
            tenant,
            account_id,
            identity,
            provider,
        )

    change_tables(unit, enter)


def end_sessions(unit: Unit, account_id: UUID) -> None:
    """End every session of an account, in the transaction of the append."""
    tenant = unit.tenant

    async def end(connection: Connection, _: Keyring) -> None:
        await end_sessions_of_account(connection, tenant, account_id)

    change_tables(unit, end)


def remove_identities(unit: Unit, account_id: UUID) -> None:
    """Remove the identities of an account and end its sessions, in the transaction of the append."""
    tenant = unit.tenant

    async def remove(connection: Connection, _: Keyring) -> None:
        await end_sessions_of_account(connection, tenant, account_id)
        await connection.execute("delete from identities where tenant = $1 and account_id = $2", tenant, account_id)

    change_tables(unit, remove)


def forget_identities(unit: Unit, person_id: UUID) -> None:
    """Remove the address, the identities, invitations and mails of somebody, and end their sessions, in the
    transaction of the append.
    """
    tenant = unit.tenant

    async def forget(connection: Connection, _: Keyring) -> None:
        await end_sessions_of_account(connection, tenant, person_id)
        for sql in (
            "delete from addresses where tenant = $1 and person_id = $2",
            "delete from identities where tenant = $1 and account_id = $2",
            "delete from invitations where tenant = $1 and account_id = $2",
            "delete from mails where tenant = $1 and account_id = $2",
        ):
            await connection.execute(sql, tenant, person_id)

    change_tables(unit, forget)


async def holders_of_address(unit: Unit, email: str) -> list[UUID]:
    """Return who has an e-mail address in the unit's partnership: people on record, and accounts."""
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        return await people_with_address(connection, keyring, unit.tenant, email)


async def people_with_address(connection: Connection, keyring: Keyring, tenant: str, email: str) -> list[UUID]:
    """Return who has an e-mail address in a partnership that the transaction has named."""
    rows = await connection.fetch(
        "select person_id from addresses where tenant = $1 and digest = $2 order by person_id",
        tenant,
        digest_of_email(keyring, email),
    )
    return [row["person_id"] for row in rows]


async def is_linked(connection: Connection, account_id: UUID, identity: bytes) -> bool:
    """Whether an account of the partnership that the transaction has named is linked to an identity."""
    found = await connection.fetchval(
        "select true from identities where account_id = $1 and identity = $2", account_id, identity
    )
    return found is not None
