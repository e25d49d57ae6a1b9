"""A person of the partnership: identity and profile, merging two records of one person, erasure.

Source: product.md R3, R6, R7, R8. The identity is personal and is stored encrypted; the profile is what the matching
needs to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.referral.domain.fields import Dated
from services.referral.domain.profiles import Identity, MenteeProfile, MentorProfile, Profile, TraineeProfile
from shared.inputs.addresses import EMAIL_ADDRESS
from shared.inputs.days import BirthDay
from shared.inputs.numbers import Yes
from shared.inputs.texts import Line, LineOrNothing
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal

Kind = Literal["mentor", "trainee", "mentee"]

_PEOPLE = UUID("49f04fe6-b20c-5504-a109-994930815a3e")
_PersonalText = Annotated[str, Personal("person_id"), Field(repr=False)]
_PersonalTextOrNone = Annotated[str | None, Personal("person_id"), Field(repr=False)]


def person_id(tenant: str, kind: Kind, reference: str) -> UUID:
    """Make the id of the person to whom a partnership gives this reference, whatever its case."""
    return uuid5(_PEOPLE, f"{tenant}/{kind}/{reference.casefold()}")


class _Recorded(Event):
    person_id: UUID
    reference: _PersonalText
    given_name: _PersonalText
    family_name: _PersonalText
    email: _PersonalText
    trn: _PersonalTextOrNone = None
    hesa_id: _PersonalTextOrNone = None
    date_of_birth: _PersonalTextOrNone = None

    @property
    def identity(self) -> Identity:
        """The identity, encrypted wherever the event comes from the store."""
        return Identity(**{name: getattr(self, name) for name in Identity.model_fields})


class MentorRecorded(_Recorded):
    """A mentor was recorded for the first time, or a field of theirs changed."""

    type: ClassVar[str] = "referral.mentor_recorded"

    profile: MentorProfile


class TraineeRecorded(_Recorded):
    """A trainee was recorded for the first time, or a field of theirs changed."""

    type: ClassVar[str] = "referral.trainee_recorded"

    profile: TraineeProfile


class MenteeRecorded(_Recorded):
    """A mentee who is not a trainee was recorded for the first time, or a field of theirs changed."""

    type: ClassVar[str] = "referral.mentee_recorded"

    profile: MenteeProfile


class PersonEngaged(Event):
    """Something was built on the record for the first time: a referral, a proposal."""

    type: ClassVar[str] = "referral.person_engaged"

    person_id: UUID
    by: str


class PeopleMerged(Event):
    """The record was merged with another record of the same person; that one (`into`) is kept."""

    type: ClassVar[str] = "referral.people_merged"

    person_id: UUID
    into: UUID
    kind: Kind
    by: str


class RecordTakenOver(Event):
    """Another record of the same person was merged with this one; they are erased together."""

    type: ClassVar[str] = "referral.record_taken_over"

    person_id: UUID
    taken_over: UUID
    by: str


class RegistrationUndone(Event):
    """The record was a mistake, and nothing had been built on it."""

    type: ClassVar[str] = "referral.registration_undone"

    person_id: UUID
    by: str


class PersonErased(Event):
    """The person is erased: their key is destroyed with this event, here and in every other service."""

    type: ClassVar[str] = "referral.person_erased"

    person_id: UUID


class NewMentee(MenteeProfile, Dated):
    """A person at a school who can be mentored and is not a trainee; a pupil has a year group.

    Somebody with one name has it as `family_name`, and an empty `given_name`. `other_person` confirms that they are not
    the person on record who has the same e-mail address. Only a teacher has a TRN and a date of birth, by which DfE's
    register knows them.
    """

    reference: Line
    given_name: LineOrNothing
    family_name: Line
    trn: str | None = Field(default=None, pattern=r"^[0-9]{7}$", repr=False)
    date_of_birth: BirthDay | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, pattern=EMAIL_ADDRESS, max_length=200)
    other_person: Yes = False


class MergeInto(Dated):
    """The record to merge into, which is kept."""

    into: UUID


class RecordPerson(Command):
    """Record the identity and the profile of a person.

    `on_record` is the recorded identity, decrypted by the use case; None for somebody new.
    """

    person_id: UUID
    identity: Identity
    on_record: Identity | None
    profile: Profile
    on: date


class Engage(Command):
    """Note that something is built on the record, such as a referral."""

    by: str
    on: date


class Merge(Command):
    """Merge this record with another record of the same person, which is kept."""

    into: UUID
    by: str
    on: date


class TakeOver(Command):
    """Note that another record was merged with this one."""

    taken_over: UUID
    by: str
    on: date


class UndoRegistration(Command):
    """Undo the record of a person who was recorded by mistake."""

    by: str
    on: date


class Erase(Command):
    """Erase a person for good."""

    on: date


Commands = RecordPerson | Engage | Merge | TakeOver | UndoRegistration | Erase
Events = (
    MentorRecorded
    | TraineeRecorded
    | MenteeRecorded
    | PersonEngaged
    | PeopleMerged
    | RecordTakenOver
    | RegistrationUndone
    | PersonErased
)
Status = Literal["unknown", "recorded", "merged", "undone", "erased"]


class Erased(DomainError):
    """The person's record was erased."""

    status = 410
    denies = True


class Merged(DomainError):
    """The record was merged with another one; `kept_id` is the id of that one."""


