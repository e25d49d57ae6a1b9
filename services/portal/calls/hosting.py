"""Calls for a school's pages: what it hosts, its mentors and what they give, what waits for its answer."""

from asyncio import gather
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from itertools import groupby
from uuid import UUID

from services.portal.calls.hosting_answers import (
    Appetite,
    HalfDay,
    MentoringHours,
    Offer,
    OfferToConfirm,
    OpenProgramme,
    PairProposal,
    PersonOfSchool,
    School,
    SupportProposal,
)
from services.portal.calls.pages import read_all
from services.portal.calls.services import Refused, ServicesAsPerson
from shared.calendar.academic_years import academic_year_of

KINDS_OF_LOAD = ("itt", "ect", "pupils", "peers", "other")
"""The kinds of mentoring by which a load is shown."""
KIND_OF_TEMPLATE = {
    "ite-placement": "itt",
    "ect-induction": "ect",
    "pupil-mentoring": "pupils",
    "pupil-peer": "pupils",
    "peer-review": "peers",
}
"""The kind of mentoring of a programme, by its template; any other template is another kind."""
MOST_HALF_DAYS = 1000
"""Half days that sessions lists at once."""


async def read_schools(services: ServicesAsPerson, urns: Iterable[str]) -> list[School]:
    """Return those of these schools that are on record, in the order of their names."""
    schools = await gather(*(_school(services, urn) for urn in urns))
    return sorted((school for school in schools if school), key=lambda school: school.name)


async def _school(services: ServicesAsPerson, urn: str) -> School | None:
    """Return a school; None of a number that no school on record has, as where it was mistyped with a role."""
    try:
        return await services.get("referral", f"/schools/{urn}", School)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return None


async def read_offers(services: ServicesAsPerson) -> list[Offer]:
    """Return every offer of the person's schools, the earliest first."""
    offers = await read_all(services, "referral", "/offers", Offer, lambda offer: offer.offer_id)
    return sorted(offers, key=lambda offer: (offer.starts_on, offer.subject, offer.offer_id))


async def read_stale_offers(services: ServicesAsPerson, today: date) -> dict[UUID, str]:
    """Return why the school is asked again about an offer, by the offer: by the days of a programme of its year."""
    programmes = await read_programmes(services)
    found = await gather(
        *(
            read_all(
                services,
                "referral",
                "/offers/to-confirm",
                OfferToConfirm,
                lambda offer: offer.offer_id,
                programme_id=programme.programme_id,
                on=today,
            )
            for programme in programmes
            if programme.closed_on is None and programme.ends_on >= today
        )
    )
    years = [each.academic_year for each in programmes if each.closed_on is None and each.ends_on >= today]
    return {
        offer.offer_id: offer.why
        for year, offers in zip(years, found, strict=True)
        for offer in offers
        if offer.academic_year == year
    }


async def read_programmes(services: ServicesAsPerson) -> list[OpenProgramme]:
    """Return the programmes of the partnership."""
    return await services.get("referral", "/programmes", list[OpenProgramme])


def years_to_answer(today: date) -> tuple[str, str]:
    """Return the academic years about which a school is asked: this one and the next."""
    return academic_year_of(today), academic_year_of(today.replace(year=today.year + 1, day=1))


async def read_appetites(services: ServicesAsPerson, today: date) -> dict[tuple[str, str], Appetite]:
    """Return how open the person's schools are, by URN and academic year: this year's and the next."""
    years = years_to_answer(today)
    found = await gather(
        *(services.get("referral", "/appetites", list[Appetite], academic_year=year) for year in years)
    )
    return {(each.school_urn, each.academic_year): each for of_year in found for each in of_year}


@dataclass
class MentorLoad:
    """A mentor's hours a week: those that they have, those that they give by kind, and whom they mentor here."""

    mentor_id: UUID
    capacity: float
    hours: Mapping[str, float]
    relationships: Sequence[MentoringHours]

    @property
    def given(self) -> float:
        """The hours a week that they give to all kinds of mentoring."""
        return sum(self.hours.values())

    @property
    def left(self) -> float:
        """The hours a week that are left; less than none where they give more than they have."""
        return round(self.capacity - self.given, 2)


