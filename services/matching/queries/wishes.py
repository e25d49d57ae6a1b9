"""Queries of wishes, vetoes and choices, for the people who may read them."""

from uuid import UUID

from services.matching import policy
from services.matching.domain.wishes import Kind
from services.matching.queries.identities import current_principal, is_of_person, kept_record
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class NamesOfPerson(Answer):
    """The names that a person stated themselves, and those that a lead passed on; null if none were stated."""

    person_id: UUID
    names: tuple[str, ...] | None
    passed_on: tuple[str, ...] | None


async def names_to_read(reader: Reader, kind: Kind, person_id: UUID | None) -> NamesOfPerson:
    """Return the wishes or choices of a person, by default of the reader; a partnership lead may read anybody's."""
    named = None if person_id is None else await kept_record(reader, person_id)
    return await _names(reader, kind, policy.person_to_read(await current_principal(reader), named))


async def own_vetoes(reader: Reader) -> NamesOfPerson:
    """Return the person's own vetoes, which nobody else reads."""
    return await _names(reader, "vetoes", policy.own_id(await current_principal(reader)))


async def _names(reader: Reader, kind: Kind, person_id: UUID) -> NamesOfPerson:
    """Names with the ids of the kept records of the people named."""
    rows = await reader.connection.fetch(
        f"""select s.{kind} as names, s.{kind}_passed_on as passed_on
            from said s where {is_of_person("s.person_id", "$1::uuid")}
            order by (s.person_id <> $1), s.person_id""",
        person_id,
    )
    merges = await reader.connection.fetch("select merged_id, kept_id from merges")
    kept = {str(row["merged_id"]): str(row["kept_id"]) for row in merges}

    def all_names(column: str) -> tuple[str, ...] | None:
        lists = [row[column] for row in rows if row[column] is not None]
        return tuple(dict.fromkeys(kept.get(name, name) for names in lists for name in names)) if lists else None

    return NamesOfPerson(person_id=person_id, names=all_names("names"), passed_on=all_names("passed_on"))