INSTEAD: Mapping[Kind, str] = {
    "trainee": "Withdraw the trainee instead.",
    "mentee": "Withdraw the referral instead.",
    "mentor": "Say until which day the mentor is at the school instead.",
}
"""What ends somebody's part in a partnership where their record has to stay."""


class BuiltOn(DomainError):
    """Something was built on the record, so that it cannot be undone; the sentence names another way."""

    def __init__(self, kind: Kind | None) -> None:
        way = INSTEAD[kind] if kind is not None else ""
        super().__init__(f"More has been recorded about this person since, so the record stays. {way}".rstrip())


@dataclass(frozen=True, slots=True)
class Person:
    """A person's record; `identity` is encrypted. `into` is the record that is kept where this one was merged."""

    kind: Kind | None = None
    person_id: UUID | None = None
    identity: Identity | None = None
    profile: Profile | None = None
    erased: bool = False
    undone: bool = False
    engaged: bool = False
    into: UUID | None = None
    taken_over: frozenset[UUID] = frozenset()

    @property
    def status(self) -> Status:
        """The status of the record."""
        if self.erased:
            return "erased"
        if self.into is not None:
            return "merged"
        if self.undone:
            return "undone"
        return "unknown" if self.person_id is None else "recorded"


def decide(command: Commands, person: Person, now: datetime) -> Sequence[Events]:
    """Record changes; merge, undo or erase for good. Repeating a command emits no event."""
    del now
    match command, person.status:
        case Engage(), status:
            first = status == "recorded" and not person.engaged
            return [PersonEngaged(happened_on=command.on, person_id=_id(person), by=command.by)] if first else []
        case RecordPerson(), "unknown" | "undone" | "recorded":
            return _recorded(command, person)
        case Erase(), "erased":
            return []
        case Erase(), "recorded" | "merged" | "undone":
            return [PersonErased(happened_on=command.on, person_id=_id(person))]
        case Merge(into=into), "recorded" | "merged":
            return _merged(command, into, person)
        case TakeOver(taken_over=other), "recorded":
            if other in person.taken_over:
                return []
            common = {"happened_on": command.on, "person_id": _id(person), "by": command.by}
            return [RecordTakenOver(taken_over=other, **common)]
        case UndoRegistration(), "undone":
            return []
        case UndoRegistration(), "recorded":
            if person.engaged or person.taken_over:
                raise BuiltOn(person.kind)
            return [RegistrationUndone(happened_on=command.on, person_id=_id(person), by=command.by)]
        case _:
            raise refusal(person)


def refusal(person: Person, *, pointer: str | None = None) -> DomainError:
    """Make the error of a record that was erased, merged, undone, or never made."""
    match person.status:
        case "erased":
            return Erased("This person's record was erased and cannot be used or filled again.", pointer=pointer)
        case "merged":
            sentence = "This record was merged with another one of the same person; use that one."
            return Merged(sentence, pointer=pointer, kept_id=str(person.into))
        case _:
            return NotFound("There is no such person.", pointer=pointer)


def _recorded(command: RecordPerson, person: Person) -> Sequence[Events]:
    recorded = person.status == "recorded"
    if recorded and command.identity == command.on_record and command.profile == person.profile:
        return []
    common = {"happened_on": command.on, "person_id": command.person_id} | command.identity.model_dump()
    match command.profile:
        case MentorProfile() as profile:
            return [MentorRecorded(profile=profile, **common)]
        case TraineeProfile() as profile:
            return [TraineeRecorded(profile=profile, **common)]
        case MenteeProfile() as profile:
            return [MenteeRecorded(profile=profile, **common)]


def _merged(command: Merge, into: UUID, person: Person) -> Sequence[Events]:
    if into == person.person_id:
        raise Invalid("A record cannot be merged with itself. Choose another record.", pointer="/into")
    if into == person.into:
        return []
    assert person.kind is not None
    common = {"happened_on": command.on, "person_id": _id(person), "by": command.by}
    return [PeopleMerged(into=into, kind=person.kind, **common)]


def _id(person: Person) -> UUID:
    assert person.person_id is not None
    return person.person_id


def evolve(person: Person, event: Events) -> Person:
    """Return the person after the event."""
    match event:
        case MentorRecorded():
            return _after(person, "mentor", event, event.profile)
        case TraineeRecorded():
            return _after(person, "trainee", event, event.profile)
        case MenteeRecorded():
            return _after(person, "mentee", event, event.profile)
        case PersonEngaged():
            return replace(person, engaged=True)
        case PeopleMerged(into=into):
            return replace(person, into=into)
        case RecordTakenOver(taken_over=other):
            return replace(person, taken_over=person.taken_over | {other})
        case RegistrationUndone():
            return replace(person, profile=None, undone=True)
        case PersonErased():
            return replace(person, identity=None, profile=None, erased=True)


def _after(person: Person, kind: Kind, event: _Recorded, profile: Profile) -> Person:
    return replace(person, kind=kind, person_id=event.person_id, identity=event.identity, profile=profile, undone=False)


PERSON: Decider[Person, Commands, Events] = Decider(
    "person",
    Person,
    decide,
    evolve,
    (
        MentorRecorded,
        TraineeRecorded,
        MenteeRecorded,
        PersonEngaged,
        PeopleMerged,
        RecordTakenOver,
        RegistrationUndone,
        PersonErased,
    ),
)
