"""Read for one person: rows of their tenant become typed answers, and sealed texts are decrypted on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class Reader:
    """The person who asks, and a connection whose transaction has named their tenant, so that it sees no other rows."""

    who: Principal
    connection: Connection
    keyring: Keyring

    async def all(self, answer: type[A], sql: str, *values: object, unseal: bool = False) -> list[A]:
        """Return every row as an answer. `unseal` opens sealed texts: set it only for rows that the person may read."""
        rows = [dict(row) for row in await self.connection.fetch(sql, *values)]
        return [answer.model_validate(row) for row in (await self.unseal(rows) if unseal else rows)]

    async def first(self, answer: type[A], sql: str, *values: object, unseal: bool = False) -> A | None:
        """Return the first row as an answer; None where there is no row."""
        row = await self.connection.fetchrow(sql, *values)
        if row is None:
            return None
        (found,) = await self.unseal([dict(row)]) if unseal else [dict(row)]
        return answer.model_validate(found)

    async def value(self, sql: str, *values: object) -> Any:
        """Return the first column of the first row; None where there is no row."""
        return await self.connection.fetchval(sql, *values)

    async def unseal(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows with every sealed text decrypted: call it only with rows that the person may read."""
        texts = [value for row in rows for value in row.values() if isinstance(value, str)]
        opened = await self.keyring.open(self.connection, self.who.tenant, texts)
        return [
            {name: opened.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
            for row in rows
        ]
