"""Find mentors in addition to the lead mentor: for facets of need, for newcomers, for pupils.

Source: product.md M7. Nobody gets support that they did not request. The search meets as many requests as possible,
then at least cost, and proves that this is an optimum: hours count together whatever they are given for. All requests
of one search take equally many minutes, so that a supporter's hours are a number of requests, and the search is a flow
problem. Peers are in `peers`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import numpy as np

from services.matching.solver.flow import Network, max_flow_at_min_cost
from services.matching.solver.model import Point, Travel, TravelMode
from services.matching.solver.travel import journey_between, straight_minutes
from shared.events.words import KEY_STAGES

FOR_NEWCOMERS: Mapping[str, frozenset[str]] = {
    "structural": frozenset({"lead_mentor", "itt_coordinator", "induction_tutor"}),
    "buddy": frozenset({"buddy", "peer", "supporting_teacher"}),
}
"""What a newcomer can ask for, and the roles of whom they can have for it."""
NOT_A_VOLUNTEER = 10
"""Minutes of travel that a volunteer is worth going for."""
A_RANK = 5
"""Minutes of travel that one place higher on a mentee's list is worth."""
A_REASON = 20
"""What it costs that somebody is not known to be good at a reason of the referral."""

Unmet = Literal["nobody_fits", "beyond_reach", "barred", "not_free", "no_hours"]


@dataclass(frozen=True, slots=True)
class Supporter:
    """A mentor who can be proposed, with the minutes a week that they have left; None for key stages that are not
    known.

    `reach_minutes` is how far they travel to another school by `mode`; with 0 they support only at their own school.
    """

    id: str
    school_urn: str
    minutes: int
    facets: frozenset[str] = frozenset()
    role_kinds: frozenset[str] = frozenset()
    key_stages: frozenset[str] | None = None
    volunteer: bool = True
    reach_minutes: int = 0
    mode: TravelMode = "car"


@dataclass(frozen=True, slots=True)
class Mentee:
    """A mentee who requests support: for facets, as a newcomer, or as a pupil with reasons by the programme's criteria.

    `barred` are people with whom they must not be paired (line manager, relative, their lead mentor), `away` those who
    are not available at the time, for whatever reason; `wishes` are ids, the dearest first; `agreed` is whether consent
    was given where it is needed.
    """

    id: str
    school_urn: str
    needs: tuple[str, ...] = ()
    barred: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    wishes: tuple[str, ...] = ()
    year_group: str | None = None
    reasons: frozenset[str] = frozenset()
    agreed: bool = True


@dataclass(frozen=True, slots=True)
class Support:
    """A request that is met; `words` explain the choice of the supporter."""

    mentee_id: str
    what: str
    supporter_id: str
    minutes: int
    cost: int
    words: str


@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """A request that is not met, and why."""

    mentee_id: str
    what: str
    reason: Unmet
    words: str


