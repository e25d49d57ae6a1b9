"""Commands of requests for another mentor: request one, withdraw that, read why."""

from uuid import UUID

from services.sessions import policy
from services.sessions.commands.break_offs import OpenedBreakOff, ask_contact, open_break_off, safe_text_of
from services.sessions.commands.relationships import load_to_see
from services.sessions.domain.break_offs import BREAK_OFF, AskContactNoMore
from services.sessions.domain.mentor_requests import (
    MENTOR_REQUEST,
    MentorRequestStep,
    NewMentorRequest,
    RequestAnotherMentor,
    WithdrawMentorRequest,
)
from services.sessions.domain.relationships import Relationship
from shared.events.practices import AccountRole
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

_WHAT_HAPPENS = (
    "Your mentor is not told, and your mentoring goes on until there is another mentor. Whom you chose gets in touch "
    "with you, and alone reads your reason; matching learns only that you want another mentor."
)
_WITHDRAWN = "Nobody looks for another mentor any more, and nobody but you reads what you wrote."


class MentorRequestState(Answer):
    """A request for another mentor after a command; `what_happens` tells the mentee who learns what."""

    relationship_id: UUID
    requested: bool
    contact: AccountRole | None
    what_happens: str


def request_another_mentor(who: Principal, relationship_id: UUID, new: NewMentorRequest) -> UseCase[MentorRequestState]:
    """Request another mentor, and tell a safe contact; or tell another one, or in other words."""

    async def use_case(unit: Unit) -> MentorRequestState:
        relationship = await _load(who, unit, relationship_id)
        await safe_text_of(unit, relationship, new.contact)
        await unit.decide(MENTOR_REQUEST, relationship_id, RequestAnotherMentor(relationship=relationship, on=new.on))
        await ask_contact(unit, relationship, new, "another_mentor")
        return MentorRequestState(
            relationship_id=relationship_id, requested=True, contact=new.contact, what_happens=_WHAT_HAPPENS
        )

    return use_case


def withdraw_mentor_request(
    who: Principal, relationship_id: UUID, step: MentorRequestStep
) -> UseCase[MentorRequestState]:
    """Withdraw the request: the mentee stays, and the contact reads no more why they wanted to leave."""

    async def use_case(unit: Unit) -> MentorRequestState:
        relationship = await _load(who, unit, relationship_id)
        withdrawing = WithdrawMentorRequest(relationship=relationship, on=step.on)
        withdrawn = await unit.decide(MENTOR_REQUEST, relationship_id, withdrawing)
        (asked,) = await unit.load(BREAK_OFF, relationship_id)
        if withdrawn and asked is not None and asked.wish == "another_mentor":
            await unit.decide(BREAK_OFF, relationship_id, AskContactNoMore(on=step.on))
        return MentorRequestState(
            relationship_id=relationship_id, requested=False, contact=None, what_happens=_WITHDRAWN
        )

    return use_case


def open_mentor_request(who: Principal, relationship_id: UUID) -> UseCase[OpenedBreakOff]:
    """Open why a mentee wants another mentor, as their safe contact, and record for the mentee that it was read."""
    return open_break_off(who, relationship_id, "another_mentor")


async def _load(who: Principal, unit: Unit, relationship_id: UUID) -> Relationship:
    seen = await load_to_see(who, unit, relationship_id)
    policy.may_request_mentor(seen.who, seen.relationship, seen.assigned)
    return seen.relationship
