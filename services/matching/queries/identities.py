"""Resolve merged records and closed schools in queries: as SQL expressions, and for the caller."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader

A = TypeVar("A", bound=Answer)
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

CURRENT_SCHOOLS = """
    succeeded as (
        select urn, successor_urn from schools where successor_urn is not null
        union
        select f.urn, s.successor_urn
        from succeeded f join schools s on s.urn = f.successor_urn
        where s.successor_urn is not null
    ), current_schools as (
        select f.urn, f.successor_urn from succeeded f left join schools s on s.urn = f.successor_urn
        where s.successor_urn is null
    )"""
"""Common table expressions of a `with recursive`: `current_schools` has the last successor of each closed school."""


def kept_id(column: str) -> str:
    """Write the SQL for the id of the kept record of the person in a column."""
    return f"coalesce((select kept_id from merges where merged_id = {column}), {column})"


def is_of_person(column: str, person: str) -> str:
    """Write the SQL condition that a column holds the id of a person (a parameter), or of a record merged into
    theirs.
    """
    return f"({column} = {person} or {column} in (select merged_id from merges where kept_id = {person}))"


async def kept_record(reader: Reader, person_id: UUID) -> UUID:
    """Return the id of a person's kept record."""
    found: UUID = await reader.value(f"select {kept_id('$1::uuid')}", person_id)
    return found


async def current_principal(reader: Reader) -> Principal:
    """Return the reader under the id of their kept record: their token may still name a merged record."""
    kept: UUID | None = await reader.value("select kept_id from merges where merged_id::text = $1", reader.who.subject)
    return reader.who if kept is None else replace(reader.who, subject=str(kept))


async def naming_kept_records(reader: Reader, answers: Sequence[A]) -> list[A]:
    """Return the answers with the ids of kept records wherever they name a merged one, also inside explanations."""
    merges = await reader.connection.fetch("select merged_id, kept_id from merges")
    kept = {str(row["merged_id"]): str(row["kept_id"]) for row in merges}
    if not kept:
        return list(answers)

    def with_kept_ids(answer: A) -> A:
        return answer.model_validate_json(
            _ID.sub(lambda id_: kept.get(id_[0], id_[0]), answer.model_dump_json(exclude_unset=True))
        )

    return [with_kept_ids(answer) for answer in answers]
