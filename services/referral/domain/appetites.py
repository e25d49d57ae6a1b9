"""How open a school is to hosting in an academic year, and why it is not.

Source: product.md R5; appetite and reasons are those of DfE's placement services, so that exports fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from services.referral.domain.fields import AcademicYear, Dated
from shared.events.words import Appetite
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Value

ReasonNotHosting = Literal[
    "trainee_quality",
    "no_mentor_capacity",
    "send_numbers",
    "low_capacity_through_staff_changes",
    "improving_ofsted_rating",
    "do_not_know_how_to_get_involved",
    "other",
]


class AppetiteTerms(Value):
    """How open a school is to hosting in an academic year; reasons go with `not_open`, and only with that."""

    academic_year: AcademicYear
    appetite: Appetite
    reasons_not_hosting: tuple[ReasonNotHosting, ...] = Field(default=(), max_length=7)


class NewAppetite(AppetiteTerms, Dated):
    """How open a school is to hosting, as it said on a day."""


class AppetiteSaid(AppetiteTerms, Event):
    """The school said how open it is to hosting."""

    type: ClassVar[str] = "referral.appetite_said"

    school_urn: str
    by: str


class SayAppetite(NewAppetite, Command):
    """Record how open a school is to hosting; the same answer on a later day confirms it."""

    school_urn: str
    by: str


class NotHosting(DomainError):
    """The school said that it does not host in this academic year."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the school said last of hosting in an academic year, None before it said anything."""

    said: AppetiteSaid | None = None

    def must_be_open(self) -> None:
        """Raise `NotHosting` for a school that said it is not open."""
        if self.said is not None and self.said.appetite == "not_open":
            said = f"On {self.said.happened_on} this school said that it is not open to hosting in"
            raise NotHosting(f"{said} {self.said.academic_year}. Change that first.")


def decide(command: SayAppetite, hosting: Hosting, now: datetime) -> Sequence[AppetiteSaid]:
    """Reasons go with not hosting, and only with that."""
    del now
    if command.appetite == "not_open" and not command.reasons_not_hosting:
        raise Invalid("Say why the school does not host.", pointer="/reasons_not_hosting")
    if command.appetite != "not_open" and command.reasons_not_hosting:
        raise Invalid("Reasons are for schools that do not host.", pointer="/reasons_not_hosting")
    said = AppetiteSaid(happened_on=command.on, **command.model_dump(exclude={"on"}))
    if hosting.said is not None and command.on < hosting.said.happened_on:
        raise Invalid(f"The school last spoke of this on {hosting.said.happened_on}.", pointer="/on")
    return [] if said == hosting.said else [said]


def evolve(hosting: Hosting, event: AppetiteSaid) -> Hosting:
    """What the school said last."""
    del hosting
    return Hosting(event)


def hosting_key(school_urn: str, academic_year: str) -> str:
    """The key of what a school says for an academic year."""
    return f"{school_urn}-{academic_year.replace('/', '-')}"


HOSTING: Decider[Hosting, SayAppetite, AppetiteSaid] = Decider("hosting", Hosting, decide, evolve, (AppetiteSaid,))
