"""Mentors beside the lead mentor: for facets of need, for newcomers, for pupils. Source: product.md M7.

Each is asked for by the mentee, never dealt out. As many wishes as can be are met, then at least cost, by a proven
optimum (HiGHS): hours count together whatever they are given for. Peers are in `peers`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from services.matching.solver.model import Point, Travel, TravelMode
from services.matching.solver.packing import Packing, best
from services.matching.solver.travel import Way, way_between

FOR_NEWCOMERS: Mapping[str, frozenset[str]] = {
    "structural": frozenset({"lead_mentor", "itt_coordinator", "induction_tutor"}),
    "buddy": frozenset({"buddy", "peer", "supporting_teacher"}),
}
"""What a newcomer can ask for, and the roles of whom they can have for it."""
KEY_STAGES: Mapping[str, tuple[str, ...]] = {
    "early_years": ("nursery", "reception"),
    "key_stage_1": ("year_1", "year_2"),
    "key_stage_2": ("year_3", "year_4", "year_5", "year_6"),
    "key_stage_3": ("year_7", "year_8", "year_9"),
    "key_stage_4": ("year_10", "year_11"),
    "key_stage_5": ("year_12", "year_13"),
}
NOT_A_VOLUNTEER = 10
"""Minutes of travel that a volunteer is worth going for."""
A_RANK = 5
"""Minutes of travel that one place higher on a mentee's list is worth."""
A_REASON = 20
"""What it costs that somebody is not known to be good at a reason of the referral."""

Unmet = Literal["nobody_fits", "beyond_reach", "barred", "away", "no_hours"]


@dataclass(frozen=True, slots=True)
class Supporter:
    """Who can be asked: minutes a week they have left; None for key stages that are not known.

    `reach_minutes` is how far they go to another school by `mode`; 0 stays at their own.
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
    """Who asks: for facets, or as a newcomer, or as a pupil with reasons by the programme's criteria.

    `barred` are people they must not get (line manager, relative, their lead mentor), `away` those who are not there at
    the time; `wishes` whom they would like, the dearest first; `agreed` is whether consent was given where it is asked
    for.
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
    """A mentee's wish met; `words` say why this one."""

    mentee_id: str
    what: str
    supporter_id: str
    minutes: int
    cost: int
    words: str


@dataclass(frozen=True, slots=True)
class Wanting:
    """A mentee's wish that is not met, and why."""

    mentee_id: str
    what: str
    reason: Unmet
    words: str


@dataclass(frozen=True, slots=True)
class Constellation:
    """What is given and what is wanting, by mentee's id."""

    given: tuple[Support, ...]
    wanting: tuple[Wanting, ...]


@dataclass(frozen=True, slots=True)
class _Ask:
    """One wish: `fits` says who could meet it by what they are, `minutes` a week it takes.

    A newcomer's are met at their own school (`here`), and by two different people.
    """

    mentee: Mentee
    what: str
    minutes: int
    fits: Callable[[Supporter], bool]
    lacks: Callable[[Supporter], int] = field(default=lambda supporter: 0 * len(supporter.id))
    here: bool = False


def around(
    mentees: Iterable[Mentee],
    supporters: Sequence[Supporter],
    schools: Mapping[str, Point],
    by: Travel,
    *,
    minutes_each: int,
) -> Constellation:
    """Somebody for each need that a mentee names; all in one optimum, since they share the hours there are.

    A need is a facet, which somebody of the same school or within reach of it is good at; or `structural` or `buddy`:
    one who knows how the school works and one for company, two people of the newcomer's own school.
    """
    asks = [_asked(one, need, minutes_each) for one in mentees for need in one.needs]
    return _constellation(asks, supporters, schools, by)


def _asked(mentee: Mentee, need: str, minutes: int) -> _Ask:
    roles = FOR_NEWCOMERS.get(need)
    if roles is None:
        return _Ask(mentee, need, minutes, lambda supporter: need in supporter.facets)
    return _Ask(mentee, need, minutes, lambda supporter: bool(roles & supporter.role_kinds), here=True)


def for_pupils(pupils: Iterable[Mentee], supporters: Sequence[Supporter], *, minutes_each: int) -> Constellation:
    """A learning mentor of their school for each pupil whose key stage they take and whose parents agreed.

    Those are preferred who are good at the reasons of the referral.
    """
    asks = [
        _Ask(
            one,
            "learning_mentor",
            minutes_each,
            lambda supporter, one=one: (  # type: ignore[misc]
                one.agreed and "learning_mentor" in supporter.role_kinds and _takes_stage(supporter, one)
            ),
            lambda supporter, one=one: A_REASON * len(one.reasons - supporter.facets),  # type: ignore[misc]
        )
        for one in pupils
    ]
    return _constellation(asks, supporters, {}, Travel())


def key_stage(year_group: str | None) -> str | None:
    """The key stage of a year group; None where there is no single one."""
    return next((stage for stage, years in KEY_STAGES.items() if year_group in years), None)


def _takes_stage(supporter: Supporter, pupil: Mentee) -> bool:
    stage = key_stage(pupil.year_group)
    return supporter.key_stages is None or stage is None or stage in supporter.key_stages