async def read_mentor_loads(services: ServicesAsPerson, today: date) -> list[MentorLoad]:
    """Return the mentors of the person's schools with the hours that they give on a day.

    Their hours are those of relationships in Alongside at these schools, and those that they have declared besides.
    """
    people, relationships, programmes = await gather(
        read_all(services, "referral", "/people", PersonOfSchool, lambda person: person.person_id, kind="mentor"),
        read_all(services, "sessions", "/relationships", MentoringHours, lambda each: each.relationship_id),
        read_programmes(services),
    )
    kinds = {each.programme_id: KIND_OF_TEMPLATE.get(each.template, "other") for each in programmes}
    active: dict[UUID, list[MentoringHours]] = defaultdict(list)
    for each in relationships:
        if each.starts_on <= today <= each.ends_on:
            active[each.mentor_id].append(each)
    return [load_of(person, active[person.person_id], kinds) for person in people]


def load_of(person: PersonOfSchool, relationships: Sequence[MentoringHours], kinds: Mapping[UUID, str]) -> MentorLoad:
    """Return a mentor's hours by kind: those of relationships by their programmes' kinds, and those declared."""
    hours = dict.fromkeys(KINDS_OF_LOAD, 0.0)
    for kind, declared in (person.mentoring.load if person.mentoring else {}).items():
        hours[kind] = hours.get(kind, 0.0) + declared
    for each in relationships:
        hours[kinds.get(each.programme_id, "other")] += each.mentor_hours_per_week
    return MentorLoad(person.person_id, person.hours.capacity if person.hours else 0.0, hours, relationships)


@dataclass
class Proposals:
    """Pairs and supports that wait for an answer, and the school's own people, for whom its lead answers."""

    pairs: list[PairProposal]
    supports: list[SupportProposal]
    own_people: set[UUID] = field(default_factory=set)

    @property
    def pairs_to_answer(self) -> list[PairProposal]:
        """The pairs whose mentor's side has not answered; what has to be answered first comes first."""
        return sorted(
            (pair for pair in self.pairs if "mentor" not in pair.accepted_by),
            key=lambda pair: (pair.answer_by or pair.starts_on, pair.pair_id),
        )

    @property
    def accepted_pairs(self) -> list[PairProposal]:
        """The pairs that the mentor's side has accepted, and that wait for the trainee."""
        return [pair for pair in self.pairs if "mentor" in pair.accepted_by]

    @property
    def supports_to_answer(self) -> list[tuple[SupportProposal, str, UUID]]:
        """Each support with a side of the school's own people that has not answered, and who that is."""
        return [
            (support, side, person_id)
            for support in self.supports
            for side, person_id in (("mentor", support.mentor_id), ("mentee", support.mentee_id))
            if side not in support.accepted_by and person_id in self.own_people
        ]

    @property
    def number(self) -> int:
        """How many answers are waited for."""
        return len(self.pairs_to_answer) + len(self.supports_to_answer)


async def read_proposals(services: ServicesAsPerson) -> Proposals:
    """Return the proposals at the person's schools that wait for an answer."""
    pairs, supports = await gather(
        read_all(services, "matching", "/pairs", PairProposal, lambda pair: pair.pair_id, status="proposed"),
        read_all(
            services, "matching", "/supports", SupportProposal, lambda support: support.support_id, status="proposed"
        ),
    )
    if not supports:
        return Proposals(pairs, supports)
    people = await read_all(services, "referral", "/people", PersonOfSchool, lambda person: person.person_id)
    return Proposals(pairs, supports, {person.person_id for person in people})


@dataclass(frozen=True, slots=True)
class PlacementDay:
    """A day of a trainee, or the half of it that was logged; `part` is what sessions calls it."""

    relationship_id: UUID
    trainee_id: UUID
    on: date
    part: str
    kind: str
    while_away: bool

    @property
    def key(self) -> str:
        """The day as a value of a form."""
        return f"{self.relationship_id}.{self.on}.{self.part}"


async def read_days(services: ServicesAsPerson, state: str) -> tuple[list[PlacementDay], bool]:
    """Return the days in a state at the person's schools, the earliest first, and whether there are more of them.

    The two halves of a day are one day where they are of one kind.
    """
    halves = await services.get("sessions", "/days", list[HalfDay], state=state, limit=MOST_HALF_DAYS)
    return days_of(halves), len(halves) == MOST_HALF_DAYS


def days_of(halves: Sequence[HalfDay]) -> list[PlacementDay]:
    """Return half days as days: two halves of one kind and one placement are a whole one."""
    found: list[PlacementDay] = []
    for _, group in groupby(halves, key=lambda half: (half.on, half.relationship_id)):
        of_day = list(group)
        whole = len(of_day) == 2 and of_day[0].kind == of_day[1].kind
        found += [
            PlacementDay(
                half.relationship_id,
                half.trainee_id,
                half.on,
                "day" if whole else half.half,
                half.kind,
                half.while_away,
            )
            for half in (of_day[:1] if whole else of_day)
        ]
    return found
