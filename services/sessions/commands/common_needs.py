"""Commands of common needs: name those of a pair, count those of a term."""

from uuid import UUID

from services.sessions.commands.merges import kept_records
from services.sessions.commands.programmes import load_programme
from services.sessions.domain.common_needs import COMMON_NEEDS, CountNeeds, NameNeeds, count_id_of, term_end
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.kernel.unit import Unit


async def name_needs(unit: Unit, relationship: Relationship, programme: Programme, needs: tuple[str, ...]) -> None:
    """Count the needs on which a pair agreed in the present term; none takes back those that it had named.

    The term is that of the clock, not of the day that the two wrote: what is counted is never added to.
    """
    rules, today = programme.practice.needs, unit.now.date()
    if rules is None:
        return
    until = term_end(rules, today)
    count_id = count_id_of(relationship.programme_id, relationship.school_urn, until)
    naming = NameNeeds(
        count_id=count_id,
        programme_id=relationship.programme_id,
        school_urn=relationship.school_urn,
        until=until,
        relationship_id=relationship.relationship_id,
        trainee_id=relationship.trainee_id,
        needs=needs,
        on=today,
    )
    await unit.decide(COMMON_NEEDS, count_id, naming)


async def count_needs(unit: Unit, count_id: UUID) -> None:
    """Count the needs of a term that is over, once."""
    (needs,) = await unit.load(COMMON_NEEDS, count_id)
    if needs.about is None:
        return
    programme = await load_programme(unit, needs.about.programme_id)
    people = sorted({person for person, _ in needs.named.values()})
    counting = CountNeeds(
        smallest_group=programme.practice.confidentiality.smallest_group,
        records=dict(zip(people, await kept_records(unit, *people), strict=True)),
        on=unit.now.date(),
    )
    await unit.decide(COMMON_NEEDS, count_id, counting)
