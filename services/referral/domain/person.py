"""A person of the partnership: a mentor or a trainee, who they are, and that they can be forgotten.

Source: product.md R3, R6, R8. Who they are is personal and is kept sealed; a profile is what matching needs of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from shared.events.words import Phase, TravelMode
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal

Kind = Literal["mentor", "trainee"]

HOME_GRID = 500
"""Metres to which a home is rounded before it is kept anywhere: near enough for a journey, too coarse for a door."""

_PEOPLE = UUID("49f04fe6-b20c-5504-a109-994930815a3e")
_PersonalText = Annotated[str, Personal("person_id"), Field(repr=False)]
_PersonalTextOrNone = Annotated[str | None, Personal("person_id"), Field(repr=False)]


def person_id(tenant: str, kind: Kind, reference: str) -> UUID:
    """The id of the person whom a partnership calls by this reference, whatever its case."""
    return uuid5(_PEOPLE, f"{tenant}/{kind}/{reference.casefold()}")


def near_home(metres: int) -> int:
    """An easting or northing of a home, rounded to the grid."""
    return (metres + HOME_GRID // 2) // HOME_GRID * HOME_GRID


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(_Value):
    """Who somebody is: every field is personal. `reference` is what the partnership calls them by."""

    reference: str = Field(repr=False)
    given_name: str = Field(repr=False)
    family_name: str = Field(repr=False)
    email: str = Field(repr=False)
    trn: str | None = Field(None, repr=False)


class MentorProfile(_Value):
    """What a mentor can give: subjects by code, phases sorted, hours a week over all their mentoring."""

    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]
    trained_on: date | None = None


class TraineeProfile(_Value):
    """What a trainee needs: home in metres (EPSG:27700) rounded to `HOME_GRID`, limit in minutes one way."""

    subject: str
    phase: Phase
    training_route: str
    course_starts_on: date
    course_ends_on: date
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int


class _Recorded(Event):
    person_id: UUID
    reference: _PersonalText
    given_name: _PersonalText
    family_name: _PersonalText
    email: _PersonalText
    trn: _PersonalTextOrNone = None

    @property
    def identity(self) -> Identity:
        """Who it is, sealed wherever the event comes from the store."""
        return Identity(**{name: getattr(self, name) for name in Identity.model_fields})


class MentorRecorded(_Recorded):
    """A mentor is new, or something of theirs has changed."""

    type: ClassVar[str] = "referral.mentor_recorded"

    profile: MentorProfile


class TraineeRecorded(_Recorded):
    """A trainee is new, or something of theirs has changed."""

    type: ClassVar[str] = "referral.trainee_recorded"

    profile: TraineeProfile


class PersonErased(Event):
    """The person is forgotten: their key goes with this event, here and in every other service."""

    type: ClassVar[str] = "referral.person_erased"

    person_id: UUID


class RecordPerson(Command):
    """Take over who somebody is and what they can give or need.

    `on_record` is what the state's sealed identity says, opened by whoever asks; None for somebody new.
    """

    person_id: UUID
    identity: Identity
    on_record: Identity | None
    profile: MentorProfile | TraineeProfile
    on: date


class Erase(Command):
    """Forget a person for good."""

    on: date


Commands = RecordPerson | Erase
Events = MentorRecorded | TraineeRecorded | PersonErased


class Erased(DomainError):
    """The person's record was erased."""

    status = 410


@dataclass(frozen=True, slots=True)
class Person:
    """What the next decision needs; `identity` is sealed."""

    kind: Kind | None = None
    person_id: UUID | None = None
    identity: Identity | None = None
    profile: MentorProfile | TraineeProfile | None = None
    erased: bool = False


def decide(command: Commands, person: Person, now: datetime) -> Sequence[Events]:
    """Recorded when something has changed; erased once and for good."""
    del now
    match command, person:
        case RecordPerson(), Person(erased=True):
            raise Erased("This person's record was erased and cannot be filled again. Leave them out.")
        case RecordPerson(identity=identity, profile=profile), Person() if (
            identity == command.on_record and profile == person.profile
        ):
            return []
        case RecordPerson(profile=MentorProfile() as profile), _:
            return [MentorRecorded(profile=profile, **_common(command))]
        case RecordPerson(profile=TraineeProfile() as profile), _:
            return [TraineeRecorded(profile=profile, **_common(command))]
        case Erase(), Person(erased=True):
            return []
        case Erase(), Person(person_id=UUID() as who):
            return [PersonErased(happened_on=command.on, person_id=who)]
        case _:
            raise NotFound("There is no such person.")


def _common(command: RecordPerson) -> dict[str, object]:
    return {"happened_on": command.on, "person_id": command.person_id} | command.identity.model_dump()


def evolve(person: Person, event: Events) -> Person:
    """The person after the event."""
    match event:
        case MentorRecorded():
            return Person("mentor", event.person_id, event.identity, event.profile)
        case TraineeRecorded():
            return Person("trainee", event.person_id, event.identity, event.profile)
        case PersonErased():
            return replace(person, identity=None, profile=None, erased=True)


PERSON: Decider[Person, Commands, Events] = Decider(
    "person", Person, decide, evolve, (MentorRecorded, TraineeRecorded, PersonErased)
)
