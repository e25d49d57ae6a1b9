"""Convert offers into the offers of the solver, with the groups that share places.

An offer that schools of a trust share becomes an offer at each of them, all in one group with the places of the offer.
A closed school hosts nobody; its successor takes its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.projections.offers import OfferRow
from services.matching.rounds.hosting_limits import hosting_groups
from services.matching.rounds.rows import RoundPair, Rows
from services.matching.rounds.schools import Schools
from services.matching.solver import Group, Offer, Rules, School
from services.matching.solver.rules import is_left_out_as_stale, readable


@dataclass(frozen=True, slots=True)
class Places:
    """The solver's offers, their groups and schools; `rows` has the row of each offer at its school, by the solver's
    id.

    `left_out` counts offers that no school can host.
    """

    rows: Mapping[str, OfferRow]
    offers: tuple[Offer, ...]
    groups: tuple[Group, ...]
    schools: tuple[School, ...]
    left_out: int


def offered_places(
    rows: Rows,
    schools: Schools,
    others: Sequence[RoundPair],
    held: Mapping[str, int],
    rules: Rules,
) -> Places:
    """Return the places that remain after `others`, the live pairs that are not part of the round.

    `held` counts the pairs of the round by the solver's id of their offer. If the school stated that it does not host,
    and made or confirmed the offer later, the offer counts. An offer that does not count, or is stale, keeps its held
    places and has no others.
    """
    taken: dict[UUID, int] = {}
    for pair in others:
        taken[pair.offer_id] = taken.get(pair.offer_id, 0) + 1
    by_id: dict[str, OfferRow] = {}
    offers: list[Offer] = []
    groups: list[Group] = []
    hosts = {offer.offer_id: list(_hosts(offer, rows, schools, held)) for offer in rows.offers}
    for offer in rows.offers:
        urns, left = hosts[offer.offer_id], max(0, offer.places - taken.get(offer.offer_id, 0))
        shared = [Group(sharing_group(offer.offer_id), left, _shared_offer(offer, urns))] if len(urns) > 1 else []
        groups += shared
        for urn in urns:
            id_ = offer_at(offer, urn, schools)
            by_id[id_] = replace(offer, school_urn=urn)
            made = _offer(id_, offer, urn, left, tuple(group.id for group in shared))
            taken_back = _taken_back(offer, rows.closed_to_hosting.get(urn))
            if taken_back or (id_ in held and is_left_out_as_stale(made, rules)):
                made = replace(made, places=min(left, held[id_]), last_confirmed_on=None)
            offers.append(made)
    limits, limits_of = hosting_groups(rows.hosting_limits, offers, others, schools)
    points = {urn: point for urns in hosts.values() for urn in urns if (point := schools.hosting_point(urn))}
    return Places(
        rows=by_id,
        offers=tuple(replace(offer, groups=(*offer.groups, *limits_of.get(offer.id, ()))) for offer in offers),
        groups=(*groups, *limits),
        schools=tuple(School(urn, point) for urn, point in points.items()),
        left_out=sum(not urns for urns in hosts.values()),
    )


def sharing_group(offer_id: UUID) -> str:
    """Return the id of the group of an offer that several schools share."""
    return f"offer {offer_id} of several schools"


def _shared_offer(offer: OfferRow, urns: Sequence[str]) -> str:
    schools = f"{', '.join(urns[:-1])} and {urns[-1]}"
    return f"the offer in {readable(offer.subject)} that schools {schools} share"


def offer_at(offer: OfferRow, urn: str, schools: Schools) -> str:
    """Return the solver's id of an offer at one of the schools that share it."""
    own = schools.current(offer.school_urn)
    return str(offer.offer_id) if urn == own else f"{offer.offer_id} at {urn}"


def _hosts(offer: OfferRow, rows: Rows, schools: Schools, held: Mapping[str, int]) -> Iterator[str]:
    for urn in dict.fromkeys(schools.current(urn) for urn in (offer.school_urn, *offer.shared_with)):
        taken_back = _taken_back(offer, rows.closed_to_hosting.get(urn))
        if (not taken_back or offer_at(offer, urn, schools) in held) and schools.hosting_point(urn):
            yield urn


def _taken_back(offer: OfferRow, closed_on: date | None) -> bool:
    confirmed = offer.last_confirmed_on
    return closed_on is not None and confirmed is not None and closed_on > confirmed


def _offer(id_: str, offer: OfferRow, urn: str, left: int, groups: tuple[str, ...]) -> Offer:
    return Offer(
        id=id_,
        school_urn=urn,
        subject=offer.subject,
        phase=offer.phase,
        places=left,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        routes=frozenset(offer.routes),
        year_groups=frozenset(offer.year_groups),
        send_placement=offer.send_placement,
        groups=groups,
        last_confirmed_on=offer.last_confirmed_on,
    )
