"""A school's offer to host: places in a subject between two days of one academic year.

Source: product.md R5; domain.md e2 to e7 (stale offers destroy trust; quantities; routes). An offer is identified by
school, subject, phase, year groups, first day, and whether it is in special educational needs provision: autumn and
spring are two offers, and so are Year 1 and Year 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from services.referral.domain.fields import Dated
from shared.calendar.academic_years import academic_year_of
from shared.events.words import KEY_STAGES, KeyStage, Phase, RouteKind, YearGroup
from shared.inputs.days import PlacementDay
from shared.inputs.numbers import Whole, Yes
from shared.inputs.schools import Urn
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Value, build_from

_OFFERS = UUID("42343131-ecf6-579d-9407-bc4b92defdf8")
TAUGHT: Mapping[Phase, frozenset[YearGroup]] = {
    "primary": frozenset(
        {"nursery", "reception", "year_1", "year_2", "year_3", "year_4", "year_5", "year_6", "mixed_year_groups"}
    ),
    "secondary": frozenset(
        {"year_7", "year_8", "year_9", "year_10", "year_11", "year_12", "year_13", "mixed_year_groups"}
    ),
}
"""The year groups of each phase."""


def offer_id(
    tenant: str,
    school_urn: str,
    subject: str,
    phase: Phase,
    starts_on: date,
    year_groups: Sequence[YearGroup] = (),
    *,
    send_placement: bool = False,
) -> UUID:
    """Make the id of a school's offer from subject (by code), phase, first day, year groups (none: any), and whether
    it is in special educational needs provision.
    """
    of_years = f"/{'+'.join(sorted(year_groups))}" if year_groups else ""
    in_send = "/send" if send_placement else ""
    return uuid5(_OFFERS, f"{tenant}/{school_urn}/{subject}/{phase}/{starts_on}{of_years}{in_send}")


class OfferTerms(Value):
    """Places at a school in a subject between two days; an offer without places is withdrawn.

    Without year groups or routes it is open to all of them; `shared_with` are other schools at which its places may be
    used. A `send_placement` is in special educational needs provision, for trainees who were referred for one.
    """

    school_urn: Urn
    subject: str = Field(min_length=1, max_length=200, examples=["Mathematics"])
    phase: Phase
    places: int = Field(ge=0, le=200)
    starts_on: date
    ends_on: date
    year_groups: tuple[YearGroup, ...] = Field(default=(), max_length=16)
    routes: tuple[RouteKind, ...] = Field(default=(), max_length=3)
    shared_with: tuple[Urn, ...] = Field(default=(), max_length=20)
    send_placement: bool = False


class NewOffer(OfferTerms, Dated):
    """What a school can host, the subject by any of its names; `key_stages` stand for all of their year groups."""

    places: Annotated[Whole, Field(ge=0, le=200)]
    starts_on: PlacementDay
    ends_on: PlacementDay
    key_stages: tuple[KeyStage, ...] = Field(default=(), max_length=6)
    send_placement: Yes = False

    @property
    def terms(self) -> OfferTerms:
        """The terms of the offer, with the year groups of its key stages; raises `Invalid` for one of another phase."""
        taught = TAUGHT[self.phase]
        for nth, stage in enumerate(self.key_stages):
            if not taught.issuperset(KEY_STAGES[stage]):
                raise Invalid(f"{stage} is not taught in {self.phase} schools.", pointer=f"/key_stages/{nth}")
        of_stages = (year for stage in self.key_stages for year in KEY_STAGES[stage])
        years = tuple(dict.fromkeys((*self.year_groups, *of_stages)))
        return build_from(OfferTerms, self, year_groups=years)


class _OfferEvent(OfferTerms, Event):
    offer_id: UUID
    academic_year: str


class OfferRecorded(_OfferEvent):
    """A school made an offer or changed its terms, which confirms the offer too."""

    type: ClassVar[str] = "referral.offer_recorded"


class OfferConfirmed(_OfferEvent):
    """The school confirmed that the offer stands as it is."""

    type: ClassVar[str] = "referral.offer_confirmed"


class OfferWithdrawn(_OfferEvent):
    """The school withdrew the offer, which has no places any more."""

    type: ClassVar[str] = "referral.offer_withdrawn"


class RecordOffer(OfferTerms, Dated, Command):
    """Record what a school can host; `subject` is the code of the subject."""

    offer_id: UUID


class Confirm(Command):
    """Confirm that the offer still stands."""

    on: date


class Withdraw(Command):
    """Withdraw the offer."""

    on: date


Commands = RecordOffer | Confirm | Withdraw
Events = OfferRecorded | OfferConfirmed | OfferWithdrawn


class Withdrawn(DomainError):
    """The offer was withdrawn."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The last terms of an offer, None for an offer that nobody made."""

    terms: Events | None = None

    @property
    def last_confirmed_on(self) -> date | None:
        """The day on which the school last recorded or confirmed the offer."""
        return self.terms.happened_on if self.terms else None


