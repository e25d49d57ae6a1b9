"""The demo partnership's people who do not come from its files, and tokens for anybody in it."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from alongside.local.issuer import Issuer

TENANT = "aire-valley"
"""The demo partnership."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to act as: opaque id, roles, the schools (URNs) they act for."""

    subject: str
    roles: tuple[str, ...]
    schools: tuple[str, ...] = ()

    def token(self, issuer: Issuer, tenant: str = TENANT) -> str:
        """Make a token of the local issuer, good for a day."""
        return issuer.token(self.subject, tenant, self.roles, self.schools)


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:alongside:demo:{name}"))


LEAD = Persona(_id("lead"), ("partnership_lead",))
TUTOR = Persona(_id("tutor"), ("tutor",))
OPERATOR = Persona(_id("operator"), ("operator",))
EVENTS_READER = Persona(_id("events-reader"), ("events_reader",))
"""A program outside that reads the feed of events."""


def mentor(person_id: str) -> Persona:
    """Make the persona of a mentor, by the id that referral gave them."""
    return Persona(person_id, ("mentor",))


def trainee(person_id: str) -> Persona:
    """Make the persona of a trainee, by the id that referral gave them."""
    return Persona(person_id, ("trainee",))


def tutor(name: str) -> Persona:
    """Make the persona of another tutor than the demo's, such as whoever gives a second opinion."""
    return Persona(_id(f"tutor:{name}"), ("tutor",))


def school_lead(urn: str) -> Persona:
    """Make the persona of a school's ITT coordinator."""
    return Persona(_id(f"school-lead:{urn}"), ("school_lead",), (urn,))
