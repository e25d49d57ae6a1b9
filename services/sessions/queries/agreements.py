"""Queries of agreements."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.forms import missing, read_answers
from services.sessions.domain.programmes import Programme
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.practices import Form, Step
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now

FormAnswers = dict[str, str | float]


class SignedAgreement(Answer):
    """The draft that both signed, with its answers by field."""

    draft: int
    agreed_on: date
    answers: FormAnswers


class AgreementView(Answer):
    """The agreement with its form: the last draft, and the draft that is in force; draft 0 has nothing written yet.

    `missing` are the fields to fill in before it is signed; `next_to_sign` is the side whose turn it is. An answer of
    somebody who was erased is shown as such.
    """

    relationship_id: UUID
    form: Form
    draft: int
    version: int
    answers: FormAnswers
    missing: tuple[str, ...]
    signed_by: tuple[Side, ...]
    next_to_sign: Side | None
    in_force: SignedAgreement | None


async def show_agreement(reader: Reader, relationship_id: UUID) -> AgreementView:
    """Return the agreement of a relationship; raises `NotFound`, or `NotAllowed` for those who may not read it."""
    seen = await find_to_see(reader, relationship_id)
    relationship = seen.relationship
    programme = await find_programme(reader, relationship.programme_id)
    step = programme.step("agreement")
    if step is None:
        raise NotFound("This programme asks for no agreement.")
    form = programme.form_of(step)
    accounts = programme.accounts_of(form.read_by)
    policy.may_read_form(seen.who, relationship, accounts, utc_now().date(), seen.assigned)
    return AgreementView(**await draft_fields(reader, "agreements", relationship_id, programme, step))


async def draft_fields(
    reader: Reader, table: Literal["agreements", "summaries"], relationship_id: UUID, programme: Programme, step: Step
) -> dict[str, Any]:
    """Return the fields of the view of what two people draft and sign. The caller authorises."""
    found = await reader.connection.fetchrow(f"select * from {table} where relationship_id = $1", relationship_id)
    (row,) = await reader.unseal([dict(found)]) if found else ({},)
    filled = frozenset(row.get("filled", ()))
    signed_by = tuple(row.get("signed_by", ()))
    empty = tuple(field.id for field in missing(programme, step, filled))
    order = [side for side in programme.sides_of(step.signed_by) if side not in signed_by]
    return {
        "relationship_id": relationship_id,
        "form": programme.form_of(step),
        "draft": row.get("draft", 0),
        "version": row.get("version", 0),
        "answers": join_answers(row, filled),
        "missing": empty,
        "signed_by": signed_by,
        "next_to_sign": order[0] if row and order and not empty else None,
        "in_force": _in_force(row) if row.get("agreed_draft") else None,
    }


def _in_force(row: Mapping[str, Any]) -> SignedAgreement:
    agreed = {name.removeprefix("agreed_"): value for name, value in row.items() if name.startswith("agreed_")}
    return SignedAgreement(
        draft=agreed["draft"], agreed_on=agreed["on"], answers=join_answers(agreed, agreed["filled"])
    )


def join_answers(row: Mapping[str, Any], filled: Sequence[str] | frozenset[str]) -> FormAnswers:
    """Join the answers that each gave alone with those of both, of which either copy will do."""
    answers: FormAnswers = dict.fromkeys(sorted(filled), ERASED)
    for part in ("mentors", "trainees", "for_mentor", "for_trainee"):
        text = row.get(part)
        if text is not None and text != ERASED:
            answers |= read_answers(text)
    return answers