def decide(command: Commands, offer: Offer, now: datetime) -> Sequence[Events]:
    """Record an offer within one academic year, confirm it, withdraw it.

    A command that changes nothing emits no event.
    """
    del now
    terms = offer.terms
    match command:
        case RecordOffer():
            recorded = _recorded(command)
            return [] if terms is not None and _content(terms) == _content(recorded) else [recorded]
        case _ if terms is None:
            raise NotFound("There is no such offer.")
        case Withdraw() if not terms.places and command.on != terms.happened_on:
            raise Withdrawn(f"This offer was withdrawn on {terms.happened_on} already; that day stays.")
        case Withdraw():
            _must_not_precede(command.on, terms)
            withdrawn = _content(terms) | {"places": 0, "happened_on": command.on}
            return [OfferWithdrawn.model_validate(withdrawn)] if terms.places else []
        case Confirm():
            if not terms.places:
                raise Withdrawn("This offer was withdrawn. Make a new offer of what the school can host.")
            _must_not_precede(command.on, terms)
            confirmed = OfferConfirmed.model_validate(_content(terms) | {"happened_on": command.on})
            return [] if command.on == terms.happened_on else [confirmed]


def _recorded(command: RecordOffer) -> OfferRecorded:
    if command.ends_on < command.starts_on:
        raise Invalid("The last day of a placement is not before its first.", pointer="/ends_on")
    year = academic_year_of(command.starts_on)
    if academic_year_of(command.ends_on) != year:
        raise Invalid(f"This placement starts in {year}; it has to end by 31 August of that year.", pointer="/ends_on")
    taught = TAUGHT[command.phase]
    for nth, group in enumerate(command.year_groups):
        if group not in taught:
            raise Invalid(f"{group} is not taught in {command.phase} schools.", pointer=f"/year_groups/{nth}")
    if command.school_urn in command.shared_with:
        raise Invalid(
            "Share an offer with other schools only, not with the school that makes it.", pointer="/shared_with"
        )
    terms = command.model_dump(exclude={"on"}) | {
        name: tuple(sorted(set(getattr(command, name)))) for name in ("year_groups", "routes", "shared_with")
    }
    return OfferRecorded(happened_on=command.on, academic_year=year, **terms)


def _content(terms: Events) -> dict[str, object]:
    return terms.model_dump(exclude={"happened_on"})


def _must_not_precede(on: date, terms: Events) -> None:
    if on < terms.happened_on:
        raise Invalid(
            f"This offer was last changed or confirmed on {terms.happened_on}. Give that day or a later one.",
            pointer="/on",
        )


def evolve(offer: Offer, event: Events) -> Offer:
    """Return the offer after the event."""
    del offer
    return Offer(event)


OFFER: Decider[Offer, Commands, Events] = Decider(
    "offer", Offer, decide, evolve, (OfferRecorded, OfferConfirmed, OfferWithdrawn)
)
