"""A limit on how many trainees are hosted at one time in an academic year: by a department, a school or a trust.

Source: product.md M1 (capacity of department, school and trust). A limit counts places over all offers in its scope. It
does not move to a school that follows: the successor's limit is its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from services.referral.domain.fields import AcademicYear
from shared.events.words import LimitScope
from shared.inputs.schools import Urn
from shared.kernel.decider import Command, Decider, Event, Invalid, Value

_LIMITS = UUID("0f6c2a6e-5f3d-5d0a-9a43-7a8f1d1c7b52")
_NAMED_BY: dict[LimitScope, frozenset[str]] = {
    "department": frozenset({"school_urn", "subject"}),
    "school": frozenset({"school_urn"}),
    "trust": frozenset({"trust_code"}),
}
"""The fields that name what a limit is for, by its scope."""


class HostingLimit(Value):
    """At most `places` trainees at one time in an academic year; without places there is no limit.

    A department is a subject at a school, a school is named by its URN, a trust by its code.
    """

    scope: LimitScope
    academic_year: AcademicYear
    school_urn: Urn | None = None
    subject: str | None = Field(None, min_length=1, max_length=200, examples=["Mathematics"])
    trust_code: str | None = Field(None, min_length=1, max_length=200)
    places: int | None = Field(None, ge=0, le=1000)


class HostingLimitSet(HostingLimit, Event):
    """A limit on hosting was set, changed or removed."""

    type: ClassVar[str] = "referral.hosting_limit_set"

    limit_id: UUID
    by: str


class SetHostingLimit(HostingLimit, Command):
    """Set a limit on hosting, or remove it; `subject` is the code of the subject."""

    limit_id: UUID
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on hosting: the places (None without a limit), and the day on which it was last set."""

    places: int | None = None
    set_on: date | None = None


def limit_id(tenant: str, limit: HostingLimit) -> UUID:
    """Make the id of a limit from its scope, its academic year and the department, school or trust that it limits."""
    named = f"{limit.school_urn or ''}/{limit.subject or ''}/{limit.trust_code or ''}"
    return uuid5(_LIMITS, f"{tenant}/{limit.scope}/{limit.academic_year}/{named}")


def decide(command: SetHostingLimit, limit: Limit, now: datetime) -> Sequence[HostingLimitSet]:
    """Set the limit if it differs; raises `Invalid` unless the fields name exactly what the scope needs."""
    del now
    for field in ("school_urn", "subject", "trust_code"):
        needed, given = field in _NAMED_BY[command.scope], getattr(command, field) is not None
        if needed and not given:
            raise Invalid(f"A limit of a {command.scope} needs this.", pointer=f"/{field}")
        if given and not needed:
            raise Invalid(f"A limit of a {command.scope} does not have this; leave it out.", pointer=f"/{field}")
    if limit.set_on is not None and command.on < limit.set_on:
        raise Invalid(f"This limit was last set on {limit.set_on}; give that day or a later one.", pointer="/on")
    if command.places == limit.places:
        return []
    return [HostingLimitSet(happened_on=command.on, **command.model_dump(exclude={"on"}))]


def evolve(limit: Limit, event: HostingLimitSet) -> Limit:
    """Return the limit after the event."""
    del limit
    return Limit(event.places, event.happened_on)


LIMIT: Decider[Limit, SetHostingLimit, HostingLimitSet] = Decider("limit", Limit, decide, evolve, (HostingLimitSet,))
