"""How open a school is to hosting in an academic year, and why it is not.

Source: product.md R5; appetite and reasons are those of DfE's placement services, so that exports fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from services.referral.domain.fields import AcademicYear, Dated, NewAcademicYear
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
    """How open a school is to hosting, as declared on a day."""

    academic_year: NewAcademicYear


class AppetiteSaid(AppetiteTerms, Event):
    """A school declared how open it is to hosting."""

    type: ClassVar[str] = "referral.appetite_said"

    school_urn: str
    by: str


class DeclareAppetite(NewAppetite, Command):
    """Declare how open a school is to hosting; the same answer on a later day confirms it."""

    school_urn: str
    by: str


class NotHosting(DomainError):
    """The school has declared that it does not host in this academic year."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """The last declaration of a school about an academic year, None before there is one."""

    last: AppetiteSaid | None = None

    def must_be_open(self) -> None:
        """Raise `NotHosting` where the school has declared that it is not open."""
        if self.last is not None and self.last.appetite == "not_open":
            declared = f"On {self.last.happened_on} this school declared that it is not open to hosting in"
            raise NotHosting(f"{declared} {self.last.academic_year}. Change that first.")


def decide(command: DeclareAppetite, hosting: Hosting, now: datetime) -> Sequence[AppetiteSaid]:
    """Record the declaration; reasons go with `not_open`, and only with that. Repeating it emits no event."""
    del now
    if command.appetite == "not_open" and not command.reasons_not_hosting:
        raise Invalid("Give at least one reason why the school does not host.", pointer="/reasons_not_hosting")
    if command.appetite != "not_open" and command.reasons_not_hosting:
        raise Invalid("Leave the reasons out: they are for schools that do not host.", pointer="/reasons_not_hosting")
    declared = AppetiteSaid(happened_on=command.on, **command.model_dump(exclude={"on"}))
    if hosting.last is not None and command.on < hosting.last.happened_on:
        sentence = f"The school last declared this on {hosting.last.happened_on}. Give that day or a later one."
        raise Invalid(sentence, pointer="/on")
    return [] if declared == hosting.last else [declared]


def evolve(hosting: Hosting, event: AppetiteSaid) -> Hosting:
    """Keep the last declaration."""
    del hosting
    return Hosting(event)


def hosting_key(school_urn: str, academic_year: str) -> str:
    """Make the key of a school's declarations for an academic year."""
    return f"{school_urn}-{academic_year.replace('/', '-')}"


HOSTING: Decider[Hosting, DeclareAppetite, AppetiteSaid] = Decider("hosting", Hosting, decide, evolve, (AppetiteSaid,))