@dataclass(frozen=True, slots=True)
class Constellation:
    """The requests that are met and those that are not, by mentee's id."""

    given: tuple[Support, ...]
    wanting: tuple[UnmetNeed, ...]


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request: `fits` is whether a supporter's strengths meet it.

    A newcomer's requests are met at their own school (`here`), and by two different people.
    """

    mentee: Mentee
    what: str
    fits: Callable[[Supporter], bool]
    lacks: Callable[[Supporter], int] = field(default=lambda supporter: 0 * len(supporter.id))
    here: bool = False


def find_supporters(
    mentees: Iterable[Mentee],
    supporters: Sequence[Supporter],
    schools: Mapping[str, Point],
    by: Travel,
    *,
    minutes_each: int,
) -> Constellation:
    """Find a supporter for each need of each mentee, all in one optimum, because they share the hours.

    A need is a facet, `structural` or `buddy`. A facet is met by a supporter who is strong in it, at the same school or
    within reach. The other two are met by two people of the newcomer's own school: one who knows how the school works,
    and a companion.
    """
    asks = [_asked(mentee, need) for mentee in mentees for need in mentee.needs]
    return _constellation(asks, _Reach(supporters, schools, by), minutes_each)


def _asked(mentee: Mentee, need: str) -> _Ask:
    roles = FOR_NEWCOMERS.get(need)
    if roles is None:
        return _Ask(mentee, need, lambda supporter: need in supporter.facets)
    return _Ask(mentee, need, lambda supporter: bool(roles & supporter.role_kinds), here=True)


def find_school_mentors(
    mentees: Iterable[Mentee], supporters: Sequence[Supporter], *, kinds: frozenset[str], minutes_each: int
) -> Constellation:
    """Find a mentor of their school, of one of the kinds that the programme names, for each mentee who agreed.

    A pupil's mentor takes their key stage. Mentors who are strong in the reasons of the referral are preferred.
    """
    asks = [
        _Ask(
            mentee,
            school_mentor_of(mentee),
            lambda supporter, mentee=mentee: (  # type: ignore[misc]  # mypy infers no lambda with a default
                mentee.agreed and bool(kinds & supporter.role_kinds) and _takes_stage(supporter, mentee)
            ),
            lambda supporter, mentee=mentee: (  # type: ignore[misc]  # likewise
                A_REASON * len(mentee.reasons - supporter.facets)
            ),
        )
        for mentee in mentees
    ]
    return _constellation(asks, _Reach(supporters, {}, Travel()), minutes_each)


def school_mentor_of(mentee: Mentee) -> str:
    """Return what a mentee of a programme within a school gets: a pupil, who has a year group, a learning mentor."""
    return "learning_mentor" if mentee.year_group is not None else "school_mentor"


def key_stage(year_group: str | None) -> str | None:
    """Return the key stage of a year group; None where there is no single one."""
    return next((stage for stage, years in KEY_STAGES.items() if year_group in years), None)


def _takes_stage(supporter: Supporter, pupil: Mentee) -> bool:
    stage = key_stage(pupil.year_group)
    return supporter.key_stages is None or stage is None or stage in supporter.key_stages


@dataclass(frozen=True, slots=True)
class _Option:
    """A supporter (position) who could meet a request (position)."""

    ask: int
    supporter: int
    cost: int


class _Reach:
    """The supporters in the order of their ids, and which of them are in reach of a school."""

    def __init__(self, supporters: Sequence[Supporter], schools: Mapping[str, Point], by: Travel) -> None:
        self.supporters = sorted(supporters, key=lambda supporter: supporter.id)
        self._schools = schools
        self._by = by
        self._at: dict[str, list[int]] = {}
        self._movers: dict[TravelMode, list[int]] = {}
        for at, supporter in enumerate(self.supporters):
            self._at.setdefault(supporter.school_urn, []).append(at)
            if supporter.reach_minutes and supporter.school_urn in schools:
                self._movers.setdefault(supporter.mode, []).append(at)
        self._starts = {
            mode: np.array([_metres(schools[self.supporters[at].school_urn]) for at in movers])
            for mode, movers in self._movers.items()
        }
        self._limits = {
            mode: np.array([self.supporters[at].reach_minutes for at in movers])
            for mode, movers in self._movers.items()
        }
        self._reached: dict[str, dict[int, int]] = {}

    def of(self, urn: str, *, here: bool) -> Mapping[int, int]:
        """The supporters (positions) who can be at a school, with minutes; with `here` only those of the school."""
        if here:
            return dict.fromkeys(self._at.get(urn, ()), 0)
        if urn not in self._reached:
            self._reached[urn] = self._reach(urn) | dict.fromkeys(self._at.get(urn, ()), 0)
        return self._reached[urn]

    def _reach(self, urn: str) -> dict[int, int]:
        there = self._schools.get(urn)
        minutes: dict[int, int] = {}
        if there is None:
            return minutes
        for mode, movers in self._movers.items():
            apart = self._starts[mode] - np.array(_metres(there))
            straight = straight_minutes(np.hypot(apart[:, 0], apart[:, 1]), mode, self._by)
            near = np.flatnonzero(straight <= self._limits[mode])
            minutes.update(zip([movers[i] for i in near.tolist()], straight[near].tolist(), strict=True))
            # the table's minutes replace those of the straight line
            for at in (at for at in movers if self.supporters[at].school_urn in self._by.minutes):
                supporter = self.supporters[at]
                listed = self._by.minutes[supporter.school_urn].get(mode, {}).get(urn)
                if listed is not None and listed <= supporter.reach_minutes:
                    minutes[at] = listed
                elif listed is not None:
                    minutes.pop(at, None)
        return minutes

    def words(self, supporter: Supporter, mentee: Mentee) -> str:
        """Say how far away the supporter is, which wish of the mentee they are, and whether they volunteered."""
        way = "at the same school"
        if supporter.school_urn != mentee.school_urn:
            here, there = self._schools[supporter.school_urn], self._schools[mentee.school_urn]
            journey = journey_between(supporter.school_urn, here, supporter.mode, mentee.school_urn, there, self._by)
            way = f"{journey.words(supporter.mode, self._by)} away"
        wished = supporter.id in mentee.wishes
        wish = f"wish {mentee.wishes.index(supporter.id) + 1} of {len(mentee.wishes)}" if wished else None
        role = "a volunteer" if supporter.volunteer else "directed to the role"
        return "; ".join(part for part in (way, wish, role) if part is not None)


def _metres(point: Point) -> tuple[float, float]:
    return point.easting, point.northing


def _constellation(asks: Sequence[_Ask], reach: _Reach, minutes_each: int) -> Constellation:
    asks = sorted(asks, key=lambda ask: (ask.mentee.id, ask.what))
    supporters = reach.supporters
    options = [
        _Option(number, at, _cost(ask, supporters[at], minutes))
        for number, ask in enumerate(asks)
        for at, minutes in sorted(reach.of(ask.mentee.school_urn, here=ask.here).items())
        if _may(ask, supporters[at])
    ]
    chosen = {option.ask: option for option in _best(asks, supporters, options, minutes_each)}
    given = [
        Support(
            ask.mentee.id,
            ask.what,
            (one := supporters[found.supporter]).id,
            minutes_each,
            found.cost,
            reach.words(one, ask.mentee),
        )
        for number, ask in enumerate(asks)
        if (found := chosen.get(number)) is not None
    ]
    has_option = {option.ask for option in options}
    wanting = [
        _wanting(ask, supporters, has_option=number in has_option)
        for number, ask in enumerate(asks)
        if number not in chosen
    ]
    return Constellation(tuple(given), tuple(wanting))


def _may(ask: _Ask, supporter: Supporter) -> bool:
    mentee = ask.mentee
    return (
        supporter.id not in mentee.barred
        and supporter.id not in mentee.away
        and supporter.id != mentee.id
        and ask.fits(supporter)
    )


def _cost(ask: _Ask, supporter: Supporter, minutes: int) -> int:
    wishes = ask.mentee.wishes
    rank = wishes.index(supporter.id) if supporter.id in wishes else len(wishes)
    return minutes + A_RANK * rank + NOT_A_VOLUNTEER * (not supporter.volunteer) + ask.lacks(supporter)


def _best(
    asks: Sequence[_Ask], supporters: Sequence[Supporter], options: Sequence[_Option], minutes_each: int
) -> list[_Option]:
    """As many requests as possible, then at least cost.

    A request flows to a supporter, who lets as many through as their time allows. A newcomer's requests go to a
    supporter through one node of their own that lets one through.
    """
    if not options:
        return []
    node = count(1 + len(asks) + len(supporters))
    one_of = {
        key: next(node) for key in dict.fromkeys(_two(asks, option) for option in options if asks[option.ask].here)
    }
    to_supporter = [1 + len(asks) + option.supporter for option in options]
    arcs = [
        *(
            (1 + option.ask, one_of[_two(asks, option)] if asks[option.ask].here else to, 1, option.cost)
            for option, to in zip(options, to_supporter, strict=True)
        ),
        *((at, 1 + len(asks) + supporter, 1, 0) for (_, supporter), at in one_of.items()),
        *(
            (1 + len(asks) + at, 0, max(0, supporter.minutes // minutes_each), 0)
            for at, supporter in enumerate(supporters)
        ),
    ]
    tail, head, capacity, cost = np.array(arcs, dtype=np.int64).T
    supply = np.zeros(next(node), dtype=np.int64)
    supply[1 : 1 + len(asks)] = 1
    flow = max_flow_at_min_cost(Network(tail, head, capacity, supply), cost)
    return [option for option, carried in zip(options, flow.tolist(), strict=False) if carried]


def _two(asks: Sequence[_Ask], option: _Option) -> tuple[str, int]:
    return asks[option.ask].mentee.id, option.supporter


def _wanting(ask: _Ask, supporters: Sequence[Supporter], *, has_option: bool) -> UnmetNeed:
    def because(reason: Unmet, words: str) -> UnmetNeed:
        return UnmetNeed(ask.mentee.id, ask.what, reason, words)

    what = ask.what.replace("_", " ")
    if has_option:
        return because(
            "no_hours", f"Everybody who could be there for {what} has no hours left, or is needed for another."
        )
    if not ask.mentee.agreed:
        return because("barred", "The consent that is asked for has not been given.")
    fitting = [supporter for supporter in supporters if ask.fits(supporter)]
    if not fitting:
        return because("nobody_fits", f"Nobody is recorded who could be there for {what}.")
    free = [
        supporter for supporter in fitting if supporter.id not in ask.mentee.barred and supporter.id != ask.mentee.id
    ]
    if not free:
        return because("barred", f"Everybody who could be there for {what} is barred to this mentee.")
    if all(supporter.id in ask.mentee.away for supporter in free):
        # it could be a veto, which nobody else is to know of
        return because("not_free", f"Nobody who could be there for {what} is free for this mentee at that time.")
    return because("beyond_reach", f"Nobody who could be there for {what} is at the school or within reach of it.")