@dataclass(frozen=True, slots=True)
class _Option:
    ask: int
    supporter: int
    cost: int
    words: str


def _constellation(
    asks: Sequence[_Ask], supporters: Sequence[Supporter], schools: Mapping[str, Point], by: Travel
) -> Constellation:
    asks = sorted(asks, key=lambda ask: (ask.mentee.id, ask.what))
    supporters = sorted(supporters, key=lambda one: one.id)
    options = [
        option
        for number, ask in enumerate(asks)
        for at, supporter in enumerate(supporters)
        if (option := _option(number, ask, at, supporter, schools, by)) is not None
    ]
    chosen = {options[i].ask: options[i] for i in best(_limits(asks, supporters, options))}
    given = [
        Support(ask.mentee.id, ask.what, supporters[found.supporter].id, ask.minutes, found.cost, found.words)
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


def _option(
    number: int, ask: _Ask, at: int, supporter: Supporter, schools: Mapping[str, Point], by: Travel
) -> _Option | None:
    mentee = ask.mentee
    if supporter.id in mentee.barred | mentee.away or supporter.id == mentee.id or not ask.fits(supporter):
        return None
    there = _way(supporter, mentee, {} if ask.here else schools, by)
    if there is None:
        return None
    rank = mentee.wishes.index(supporter.id) if supporter.id in mentee.wishes else len(mentee.wishes)
    words = [
        "at the same school" if there.metres < 0 else f"{there.words(supporter.mode, by)} away",
        *([f"wish {rank + 1} of {len(mentee.wishes)}"] * (supporter.id in mentee.wishes)),
        "a volunteer" if supporter.volunteer else "directed to the role",
    ]
    cost = there.minutes + A_RANK * rank + NOT_A_VOLUNTEER * (not supporter.volunteer) + ask.lacks(supporter)
    return _Option(number, at, cost, "; ".join(words))


def _way(supporter: Supporter, mentee: Mentee, schools: Mapping[str, Point], by: Travel) -> Way | None:
    """The supporter's way to the mentee's school, none of it at their own; None beyond reach."""
    if supporter.school_urn == mentee.school_urn:
        return Way(0, in_table=False, metres=-1)
    here, there = schools.get(supporter.school_urn), schools.get(mentee.school_urn)
    if here is None or there is None or not supporter.reach_minutes:
        return None
    found = way_between(supporter.school_urn, here, supporter.mode, mentee.school_urn, there, by)
    return found if found.minutes <= supporter.reach_minutes else None


def _limits(asks: Sequence[_Ask], supporters: Sequence[Supporter], options: Sequence[_Option]) -> Packing:
    """One supporter a wish, no more than their minutes, and of a newcomer's wishes one a supporter."""
    mentee_of = {mentee: i for i, mentee in enumerate(sorted({ask.mentee.id for ask in asks}))}
    apart = [at for at, one in enumerate(options) if asks[one.ask].here]
    met = [mentee_of[asks[options[at].ask].mentee.id] * len(supporters) + options[at].supporter for at in apart]
    _, once = np.unique(np.array(met, dtype=np.int64), return_inverse=True)
    columns = np.arange(len(options))
    rows = [
        ([one.ask for one in options], columns, np.ones(len(options)), np.ones(len(asks))),
        (
            [one.supporter for one in options],
            columns,
            np.array([float(asks[one.ask].minutes) for one in options]),
            np.array([float(max(0, one.minutes)) for one in supporters]),
        ),
        (once.tolist(), np.array(apart, dtype=np.int64), np.ones(len(apart)), np.ones(int(once.max(initial=-1)) + 1)),
    ]
    matrices = [csr_array((each, (of, at)), shape=(len(most), len(options))) for of, at, each, most in rows]
    return Packing(
        cost=np.array([one.cost for one in options], dtype=np.int64),
        limits=tuple(zip(matrices, (most for *_, most in rows), strict=True)),
    )


def _wanting(ask: _Ask, supporters: Sequence[Supporter], *, has_option: bool) -> Wanting:
    def because(reason: Unmet, words: str) -> Wanting:
        return Wanting(ask.mentee.id, ask.what, reason, words)

    what = ask.what.replace("_", " ")
    if has_option:
        return because(
            "no_hours", f"Everybody who could be there for {what} has no hours left, or is needed for another."
        )
    if not ask.mentee.agreed:
        return because("barred", "The consent that is asked for has not been given.")
    fitting = [one for one in supporters if ask.fits(one)]
    if not fitting:
        return because("nobody_fits", f"Nobody is recorded who could be there for {what}.")
    free = [one for one in fitting if one.id not in ask.mentee.barred and one.id != ask.mentee.id]
    if not free:
        return because("barred", f"Everybody who could be there for {what} is barred to this mentee.")
    if all(one.id in ask.mentee.away for one in free):
        return because("away", f"Nobody who could be there for {what} is available for the whole time.")
    return because("beyond_reach", f"Nobody who could be there for {what} is at the school or within reach of it.")
