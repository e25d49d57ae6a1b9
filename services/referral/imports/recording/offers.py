"""Record offers from an import file."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import ValidationError

from services.referral.domain.offers import OFFER, Commands, Offer, RecordOffer
from services.referral.domain.schools import SCHOOL
from services.referral.imports.formats.offers import OfferKey, OfferRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.recording.schools import errors_of_schools
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.kernel.unit import Unit
from shared.spreadsheets.rows import Draft


async def record_offers(unit: Unit, drafts: Sequence[Draft[OfferRow]], on: date) -> Outcome:
    """Record offers; an offer that a school took over from a predecessor is the same offer."""
    errors = await errors_of_schools(unit, drafts, "school_urn")
    possible = {draft.line: await _possible_offers(unit, draft) for draft in drafts}
    await unit.read(*((OFFER, key) for keys in possible.values() for key in keys))
    commands: list[RowCommand[Commands]] = []
    for draft in drafts:
        key, recorded = await _offer_of(unit, possible[draft.line])
        whole = draft.filled_from(recorded.terms.model_dump()) if recorded.terms else draft
        if key is None or whole.row is None or draft.line in errors:
            errors[draft.line] = [*whole.errors, *errors.get(draft.line, [])]
            continue
        terms = whole.row.model_dump(exclude={"line", "academic_year"})
        commands.append(RowCommand(draft.line, "ends_on", key, RecordOffer(offer_id=key, on=on, **terms)))
    return (await decide_rows(unit, OFFER, commands)).with_errors(errors)


async def _possible_offers(unit: Unit, draft: Draft[OfferRow]) -> list[UUID]:
    """List the offers that a row may be about: at its school or at a predecessor; none where its cells do not say."""
    try:
        named = OfferKey.model_validate(draft.filled)
    except ValidationError:
        return []
    return [named.offer_id(unit.tenant, urn) for urn in await _with_predecessors(unit, named.school_urn)]


async def _offer_of(unit: Unit, possible: Sequence[UUID]) -> tuple[UUID | None, Offer]:
    """Find which of the possible offers a row is about: the first that is recorded, else the offer of its school."""
    found = list(zip(possible, await unit.load(OFFER, *possible), strict=True))
    if not found:
        return None, Offer()
    return next(((key, offer) for key, offer in found if offer.terms is not None), found[0])


async def _with_predecessors(unit: Unit, urn: str) -> list[str]:
    """List the school and those that it took over from, the nearest first."""
    urns = [urn]
    for each in urns:
        (school,) = await unit.load(SCHOOL, each)
        urns += [before for before in school.predecessors if before not in urns]
    return urns
