"""Record offers from an import file."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import ValidationError

from services.referral.domain.offers import OFFER, Commands, Offer, RecordOffer
from services.referral.domain.schools import SCHOOL
from services.referral.imports.formats.offers import OfferKey, OfferRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.reading.rows import Draft
from services.referral.imports.recording.schools import errors_of_schools
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.kernel.unit import Unit


async def record_offers(unit: Unit, drafts: Sequence[Draft[OfferRow]], on: date) -> Outcome:
    """Record offers; an offer that a school took over from a predecessor is the same offer."""
    errors = await errors_of_schools(unit, drafts, "school_urn")
    commands: list[RowCommand[Commands]] = []
    for draft in drafts:
        key = await _offer_of(unit, draft)
        (recorded,) = await unit.load(OFFER, key) if key is not None else (Offer(),)
        whole = draft.filled_from(recorded.terms.model_dump()) if recorded.terms else draft
        if key is None or whole.row is None or draft.line in errors:
            errors[draft.line] = [*whole.errors, *errors.get(draft.line, [])]
            continue
        terms = whole.row.model_dump(exclude={"line", "academic_year"})
        commands.append(RowCommand(draft.line, "ends_on", key, RecordOffer(offer_id=key, on=on, **terms)))
    return (await decide_rows(unit, OFFER, commands)).with_errors(errors)


async def _offer_of(unit: Unit, draft: Draft[OfferRow]) -> UUID | None:
    """Find the offer that a row is about, None where its cells do not say."""
    try:
        named = OfferKey.model_validate(draft.filled)
    except ValidationError:
        return None
    keys = [named.offer_id(unit.tenant, urn) for urn in await _with_predecessors(unit, named.school_urn)]
    offers = await unit.load(OFFER, *keys)
    return next((key for key, offer in zip(keys, offers, strict=True) if offer.terms is not None), keys[0])


async def _with_predecessors(unit: Unit, urn: str) -> list[str]:
    """List the school and those that it took over from, the nearest first."""
    urns = [urn]
    for each in urns:
        (school,) = await unit.load(SCHOOL, each)
        urns += [before for before in school.predecessors if before not in urns]
    return urns
