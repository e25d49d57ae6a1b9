"""Queries of people: the names of those whom a service has named to somebody by id."""

from collections.abc import Iterable
from uuid import UUID

from services.portal import policy
from shared.kernel.answers import Answer
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader

UNKNOWN = "Somebody whose name is not known here"
FORGOTTEN = "Somebody whose record was erased"


class PersonName(Answer):
    """A person and their name."""

    person_id: UUID
    given_name: str | None
    family_name: str | None

    @property
    def name(self) -> str:
        """The name as people write it."""
        parts = [part for part in (self.given_name, self.family_name) if part]
        return FORGOTTEN if ERASED in parts else " ".join(parts) or UNKNOWN


class AccountName(Answer):
    """An account and the name that whoever invited the person has given."""

    account_id: UUID
    name: str | None


async def names_of(reader: Reader, people: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of each of these people: ask only for those whom a service has named to the reader.

    Merged records have the name of the record that was kept. Somebody who is not known here has a sentence instead.
    """
    wanted = sorted(set(people))
    found = {
        person.person_id: person.name
        for person in await reader.all(
            PersonName,
            """select w.person_id, p.given_name, p.family_name from unnest($1::uuid[]) w (person_id)
               left join kept_records k on k.person_id = w.person_id
               join people p on p.person_id = coalesce(k.kept_id, w.person_id)""",
            wanted,
            unseal=True,
        )
    }
    accounts = await reader.all(
        AccountName,
        "select account_id, name from accounts where account_id = any ($1) and name is not null",
        [person for person in wanted if person not in found],
        unseal=True,
    )
    found |= {each.account_id: FORGOTTEN if each.name == ERASED else str(each.name) for each in accounts}
    return {person: found.get(person, UNKNOWN) for person in wanted}


async def find_people(reader: Reader, text: str, *, most: int) -> list[UUID] | None:
    """Return the mentors and trainees whose name contains a text, whatever its case; None if they are more than `most`.

    Names are sealed, so each of them is opened: a search is for a person at a page, not for a loop.
    """
    policy.may_find_people(reader.who)
    everybody = await reader.all(
        PersonName, "select person_id, given_name, family_name from people where kind is not null", unseal=True
    )
    wanted = " ".join(text.casefold().split())
    found = [person.person_id for person in everybody if wanted in person.name.casefold()]
    return found if len(found) <= most else None
