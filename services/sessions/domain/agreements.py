"""The agreement of a mentor and a mentee: drafted from the programme's form, changed by either, signed by both.

Source: product.md S1; Berry ("clear guidelines about confidentiality for both partners must be established from the
start"; both communicate "their expectations, hopes and fears"). A change asks for both signatures again; what was
signed by both stays in force until the change is.

What belongs to both is sealed twice, once with the key of each: whoever is erased, the other keeps what is theirs
(decision 32).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.forms import (
    ROLES,
    SIDES,
    FormAnswer,
    FormAnswers,
    check_answers,
    fillable,
    missing,
    write_answers,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import Step
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.inputs.numbers import Whole
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal, Value


class AgreementText(Value):
    """All answers that somebody gives to the form of the agreement; a field that is left out is empty.

    What only the other of the two fills in stays as it is.
    """

    on: StepDay
    answers: FormAnswers


class AgreementSignature(Value):
    """A signature under a draft of the agreement, by its number."""

    on: StepDay
    draft: Annotated[Whole, Field(ge=1, le=100_000)]


class AgreementEvent(Event):
    """The fields that all events of an agreement share; each event makes a version, of which the first is 1."""

    relationship_id: UUID
    version_number: int
    draft: int
    by: Side


class AgreementWritten(AgreementEvent):
    """One of the two wrote a draft. `own` are the author's own answers, the other two those that belong to both.

    `filled` are the ids of all fields that have an answer now, whoever gave it.
    """

    type: ClassVar[str] = "sessions.agreement_written"

    author_id: UUID
    mentor_id: UUID
    trainee_id: UUID
    filled: tuple[str, ...]
    own: Annotated[str, Personal("author_id")]
    for_mentor: Annotated[str, Personal("mentor_id")]
    for_trainee: Annotated[str, Personal("trainee_id")]


class AgreementSigned(AgreementEvent):
    """One of the two signed the draft."""

    type: ClassVar[str] = "sessions.agreement_signed"


class WriteAgreement(Command):
    """Write a draft of the agreement; `by` is the side that writes it."""

    relationship: Relationship
    programme: Programme
    by: Side
    text: AgreementText


class SignAgreement(Command):
    """Sign a draft of the agreement; `by` is the side that signs it."""

    relationship: Relationship
    programme: Programme
    by: Side
    signature: AgreementSignature


Commands = WriteAgreement | SignAgreement
Events = AgreementWritten | AgreementSigned


class AgreementChanged(DomainError):
    """Somebody signs a draft that is not the last one."""

    status = 412


class AgreementNotComplete(DomainError):
    """A field that has to be filled in before the agreement is signed is empty."""


class NotYourTurn(DomainError):
    """Somebody signs before those who sign first in this programme."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The number and version of the last draft, the fields filled in, who signed it, and the draft that is in force."""

    draft: int = 0
    version: int = 0
    filled: frozenset[str] = frozenset()
    signed_by: tuple[Side, ...] = ()
    in_force: int | None = None


def decide(command: Commands, agreement: Agreement, now: datetime) -> Sequence[Events]:
    """Write a draft; sign the last draft once it is complete, in the programme's order. A signature is given once."""
    del now
    step = command.programme.step("agreement")
    if step is None:
        raise NotFound("This programme asks for no agreement.")
    match command:
        case WriteAgreement(relationship=relationship, by=by, text=text):
            relationship.must_not_be_over(text.on)
            draft = draft_fields(relationship, command.programme, step, by, text.answers, agreement)
            return [AgreementWritten.model_validate({"happened_on": text.on, **draft})]
        case SignAgreement(relationship=relationship, by=by, signature=signature):
            relationship.must_not_be_over(signature.on)
            signed = signature_fields(relationship, command.programme, step, by, signature.draft, agreement)
            return [] if signed is None else [AgreementSigned.model_validate({"happened_on": signature.on, **signed})]


def draft_fields(
    relationship: Relationship,
    programme: Programme,
    step: Step,
    by: Side,
    answers: Mapping[str, FormAnswer | None],
    agreement: Agreement,
) -> dict[str, object]:
    """Return the fields of the event by which a side writes the next draft; raises `Invalid` for a wrong answer."""
    given = check_answers(programme, step, by, answers)
    others = agreement.filled - fillable(programme, step, by)
    joint = write_answers(given.joint)
    return {
        "relationship_id": relationship.relationship_id,
        "version_number": agreement.version + 1,
        "draft": agreement.draft + 1,
        "by": by,
        "author_id": relationship.person_on(by),
        "mentor_id": relationship.mentor_id,
        "trainee_id": relationship.trainee_id,
        "filled": tuple(sorted({*others, *given.own, *given.joint})),
        "own": write_answers(given.own),
        "for_mentor": joint,
        "for_trainee": joint,
    }


def signature_fields(
    relationship: Relationship, programme: Programme, step: Step, by: Side, draft: int, agreement: Agreement
) -> dict[str, object] | None:
    """Return the fields of the event by which a side signs the last draft; None where it has signed it already.

    Raises `AgreementChanged` for another draft, `AgreementNotComplete`, and `NotYourTurn`.
    """
    if agreement.draft == 0:
        raise NotFound("There is nothing to sign yet; one of you writes it first.")
    if draft != agreement.draft:
        raise AgreementChanged(
            f"This is not the last draft: draft {agreement.draft} is. Read it again, then sign that one.",
            pointer="/draft",
        )
    if by in agreement.signed_by:
        return None
    if empty := missing(programme, step, agreement.filled):
        raise AgreementNotComplete(f"Fill in first: {', '.join(field.text for field in empty)}.")
    order = programme.sides_of(step.signed_by)
    if waiting := [side for side in order[: order.index(by)] if side not in agreement.signed_by]:
        raise NotYourTurn(f"In this programme the {ROLES[waiting[0]]} signs first, then you.")
    names = {"relationship_id": relationship.relationship_id, "by": by, "draft": draft}
    return {**names, "version_number": agreement.version + 1}


def evolve(agreement: Agreement, event: Events) -> Agreement:
    """Apply an event to the agreement."""
    match event:
        case AgreementWritten():
            return Agreement(event.draft, event.version_number, frozenset(event.filled), in_force=agreement.in_force)
        case AgreementSigned():
            signed_by = (*agreement.signed_by, event.by)
            in_force = event.draft if {*signed_by} >= SIDES else agreement.in_force
            return replace(agreement, version=event.version_number, signed_by=signed_by, in_force=in_force)


AGREEMENT: Decider[Agreement, Commands, Events] = Decider(
    "agreement", Agreement, decide, evolve, (AgreementWritten, AgreementSigned)
)
