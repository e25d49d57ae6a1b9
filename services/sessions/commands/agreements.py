"""Commands of agreements: write a draft, sign it."""

from dataclasses import replace
from uuid import UUID

from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.agreements import (
    AGREEMENT,
    Agreement,
    AgreementSignature,
    AgreementText,
    SignAgreement,
    WriteAgreement,
)
from services.sessions.domain.relationships import RELATIONSHIP, AgreeRelationship
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AgreementState(Answer):
    """The agreement after a command: the number of its last draft and who signed it, and the draft that is in force.

    Send `version` as `If-Match` with the next change, and `draft` with a signature.
    """

    relationship_id: UUID
    draft: int
    version: int
    signed_by: tuple[Side, ...]
    in_force: int | None


def write_agreement(who: Principal, relationship_id: UUID, text: AgreementText) -> UseCase[AgreementState]:
    """Write a draft of the agreement; signatures under the draft before do not count for it."""

    async def use_case(unit: Unit) -> AgreementState:
        await unit.read((RELATIONSHIP, relationship_id), (AGREEMENT, relationship_id))
        relationship, by = await load_to_record(who, unit, relationship_id, "write and sign their agreement")
        programme = await load_programme(unit, relationship.programme_id)
        writing = WriteAgreement(relationship=relationship, programme=programme, by=by, text=text)
        await unit.decide(AGREEMENT, relationship_id, writing)
        return state_of_draft(relationship_id, await _load(unit, relationship_id))

    return use_case


def sign_agreement(who: Principal, relationship_id: UUID, signature: AgreementSignature) -> UseCase[AgreementState]:
    """Sign a draft of the agreement; with the last signature it is in force, which the relationship records too."""

    async def use_case(unit: Unit) -> AgreementState:
        await unit.read((RELATIONSHIP, relationship_id), (AGREEMENT, relationship_id))
        relationship, by = await load_to_record(who, unit, relationship_id, "write and sign their agreement")
        programme = await load_programme(unit, relationship.programme_id)
        signing = SignAgreement(relationship=relationship, programme=programme, by=by, signature=signature)
        await unit.decide(AGREEMENT, relationship_id, signing)
        agreement = await _load(unit, relationship_id)
        if agreement.in_force == signature.draft:
            agreeing = AgreeRelationship(draft=signature.draft, on=signature.on)
            # the version in If-Match is that of the agreement
            await replace(unit, if_match=None).decide(RELATIONSHIP, relationship_id, agreeing)
        return state_of_draft(relationship_id, agreement)

    return use_case


async def _load(unit: Unit, relationship_id: UUID) -> Agreement:
    (agreement,) = await unit.load(AGREEMENT, relationship_id)
    return agreement


def state_of_draft(relationship_id: UUID, agreement: Agreement) -> AgreementState:
    """Return the state of what two people draft and sign."""
    return AgreementState(
        relationship_id=relationship_id,
        draft=agreement.draft,
        version=agreement.version,
        signed_by=agreement.signed_by,
        in_force=agreement.in_force,
    )
