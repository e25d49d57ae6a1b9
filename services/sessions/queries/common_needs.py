"""Queries of common needs."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.programmes import find_programmes
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class SharedNeed(Answer):
    """A need, by the programme's code and words, and how many people have it."""

    code: str
    text: str
    people: int


class NeedsOfTerm(Answer):
    """The needs that people of a school share, of the term that ended on `until`.

    A need of fewer people than the programme's smallest group is left out.
    """

    programme_id: UUID
    school_urn: str
    until: date
    needs: tuple[SharedNeed, ...]


async def list_common_needs(reader: Reader) -> list[NeedsOfTerm]:
    """Return the counts of the schools that the person leads, the latest first."""
    schools = policy.visible_common_needs(reader.who)
    rows = await reader.connection.fetch(_COUNTS, schools is None, sorted(schools or ()))
    programmes = await find_programmes(reader, {row["programme_id"] for row in rows})
    counts = []
    for row in rows:
        rules = programmes[row["programme_id"]].practice.needs
        texts = {choice.code: choice.text for choice in (rules.choices if rules else ())}
        needs = [SharedNeed(**need, text=texts.get(need["code"], need["code"])) for need in row["needs"]]
        counts.append(NeedsOfTerm(**{**row, "needs": tuple(sorted(needs, key=lambda need: (-need.people, need.code)))}))
    return counts


_COUNTS = """
    select programme_id, school_urn, until, needs from common_needs
    where ($1 or school_urn = any ($2)) and jsonb_array_length(needs) > 0
    order by until desc, school_urn, programme_id"""
