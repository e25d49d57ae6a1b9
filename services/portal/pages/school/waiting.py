"""What waits for a school's lead, as their home lists it: each thing with its number and its page."""

from asyncio import gather
from dataclasses import dataclass

from services.portal.calls.hosting import (
    read_appetites,
    read_days,
    read_offers,
    read_proposals,
    read_schools,
    read_stale_offers,
    years_to_answer,
)
from services.portal.calls.hosting_answers import School
from services.portal.calls.pages import unless_away
from services.portal.pages.context import Visit


@dataclass(frozen=True)
class Waiting:
    """What waits for a school's lead; None for a part whose service does not answer just now."""

    schools: list[School] | None
    proposals: int | None
    days: int | None
    more_days: bool
    trainees_with_days: int
    stale_offers: int | None
    places: int | None
    unanswered: list[tuple[str, str]] | None

    @property
    def is_whole(self) -> bool:
        """Whether every service has answered."""
        return None not in (self.schools, self.proposals, self.days, self.stale_offers, self.places, self.unanswered)

    @property
    def number(self) -> int:
        """How many things wait, as far as is known."""
        return sum(bool(each) for each in (self.proposals, self.days, self.stale_offers, self.unanswered))


async def read_waiting(visit: Visit) -> Waiting:
    """Return what waits for the lead, from every service that answers."""
    services, today, urns = visit.services, visit.today, visit.membership.schools
    schools, proposals, days, stale, offers, appetites = await gather(
        unless_away(read_schools(services, urns)),
        unless_away(read_proposals(services)),
        unless_away(read_days(services, "logged")),
        unless_away(read_stale_offers(services, today)),
        unless_away(read_offers(services)),
        unless_away(read_appetites(services, today)),
    )
    current = None if offers is None else [each for each in offers if each.ends_on >= today]
    asked = [(urn, year) for urn in urns for year in years_to_answer(today)]
    return Waiting(
        schools,
        None if proposals is None else proposals.number,
        None if days is None else len(days[0]),
        days is not None and days[1],
        0 if days is None else len({day.trainee_id for day in days[0]}),
        None if stale is None else len(stale),
        None if current is None else sum(each.places for each in current),
        None if appetites is None else [each for each in asked if each not in appetites],
    )
