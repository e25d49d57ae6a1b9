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
    group by g.tenant, n.name, g.account_id, g.role
"""
_OF_RECORD = """
    select p.tenant, n.name as partnership, p.person_id as account_id, p.kind as role, '{}'::text[] as schools
    from people p
    join partnership_names n on n.tenant = p.tenant
    left join accounts a on a.tenant = p.tenant and a.account_id = p.person_id
    where (p.tenant, p.person_id) in (select * from unnest($1::text[], $2::uuid[]))
      and p.kind is not null and a.closed_on is null
"""


async def name_every_partnership(connection: Connection) -> list[str]:
    """Name every partnership that has opened in the running transaction: somebody who signs in may belong to any."""
    tenants = [row["tenant"] for row in await connection.fetch("select tenant from partnerships order by tenant")]
    await name_tenants(connection, tenants)
    return tenants


async def memberships_of_identity(connection: Connection, identity: bytes, today: date) -> list[Membership]:
    """Return every role of an identity; the transaction has named the partnerships that count."""
    rows = await connection.fetch("select tenant, account_id from identities where identity = $1", identity)
    return await memberships_of_accounts(connection, [(row["tenant"], row["account_id"]) for row in rows], today)


async def memberships_of_accounts(
    connection: Connection, accounts: list[tuple[str, UUID]], today: date
) -> list[Membership]:
    """Return every role of these accounts, each given with its tenant."""
    tenants, ids = [tenant for tenant, _ in accounts], [account_id for _, account_id in accounts]
    rows = await connection.fetch(
        f"{_GIVEN} union all {_OF_RECORD} order by partnership, tenant, role", tenants, ids, today
    )
    return [Membership(**{**row, "schools": tuple(row["schools"])}) for row in rows]
