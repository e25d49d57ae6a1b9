"""Link accounts to the identity that somebody has shown at a provider: once, and never by an e-mail address again.

Source: product.md U1. An account that is linked to no identity yet is linked by an e-mail address that the provider
has verified, in every partnership where it fits, or by the link in an invitation. Whoever has that address later at
some provider is another identity, and gets into no account that is linked already.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.portal.domain.accounts import DEMONSTRATION
from services.portal.mail.outbox import INVITATION_LASTS, MailContent, queue_invitation
from services.portal.signing_in.identities import digest_of_email
from services.portal.signing_in.memberships import holders_of_digest, name_every_partnership
from services.portal.signing_in.own_tables import change_tables
from services.portal.signing_in.sessions import digest_of_secret
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Match:
    """The accounts that an identity is linked to, and those that it may be linked to now; each with its tenant."""

    linked: list[tuple[str, UUID]]
    to_link: list[tuple[str, UUID]]


async def match_accounts(
    connection: Connection,
    keyring: Keyring,
    identity: bytes,
    verified_email: str | None,
    invitation: str,
    now: datetime,
) -> Match:
    """Return which accounts belong to an identity, in the caller's transaction."""
    await name_every_partnership(connection)
    rows = await connection.fetch("select tenant, account_id from identities where identity = $1", identity)
    linked = [(row["tenant"], row["account_id"]) for row in rows]
    fitting = (
        [] if verified_email is None else await holders_of_digest(connection, digest_of_email(keyring, verified_email))
    )
    if invitation:
        fitting += await _invited(connection, invitation, now)
    taken = await connection.fetch(
        """select distinct tenant, account_id from identities
           where (tenant, account_id) in (select * from unnest($1::text[], $2::uuid[])) and provider <> $3""",
        [tenant for tenant, _ in fitting],
        [account_id for _, account_id in fitting],
        DEMONSTRATION,
    )
    not_free = {(row["tenant"], row["account_id"]) for row in taken} | set(linked)
    return Match(linked, sorted(set(fitting) - not_free))


async def _invited(connection: Connection, invitation: str, now: datetime) -> list[tuple[str, UUID]]:
    rows = await connection.fetch(
        """select tenant, account_id from invitations i where secret = $1 and expires_at > $2
           and not exists (select from closures c where c.tenant = i.tenant and c.account_id = i.account_id)""",
        digest_of_secret(invitation),
        now,
    )
    return [(row["tenant"], row["account_id"]) for row in rows]


def enter_invitation(unit: Unit, account_id: UUID, email: str) -> None:
    """Enter an invitation and queue its mail, in the transaction of the append."""
    tenant, now, secret = unit.tenant, unit.now, secrets.token_urlsafe(32)

    async def enter(connection: Connection, keyring: Keyring) -> None:
        await connection.execute(
            """insert into invitations (tenant, account_id, secret, expires_at) values ($1, $2, $3, $4)
               on conflict (tenant, account_id)
               do update set secret = excluded.secret, expires_at = excluded.expires_at""",
            tenant,
            account_id,
            digest_of_secret(secret),
            now + INVITATION_LASTS,
        )
        content = MailContent(to=email, secret=secret)
        await queue_invitation(connection, keyring, tenant, account_id, content, now)

    change_tables(unit, enter)


def remove_invitation(unit: Unit, account_id: UUID) -> None:
    """Remove the invitation of an account, in the transaction of the append."""
    tenant = unit.tenant

    async def remove(connection: Connection, _: Keyring) -> None:
        await connection.execute("delete from invitations where tenant = $1 and account_id = $2", tenant, account_id)

    change_tables(unit, remove)
