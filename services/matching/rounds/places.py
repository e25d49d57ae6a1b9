"""Schools and what they offer, as the solver is asked of them.

An offer that schools of a trust share is one solver's offer at each of them, within a group of as many places. A school
that is closed hosts nobody; where another took over what is attached to it, that one stands for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.rounds.rows import Row
from services.matching.solver import Group, Offer, Point, Rules, School
from services.matching.solver.contrast import Factors, special_provision
from services.matching.solver.rules import is_left_out_as_stale


@dataclass(frozen=True, slots=True)
class Schools:
    """The schools of a partnership by URN."""

    by_urn: Mapping[str, Row]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Schools":
        """The schools of these rows."""
        return cls({row["urn"]: row for row in rows})

    def now(self, urn: str) -> str:
        """The school that stands for this one: itself, or the last of its successors."""
        for _ in range(len(self.by_urn)):
            row = self.by_urn.get(urn)
            if row is None or row["successor_urn"] is None:
                break
            urn = row["successor_urn"]
        return urn

    def hosts_at(self, urn: str) -> Point | None:
        """Where a school that hosts is; None of one that is closed, not known or without a position."""
        row = self.by_urn.get(urn)
        if row is None or row["closed"] or row["easting"] is None or row["northing"] is None:
            return None
        return Point(row["easting"], row["northing"])

    def factors(self) -> dict[str, Factors]:
        """What the register says of each, for contrast."""
        return {urn: _factors(row) for urn, row in self.by_urn.items()}


@dataclass(frozen=True, slots=True)
class Places:
    """What can be offered: the solver's offers, their groups and schools, each offer's row by the solver's id.

    `left_out` are offers that no school can host.
    """

    rows: Mapping[str, Mapping[str, Any]]
    offers: tuple[Offer, ...]
    groups: tuple[Group, ...]
    schools: tuple[School, ...]
    left_out: int


def places(
    offers: Sequence[Row],
    not_open: Iterable[Row],
    schools: Schools,
    taken: Mapping[UUID, int],
    held: Mapping[str, int],
    rules: Rules,
) -> Places:
    """The places of these offers, less those taken; `held` are places by the solver's id in which pairs stand.

    Of two things that a school said the later counts: an offer from before it said that it does not host is not one.
    What is held stays all the same, there as in an offer that went stale, and there is no more of it to be had.
    """
    closed_since = {row["school_urn"]: row["said_on"] for row in not_open}
    hosted = {offer["offer_id"]: list(_hosts(offer, schools, closed_since, held)) for offer in offers}
    rows: dict[str, Mapping[str, Any]] = {}
    made: list[Offer] = []
    groups: list[Group] = []
    for offer in offers:
        urns, left = hosted[offer["offer_id"]], max(0, offer["places"] - taken.get(offer["offer_id"], 0))
        group = Group(f"shared {offer['offer_id']}", left) if len(urns) > 1 else None
        groups += [group] if group else []
        for urn in urns:
            id_ = offer_at(offer, urn, schools)
            rows[id_] = dict(offer) | {"school_urn": urn}
            one = _offer(id_, offer, urn, left, group)
            if _taken_back(offer, closed_since.get(urn)) or (id_ in held and is_left_out_as_stale(one, rules)):
                one = replace(one, places=min(left, held[id_]), last_confirmed_on=None)
            made.append(one)
    points = {urn: point for urns in hosted.values() for urn in urns if (point := schools.hosts_at(urn))}
    return Places(
        rows=rows,
        offers=tuple(made),
        groups=tuple(groups),
        schools=tuple(School(urn, point) for urn, point in points.items()),
        left_out=sum(not urns for urns in hosted.values()),
    )


def offer_at(offer: Row, urn: str, schools: Schools) -> str:
    """The solver's id of an offer at one of the schools that share it."""
    own = schools.now(offer["school_urn"])
    return str(offer["offer_id"]) if urn == own else f"{offer['offer_id']} at {urn}"


def _hosts(offer: Row, schools: Schools, closed_since: Mapping[str, date], held: Mapping[str, int]) -> Iterator[str]:
    for urn in dict.fromkeys(schools.now(urn) for urn in (offer["school_urn"], *offer["shared_with"])):
        stands = not _taken_back(offer, closed_since.get(urn)) or offer_at(offer, urn, schools) in held
        if stands and schools.hosts_at(urn):
            yield urn


def _taken_back(offer: Row, since: date | None) -> bool:
    confirmed = offer["last_confirmed_on"]
    return since is not None and confirmed is not None and since > confirmed


def _offer(id_: str, offer: Row, urn: str, left: int, group: Group | None) -> Offer:
    return Offer(
        id=id_,
        school_urn=urn,
        subject=offer["subject"],
        phase=offer["phase"],
        places=left,
        starts_on=offer["starts_on"],
        ends_on=offer["ends_on"],
        routes=frozenset(offer["routes"]),
        group=group.id if group else None,
        last_confirmed_on=offer["last_confirmed_on"],
    )


def _factors(school: Row) -> Factors:
    return Factors(
        phase=school["phase"],
        pupils=school["pupils"],
        gender=school["gender"],
        faith=school["religious_character"],
        admissions=school["admissions_policy"],
        free_meals=school["percentage_fsm"],
        urban_rural=school["urban_rural"],
        special_provision=special_provision(school["special_classes"], school["resourced_provision"]),
    )
