"""Rounds to solve: one by hand, small ones drawn by hypothesis, larger ones from a seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from services.matching.solver import (
    ChosenPair,
    Group,
    Mentor,
    MentorSchool,
    Offer,
    Point,
    Problem,
    Rules,
    School,
    Trainee,
    solve,
)
from tests.unit.matching.solver.checker import candidates

SUBJECTS = ("maths", "physics")
PHASES = ("primary", "secondary")
# in hours; 1.5 a trainee, so that some are a little short of one more
HOURS = (0.0, 1.0, 1.5, 2.9, 3.0, 4.5)
AUTUMN, JANUARY, EASTER, SUMMER = date(2026, 9, 1), date(2027, 1, 4), date(2027, 3, 25), date(2027, 7, 16)
CROSSING = "two offers"
HERE = Point(400_000, 300_000)


def examples(many: int) -> settings:
    """So many examples in a usual run, and in proportion more in a long one (`--hypothesis-profile=long`)."""
    return settings(max_examples=many * settings().max_examples // 100)


def trainee(id_: str = "t1", **changes: Any) -> Trainee:
    usual: dict[str, Any] = {
        "subject": "physics",
        "phase": "secondary",
        "home": HERE,
        "travel_mode": "car",
        "travel_limit_minutes": 45,
    }
    return Trainee(id_, **(usual | changes))


def mentor(id_: str = "m1", school_urn: str = "100001", **changes: Any) -> Mentor:
    usual: dict[str, Any] = {
        "schools": (MentorSchool(school_urn),),
        "subjects": frozenset({"physics"}),
        "phases": frozenset({"secondary"}),
        "capacity_hours": 1.5,
        "volunteer": True,
    }
    return Mentor(id_, **(usual | changes))


def offer(id_: str = "o1", school_urn: str = "100001", **changes: Any) -> Offer:
    usual: dict[str, Any] = {"subject": "physics", "phase": "secondary", "places": 1}
    return Offer(id_, school_urn, **(usual | changes))


def school(urn: str = "100001", *, minutes_away: float = 10) -> School:
    """A school so many minutes by car to the east of `HERE`: 40 km/h over 1.3 times the straight line."""
    return School(urn, Point(HERE.easting + minutes_away * 40_000 / 60 / 1.3, HERE.northing))


def a_round(
    trainees: Sequence[Trainee] = (),
    offers: Sequence[Offer] = (),
    mentors: Sequence[Mentor] = (),
    schools: Sequence[School] = (),
    weights: Mapping[str, int] | None = None,
) -> Problem:
    """Make a round; without trainees, offers, mentors or schools it has one of each."""
    return Problem(
        trainees=tuple(trainees or [trainee()]),
        offers=tuple(offers or [offer()]),
        mentors=tuple(mentors or [mentor()]),
        schools=tuple(schools or [school()]),
        rules=Rules(1.5, weights or {"travel": 1, "volunteers_first": 5}),
    )


@st.composite
def small_rounds(draw: st.DrawFn) -> Problem:
    """Up to six trainees where everything is scarce and bars are frequent."""
    seed = draw(st.integers(0, 2**32))
    size = draw(st.integers(0, 6))
    return random_round(random.Random(seed), size, n_offers=draw(st.integers(0, 6)), n_mentors=draw(st.integers(0, 7)))


@st.composite
def rounds_that_nest(draw: st.DrawFn) -> Problem:
    """Rounds as `small_rounds` draws them, with limits that nest."""
    return nest_limits(draw(small_rounds()))


def nest_limits(problem: Problem) -> Problem:
    """Change a round so that its limits nest.

    Each mentor has one school, subject and phase; a school has one offer of each subject and phase; all trainees take
    the same hours; no group crosses another.
    """
    mentors = tuple(
        replace(
            mentor,
            schools=mentor.schools[:1],
            subjects=frozenset({min(mentor.subjects)}),
            phases=frozenset({min(mentor.phases)}),
        )
        for mentor in problem.mentors
    )
    groups = tuple(group for group in problem.groups if group.id != CROSSING)
    ids = {group.id for group in groups}
    offers = {
        (offer.school_urn, offer.subject, offer.phase): replace(
            offer, groups=tuple(id_ for id_ in offer.groups if id_ in ids)
        )
        for offer in problem.offers
    }
    trainees = tuple(replace(trainee, hours_a_week=None) for trainee in problem.trainees)
    return replace(problem, trainees=trainees, mentors=mentors, offers=tuple(offers.values()), groups=groups)


def random_round(chance: random.Random, n_trainees: int, n_offers: int, n_mentors: int) -> Problem:
    schools = [School(f"10000{i}", _anywhere(chance)) for i in range(chance.choice((1, 1 + n_offers // 3)))]
    urns = [school.urn for school in schools]
    groups, groups_of = _groups(chance, urns)
    mentors = [
        Mentor(
            id=f"m{i:02}",
            schools=_schools_of_mentor(chance, urns),
            subjects=frozenset(chance.sample(SUBJECTS, chance.choice((1, 1, 2)))),
            phases=frozenset(chance.sample(PHASES, chance.choice((1, 2, 2)))),
            capacity_hours=chance.choice(HOURS),
            volunteer=chance.random() < 0.5,
            available_from=chance.choice((None, None, None, JANUARY)),
        )
        for i in range(n_mentors)
    ]
    offers = [_offer(f"o{i:02}", chance, urns, groups_of) for i in range(n_offers)]
    groups += _crossing_group(chance, offers)
    ids = [mentor.id for mentor in mentors]
    hours = chance.choice(((None,), (None,), (None, 1.0, 3.0)))
    trainees = [
        Trainee(
            id=f"t{i:02}",
            subject=chance.choice(SUBJECTS),
            phase=_phase(chance),
            home=_anywhere(chance),
            travel_mode=chance.choice(("car", "car", "public_transport", "bicycle")),
            travel_limit_minutes=chance.choice((20, 45, 90)),
            barred_mentors=frozenset(chance.sample(ids, min(len(ids), chance.choice((0, 0, 1, 2, 4))))),
            barred_schools=frozenset(chance.sample(urns, 1) if chance.random() < 0.1 else ()),
            priority=chance.choice((0, 0, 1, 2)),
            hours_a_week=chance.choice(hours),
            route=chance.choice(("", "fee", "salaried")),
            available_until=chance.choice((None, None, None, EASTER)),
            year_groups=frozenset(chance.choice(((), (), (), ("year_7", "year_8")))),
            send_placement=chance.random() < 0.05,
        )
        for i in range(n_trainees)
    ]
    weights = {"travel": chance.choice((0, 1, 3)), "volunteers_first": chance.choice((0, 5, 40))}
    return Problem(tuple(trainees), tuple(offers), tuple(mentors), tuple(schools), Rules(1.5, weights), groups)


def _schools_of_mentor(chance: random.Random, urns: Sequence[str]) -> tuple[MentorSchool, ...]:
    """One school, or two of which the days at one may end before a placement does."""
    first = MentorSchool(chance.choice(urns), ends_on=chance.choice((None, None, None, EASTER)))
    second = MentorSchool(chance.choice(urns), starts_on=chance.choice((None, JANUARY)))
    return (first, second) if chance.random() < 0.3 else (first,)


def _crossing_group(chance: random.Random, offers: list[Offer]) -> tuple[Group, ...]:
    """Sometimes two offers that share places, as one offer of two schools does; they may be anywhere."""
    if len(offers) < 2 or chance.random() < 0.7:
        return ()
    for i in chance.sample(range(len(offers)), 2):
        offers[i] = replace(offers[i], groups=(*offers[i].groups, CROSSING))
    return (Group(CROSSING, chance.choice((0, 1, 2))),)


def _offer(id_: str, chance: random.Random, urns: Sequence[str], groups_of: Mapping[str, tuple[str, ...]]) -> Offer:
    urn = chance.choice(urns)
    return Offer(
        id=id_,
        school_urn=urn,
        subject=chance.choice(SUBJECTS),
        phase=_phase(chance),
        places=chance.choice((0, 1, 1, 2, 3)),
        starts_on=chance.choice((None, AUTUMN, JANUARY)),
        ends_on=chance.choice((None, EASTER, SUMMER)),
        routes=frozenset(chance.choice(((), (), (), ("salaried",)))),
        year_groups=frozenset(chance.choice(((), (), (), ("year_8",), ("year_9",)))),
        send_placement=chance.random() < 0.05,
        groups=groups_of.get(urn, ()),
    )


def _groups(chance: random.Random, urns: Sequence[str]) -> tuple[tuple[Group, ...], dict[str, tuple[str, ...]]]:
    """A trust around some schools, each of them with a limit of its own."""
    if chance.random() < 0.4:
        return (), {}
    inside = [urn for urn in urns if chance.random() < 0.7]
    trust = Group("trust", chance.choice((1, 2, 3, 5, 8)))
    groups = (trust, *(Group(urn, chance.choice((0, 1, 2, 4))) for urn in inside))
    return groups, {urn: (urn, "trust") for urn in inside}


def with_standing(problem: Problem, chance: random.Random, share: float = 0.8) -> Problem:
    """The round after an earlier one of other weights, of whose pairs most stand."""
    rules = replace(problem.rules, weights={"travel": chance.choice((0, 1)), "volunteers_first": chance.choice((0, 9))})
    before = solve(replace(problem, rules=rules)).matches
    return replace(problem, standing=tuple(match for match in before if chance.random() < share))


def with_locks(problem: Problem, chance: random.Random) -> Problem:
    """Some of the pairs that stand, locked."""
    return replace(problem, locked=tuple(match for match in problem.standing if chance.random() < 0.5))


def with_choices(problem: Problem, chance: random.Random) -> Problem:
    """Many trainees and mentors who chose each other: mostly the first who fits, so that there are contests."""
    chosen = []
    for trainee in problem.trainees:
        fitting = [mentor.id for _, mentor in candidates(problem, trainee)]
        kind = chance.random()
        if fitting and kind < 0.6:
            chosen.append(ChosenPair(trainee.id, chance.choice(fitting) if kind < 0.3 else min(fitting)))
        elif problem.mentors and kind > 0.95:
            chosen.append(ChosenPair(trainee.id, chance.choice(problem.mentors).id))
    return replace(problem, chosen=tuple(chosen))


def with_left_over(problem: Problem, chance: random.Random) -> Problem:
    """The round with some trainees whom an earlier round left over."""
    return replace(problem, trainees=tuple(replace(each, left_over=chance.random() < 0.4) for each in problem.trainees))


def _phase(chance: random.Random) -> str:
    return chance.choice(("secondary", "secondary", "secondary", "primary"))


def _anywhere(chance: random.Random) -> Point:
    """A kilometre's grid of 20 by 20, so that distances tie."""
    return Point(400_000 + 1000 * chance.randrange(20), 300_000 + 1000 * chance.randrange(20))
