"""Hosting limits as groups of offers: how many more trainees a department, a school or a trust can host at one time.

Source: product.md M1. A limit holds at every moment of the year. The number of trainees at a school changes only when a
placement begins, so a group is made for each such day. It has the offers that run on that day, and the places that are
left beside live pairs of that day. A group that another group implies is left out, so that offers of the same time make
one group.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from services.matching.projections.schools import HostingLimitRow
from services.matching.rounds.rows import RoundPair
from services.matching.rounds.schools import Schools
from services.matching.solver import Group, Offer

Scope = tuple[str, ...]


def hosting_groups(
    limits: Iterable[HostingLimitRow], offers: Sequence[Offer], pairs: Iterable[RoundPair], schools: Schools
) -> tuple[list[Group], Mapping[str, list[str]]]:
    """Return the groups that limits make of offers, less what live `pairs` take, and the ids of groups by offer's id.

    An offer that schools of a trust share is an offer at each of them: it counts at the school where a place is taken.
    """
    members: dict[Scope, list[Offer]] = defaultdict(list)
    for offer in offers:
        for scope in _scopes(offer.school_urn, offer.subject, schools):
            members[scope].append(offer)
    hosted: dict[Scope, list[RoundPair]] = defaultdict(list)
    for pair in pairs:
        for scope in _scopes(schools.current(pair.school_urn), pair.subject, schools):
            hosted[scope].append(pair)
    groups: list[Group] = []
    groups_of: dict[str, list[str]] = defaultdict(list)
    for limit in limits:
        scope = _scope_of(limit)
        moments = _moments(limit.places, members.get(scope, ()), hosted.get(scope, ()))
        for day, (ids, places) in moments.items():
            name = _name(limit) if len(moments) == 1 else f"{_name(limit)} on {day}"
            group = Group(name, places, f"the limit of {name}")
            groups.append(group)
            for offer_id in ids:
                groups_of[offer_id].append(group.id)
    return groups, groups_of


def _scopes(urn: str, subject: str, schools: Schools) -> Iterator[Scope]:
    yield "department", urn, subject
    yield "school", urn
    trust = schools.trust_of(urn)
    if trust is not None:
        yield "trust", trust


def _scope_of(limit: HostingLimitRow) -> Scope:
    return (limit.scope, *(part for part in (limit.school_urn, limit.subject, limit.trust_code) if part))


def _name(limit: HostingLimitRow) -> str:
    match limit.scope:
        case "department":
            return f"{limit.subject.replace('_', ' ')} at school {limit.school_urn}"
        case "school":
            return f"school {limit.school_urn}"
        case _:
            return f"trust {limit.trust_code}"


def _moments(
    places: int, offers: Sequence[Offer], pairs: Sequence[RoundPair]
) -> dict[date, tuple[frozenset[str], int]]:
    """By day, the offers that run on it and the places left, without days that another one implies."""
    days = sorted({*(pair.starts_on for pair in pairs), *(offer.starts_on for offer in offers if offer.starts_on)})
    moments: dict[date, tuple[frozenset[str], int]] = {}
    for day in days:
        running = frozenset(offer.id for offer in offers if _runs_on(offer, day))
        left = max(0, places - sum(pair.starts_on <= day <= pair.ends_on for pair in pairs))
        if not running or any(running <= ids and left >= most for ids, most in moments.values()):
            continue
        moments = {then: (ids, most) for then, (ids, most) in moments.items() if not (ids <= running and most >= left)}
        moments[day] = running, left
    return moments


def _runs_on(offer: Offer, day: date) -> bool:
    return (offer.starts_on is None or offer.starts_on <= day) and (offer.ends_on is None or day <= offer.ends_on)
