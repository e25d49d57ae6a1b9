"""Queries of offers, their history, and the offers that a school should be asked to confirm."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.referral import policy
from services.referral.queries.history import HistoryEntry, history
from services.referral.queries.programmes import settings_of
from shared.calendar import day_after
from shared.events.words import Phase, RouteKind, YearGroup
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class OfferAnswer(Answer):
    """A school's offer; without places it is withdrawn, without year groups or routes it is open to all of them."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    recorded_on: date
    last_confirmed_on: date
    year_groups: tuple[YearGroup, ...]
    routes: tuple[RouteKind, ...]
    shared_with: tuple[str, ...]
    send_placement: bool


class OfferToConfirm(OfferAnswer):
    """An offer that the school should be asked to confirm: it is stale, or the school has since declared that it
    does not host.
    """

    why: Literal["stale", "not_open"]


async def offers(reader: Reader, *, after: UUID | None, limit: int) -> list[OfferAnswer]:
    """List one page of offers in the order of their ids; a school's lead sees only the offers of the school."""
    policy.may_oversee(reader.who)
    return await reader.all(
        OfferAnswer,
        """select * from offers
           where ($1::text[] is null or school_urn = any ($1)) and ($2::uuid is null or offer_id > $2)
           order by offer_id limit $3""",
        policy.schools_seen(reader.who),
        after,
        limit,
    )


async def offer(reader: Reader, offer_id: UUID) -> OfferAnswer:
    """Show one offer; raises `NotFound`, also to the lead of another school."""
    policy.may_oversee(reader.who)
    found = await reader.first(
        OfferAnswer,
        "select * from offers where offer_id = $1 and ($2::text[] is null or school_urn = any ($2))",
        offer_id,
        policy.schools_seen(reader.who),
    )
    if found is None:
        raise NotFound("There is no such offer.")
    return found


async def offer_history(reader: Reader, offer_id: UUID) -> list[HistoryEntry]:
    """List what happened to an offer; raises `NotFound`."""
    await offer(reader, offer_id)
    return await history(reader, f"offer-{offer_id}")


async def offers_to_confirm(
    reader: Reader, programme_id: UUID, *, on: date, after: UUID | None, limit: int
) -> list[OfferToConfirm]:
    """List offers with places that end after a day and were last confirmed before the programme's days.

    Raises `NotFound` for the programme.
    """
    policy.may_oversee(reader.who)
    days = (await settings_of(reader, programme_id, on)).offers.stale_after_days
    return await reader.all(
        OfferToConfirm,
        """select o.*, case when h.appetite = 'not_open' then 'not_open' else 'stale' end as why
           from (select * from offers where places > 0 and ends_on > $1) o
           left join hostings h using (school_urn, academic_year)
           where (o.last_confirmed_on < $2 or (h.appetite = 'not_open' and h.said_on >= o.last_confirmed_on))
             and ($3::text[] is null or o.school_urn = any ($3)) and ($4::uuid is null or o.offer_id > $4)
           order by o.offer_id limit $5""",
        on,
        day_after(on, -days),
        policy.schools_seen(reader.who),
        after,
        limit,
    )
