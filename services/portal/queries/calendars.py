"""Queries of calendar feeds: whose a secret is, the address that its owner copies, and the numbers of its entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.portal.commands.calendars import place_of_feed
from services.portal.domain.calendars import FeedOptions
from services.portal.signing_in.memberships import Membership, memberships_of_accounts, name_every_partnership
from services.portal.signing_in.sessions import digest_of_secret
from shared.calendar import day_in_england
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """A person's own feed: what it shows, and the secret in its address."""

    options: FeedOptions
    secret: str


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that somebody's calendar asks for: what it shows, and every role that its owner has at this moment."""

    tenant: str
    account_id: UUID
    options: FeedOptions
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """How often an entry has changed, and when it did so last."""

    sequence: int
    changed_at: datetime


async def find_own_feed(connection: Connection, keyring: Keyring, tenant: str, account_id: UUID) -> OwnFeed | None:
    """Return a person's feed, in a transaction that has named their tenant; None where they have none."""
    row = await connection.fetchrow(
        "select sealed, names, meetings_at from calendar_feeds where tenant = $1 and account_id = $2",
        tenant,
        account_id,
    )
    if row is None:
        return None
    place = place_of_feed(account_id)
    plain = await keyring.open_content(connection, tenant, str(account_id), row["sealed"], place)
    if plain is None:
        return None
    return OwnFeed(FeedOptions(names=row["names"], meetings_at=row["meetings_at"]), plain.decode())


async def find_feed(connection: Connection, secret: str, now: datetime) -> OpenFeed | None:
    """Return the feed of a secret, in a transaction of its own; None where there is none, or its owner has left."""
    await name_every_partnership(connection)
    row = await connection.fetchrow(
        "select tenant, account_id, names, meetings_at from calendar_feeds where secret = $1", digest_of_secret(secret)
    )
    if row is None:
        return None
    tenant, account_id = row["tenant"], row["account_id"]
    memberships = await memberships_of_accounts(connection, [(tenant, account_id)], day_in_england(now))
    if not memberships:
        return None
    options = FeedOptions(names=row["names"], meetings_at=row["meetings_at"])
    return OpenFeed(tenant, account_id, options, tuple(memberships))


async def number_entries(
    connection: Connection, keyring: Keyring, feed: OpenFeed, texts: Mapping[str, str], now: datetime
) -> dict[str, EntryVersion]:
    """Return the version of each entry of a feed, given by name with all that it says now.

    An entry that says something else than the last time gets the next number, whoever else asks at the same time. What
    it said is kept as a digest with a key: there are few names, which could be guessed from a plain one. Of an entry
    that the feed no longer shows nothing is kept.
    """
    digests = {name: keyring.digest(feed.tenant, "calendar entry", text) for name, text in texts.items()}
    await name_tenants(connection, [feed.tenant])
    of_feed = feed.tenant, feed.account_id
    known = {row["entry"]: row for row in await connection.fetch(_ENTRIES, *of_feed)}
    changed = sorted(name for name, digest in digests.items() if name not in known or known[name]["digest"] != digest)
    if changed:
        await connection.execute(_NUMBER, *of_feed, changed, [digests[name] for name in changed], now)
    if not known.keys() <= digests.keys():
        await connection.execute(_DELETE, *of_feed, list(digests))
    if changed:
        known |= {row["entry"]: row for row in await connection.fetch(_ENTRIES, *of_feed)}
    return {name: EntryVersion(known[name]["sequence"], known[name]["changed_at"]) for name in digests}


_ENTRIES = "select entry, digest, sequence, changed_at from calendar_entries where tenant = $1 and account_id = $2"
_DELETE = "delete from calendar_entries where tenant = $1 and account_id = $2 and entry <> all ($3)"
_NUMBER = """
    insert into calendar_entries (tenant, account_id, entry, digest, sequence, changed_at)
    select $1, $2, entry, digest, 0, $5 from unnest($3::text[], $4::bytea[]) as changed (entry, digest)
    on conflict (tenant, account_id, entry) do update
    set digest = excluded.digest, sequence = calendar_entries.sequence + 1, changed_at = excluded.changed_at
    where calendar_entries.digest <> excluded.digest
"""
