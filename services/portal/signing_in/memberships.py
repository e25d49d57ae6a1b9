"""Memberships: in which partnerships and roles somebody may look at pages, by the identity that they have shown.

Roles that were given count on their days; those of mentors and trainees follow from their records. A closed account
has none.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class Membership:
    """A role of somebody in a partnership, with the schools (URNs) of a school lead."""

    tenant: str
    partnership: str
    account_id: UUID
    role: str
    schools: tuple[str, ...] = ()

    @property
    def who(self) -> Principal:
        """The person in this role, as services know them."""
        return Principal(str(self.account_id), self.tenant, frozenset((self.role,)), frozenset(self.schools))


_GIVEN = """
    select g.tenant, n.name as partnership, g.account_id, g.role,
           coalesce(array_agg(distinct school) filter (where school is not null), '{}') as schools
    from grants g
    join partnership_names n on n.tenant = g.tenant
    left join accounts a on a.tenant = g.tenant and a.account_id = g.account_id
    left join lateral jsonb_array_elements_text(g.schools) school on true
    where (g.tenant, g.account_id) in (select * from unnest($1::text[], $2::uuid[]))
      and g.ended_on is null and g.starts_on <= $3 and coalesce(g.until, 'infinity'::date) >= $3
      and a.closed_on is null
      and not exists (select from closures c where c.tenant = g.tenant and c.account_id = g.account_id)
    group by g.tenant, n.name, g.account_id, g.role
"""
_OF_RECORD = """
    select p.tenant, n.name as partnership, p.person_id as account_id, p.kind as role, '{}'::text[] as schools
    from people p
    join partnership_names n on n.tenant = p.tenant
    left join accounts a on a.tenant = p.tenant and a.account_id = p.person_id
    where (p.tenant, p.person_id) in (select * from unnest($1::text[], $2::uuid[]))
      and p.kind is not null and a.closed_on is null
      and not exists (select from closures c where c.tenant = p.tenant and c.account_id = p.person_id)
"""
_HOLDERS = """
    select tenant, person_id as account_id from addresses h where digest = $1
      and not exists (select from closures c where c.tenant = h.tenant and c.account_id = h.person_id)
"""
"""The accounts and people on record with an e-mail address, without those that are closed."""


async def name_every_partnership(connection: Connection) -> list[str]:
    """Name every partnership that has opened in the running transaction: somebody who signs in may belong to any."""
    tenants = [row["tenant"] for row in await connection.fetch("select tenant from partnerships order by tenant")]
    await name_tenants(connection, tenants)
    return tenants


async def memberships_of_identity(connection: Connection, identity: bytes, today: date) -> list[Membership]:
    """Return every role of an identity; the transaction has named the partnerships that count.

    An identity is one that accounts are linked to, or the digest of an e-mail address, which somebody has shown to be
    theirs by a code: then the roles are those of whoever has the address now.
    """
    rows = await connection.fetch(
        "select tenant, account_id from identities where identity = $1 union select * from ("
        + _HOLDERS
        + ") by_address",
        identity,
    )
    return await memberships_of_accounts(connection, [(row["tenant"], row["account_id"]) for row in rows], today)


async def holders_of_digest(connection: Connection, address: bytes) -> list[tuple[str, UUID]]:
    """Return who has an e-mail address, each with their tenant; the transaction has named those that count."""
    rows = await connection.fetch(_HOLDERS + " order by tenant, account_id", address)
    return [(row["tenant"], row["account_id"]) for row in rows]


async def may_sign_in_by_address(connection: Connection, address: bytes) -> bool:
    """Whether anybody may sign in by an e-mail address in a partnership that has opened; for the worker role."""
    found = await connection.fetchval(
        "select true from (" + _HOLDERS + ") by_address where tenant in (select tenant from partnerships) limit 1",
        address,
    )
    return found is not None


async def memberships_of_accounts(
    connection: Connection, accounts: list[tuple[str, UUID]], today: date
) -> list[Membership]:
    """Return every role of these accounts, each given with its tenant."""
    tenants, ids = [tenant for tenant, _ in accounts], [account_id for _, account_id in accounts]
    rows = await connection.fetch(
        f"{_GIVEN} union all {_OF_RECORD} order by partnership, tenant, role", tenants, ids, today
    )
    return [Membership(**{**row, "schools": tuple(row["schools"])}) for row in rows]
