"""Commands of summaries: write, sign, take back, open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.agreements import AgreementState, state_of_draft
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.common_needs import name_needs
from services.sessions.commands.merges import current_principal
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see
from services.sessions.domain.agreements import AgreementSignature
from services.sessions.domain.forms import read_answers
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.summaries import (
    MISSING,
    SUMMARY,
    Commands,
    ReadSummary,
    SignSummary,
    Summary,
    SummaryStep,
    SummaryText,
    TakeSummaryBack,
    WriteSummary,
)
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound, build_from
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SummaryState(AgreementState):
    """The summary after a command: the number of its last draft and who signed it, and the draft that is in force.

    Send `version` as `If-Match` with the next change, and `draft` with a signature.
    """

    needs: tuple[str, ...]


class OpenedSummary(Answer):
    """What both have signed, for those to whom the programme sends it; `[erased]` stands for what nobody can read."""

    relationship_id: UUID
    programme_id: UUID
    school_urn: str
    agreed_on: date
    answers: dict[str, str | float]
    needs: tuple[str, ...]


def write_summary(who: Principal, relationship_id: UUID, text: SummaryText) -> UseCase[SummaryState]:
    """Write a draft of the summary; signatures under the draft before do not count for it."""
    return _change(
        who,
        relationship_id,
        lambda to, by, programme: WriteSummary(relationship=to, programme=programme, by=by, text=text),
    )


def sign_summary(who: Principal, relationship_id: UUID, signature: AgreementSignature) -> UseCase[SummaryState]:
    """Sign a draft of the summary; with the last signature it leaves the pair, and its needs are counted."""
    return _change(
        who,
        relationship_id,
        lambda to, by, programme: SignSummary(relationship=to, programme=programme, by=by, signature=signature),
    )


def take_summary_back(who: Principal, relationship_id: UUID, step: SummaryStep) -> UseCase[SummaryState]:
    """Take back what both have signed: nobody else reads it any more, and needs not counted yet are not counted."""
    return _change(who, relationship_id, lambda to, by, _: TakeSummaryBack(relationship=to, by=by, on=step.on))


def _change(
    who: Principal, relationship_id: UUID, command_of: Callable[[Relationship, Side, Programme], Commands]
) -> UseCase[SummaryState]:
    async def use_case(unit: Unit) -> SummaryState:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        by = policy.may_draft_summary(seen.who, relationship, seen.assigned)
        programme = await load_programme(unit, relationship.programme_id)
        before = await _load(unit, relationship_id)
        await unit.decide(SUMMARY, relationship_id, command_of(relationship, by, programme))
        summary = await _load(unit, relationship_id)
        if summary.agreed != before.agreed:
            # the version in If-Match is that of the summary
            await name_needs(replace(unit, if_match=None), relationship, programme, summary.agreed_needs)
        state = state_of_draft(relationship_id, summary.draft)
        return build_from(SummaryState, state, needs=summary.needs)

    return use_case


def open_summary(who: Principal, relationship_id: UUID) -> UseCase[OpenedSummary]:
    """Open what both have signed, as somebody to whom it goes, and record for the two that it was read."""

    async def use_case(unit: Unit) -> OpenedSummary:
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        if relationship is None:
            raise NotFound(MISSING)
        assigned = await assigned_as(unit, who, relationship.trainee_id)
        programme = await load_programme(unit, relationship.programme_id)
        reader_id = policy.may_open_summary(await current_principal(unit, who), relationship, programme, assigned)
        reading = ReadSummary(relationship=relationship, reader_id=reader_id, on=unit.now.date())
        await unit.decide(SUMMARY, relationship_id, reading)
        agreed = (await _load(unit, relationship_id)).agreed
        assert agreed is not None  # what nobody has signed is not read
        sealed = [agreed.mentors, agreed.trainees, agreed.for_mentor, agreed.for_trainee]
        opened = await open_texts(unit.reads, unit.tenant, sealed)
        answers: dict[str, str | float] = dict.fromkeys(agreed.filled, ERASED)
        for token in sealed:
            text = ERASED if token is None else opened.get(token, token)
            answers |= {} if text == ERASED else read_answers(text)
        return OpenedSummary(
            relationship_id=relationship_id,
            programme_id=relationship.programme_id,
            school_urn=relationship.school_urn,
            agreed_on=agreed.on,
            answers=answers,
            needs=agreed.needs,
        )

    return use_case


async def _load(unit: Unit, relationship_id: UUID) -> Summary:
    (summary,) = await unit.load(SUMMARY, relationship_id)
    return summary
