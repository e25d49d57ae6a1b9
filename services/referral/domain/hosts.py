"""A host without a URN: a nursery, an independent setting, a school abroad. It is known by its name and postcode.

Source: product.md R1; domain.md b (organisations without a URN exist: DfE keeps their name and postcode). A host has a
code in the place of a URN and is recorded as a school, whose row the partnership writes instead of the register. So
everything that holds for schools holds for it. Which host has a name and postcode is decided here, so that two of equal
name and postcode are one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.referral.domain.fields import Dated
from services.referral.domain.schools import RegisterRow
from shared.events.words import Phase
from shared.inputs.numbers import Whole
from shared.inputs.texts import Line
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid

_HOSTS = UUID("8f1d0d52-5c0b-5b0e-9d9c-3f3b1a7c6e21")
_CODES = 1_000_000
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")

HostKind = Literal["nursery", "independent", "alternative_provision", "overseas", "other"]
_TYPES: Mapping[HostKind, str] = {
    "nursery": "Nursery without a URN",
    "independent": "Independent setting without a URN",
    "alternative_provision": "Alternative provision without a URN",
    "overseas": "School overseas",
    "other": "Host without a URN",
}


class NewHost(Dated):
    """A host without a URN. Easting and northing are metres (EPSG:27700), both or neither."""

    name: Line
    postcode: Annotated[Line, Field(max_length=20, examples=["LS6 3HN"])]
    kind: HostKind
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=2)
    town: Line | None = None
    la_code: Annotated[str, Field(pattern=r"^[0-9]{3}$")] | None = None
    easting: Annotated[Whole, Field(ge=1, le=700_000)] | None = None
    northing: Annotated[Whole, Field(ge=1, le=1_300_000)] | None = None

    @property
    def district(self) -> str | None:
        """The first part of the postcode; None overseas."""
        return None if self.kind == "overseas" else self.written_postcode.split()[0]

    @property
    def written_postcode(self) -> str:
        """The postcode in capitals, with a blank before its second part; raises `Invalid` for what is none.

        A postcode overseas may have any form.
        """
        postcode = self.postcode.upper()
        if self.kind == "overseas":
            return postcode
        parts = _POSTCODE.fullmatch(postcode.replace(" ", ""))
        if parts is None:
            raise Invalid("Give a whole postcode, like LS6 3HN.", pointer="/postcode")
        return f"{parts[1]} {parts[2]}"

    @property
    def row(self) -> RegisterRow:
        """The row of the host, as it is kept in the place of the register's; raises `Invalid`."""
        if (self.easting is None) is not (self.northing is None):
            raise Invalid("Give both easting and northing, or neither.", pointer="/northing")
        return RegisterRow(
            name=self.name,
            status="open",
            phases=tuple(sorted(set(self.phases))),
            phase="Nursery" if self.kind == "nursery" else None,
            type_of_establishment=_TYPES[self.kind],
            la_code=self.la_code,
            town=self.town,
            postcode=self.written_postcode,
            easting=self.easting,
            northing=self.northing,
        )


class HostClosing(Dated):
    """A host takes nobody any more from a day on, or was recorded by mistake."""

    reason: Literal["closed", "hosts_no_more", "recorded_by_mistake"]


class HostIsRecorded(DomainError):
    """Another host has this name and postcode."""

    status = 409


class HostIsClosed(DomainError):
    """The host is closed already."""

    status = 409


class HostIsSchool(DomainError):
    """A school of the register followed the host."""

    status = 409


class HostNamed(Event):
    """A name and postcode mean this host from now on; None: no host any more."""

    type: ClassVar[str] = "referral.host_named"

    urn: str | None


class NameHost(Command):
    """Let a name and postcode mean a host, or none."""

    urn: str | None
    on: date


@dataclass(frozen=True, slots=True)
class HostName:
    """A name and postcode, and the code of the host that has them."""

    urn: str | None = None


def host_name_id(tenant: str, row: RegisterRow) -> UUID:
    """Return the id of a host's name and postcode; case and blanks in the postcode make no difference."""
    return uuid5(_HOSTS, f"{tenant}/{row.name.casefold()}/{(row.postcode or '').replace(' ', '')}")


def codes_for(name_id: UUID) -> Iterator[str]:
    """Yield every code that a host may have, in an order of its name's own: the first that is free is taken."""
    first = name_id.int % _CODES
    return (f"H{(first + nth) % _CODES:06}" for nth in range(_CODES))


def decide(command: NameHost, name: HostName, now: datetime) -> Sequence[HostNamed]:
    """Name a host. Raises `HostIsRecorded` if another host has this name and postcode."""
    del now
    if command.urn == name.urn:
        return []
    if command.urn is not None and name.urn is not None:
        raise HostIsRecorded(f"The host {name.urn} has this name and postcode. Correct or close that one.")
    return [HostNamed(happened_on=command.on, urn=command.urn)]


def evolve(name: HostName, event: HostNamed) -> HostName:
    """Return the name after the event."""
    del name
    return HostName(event.urn)


HOST_NAME: Decider[HostName, NameHost, HostNamed] = Decider("host_name", HostName, decide, evolve, (HostNamed,))
