"""Rounds to solve: one by hand, small ones drawn by hypothesis, larger ones from a seed."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from services.matching.solver import Mentor, Offer, Point, Problem, Rules, School, Trainee

SUBJECTS = ("maths", "physics")
PHASES = ("primary", "secondary")
# in hours; 1.5 a trainee, so that some are a little short of one more
HOURS = (0.0, 1.0, 1.5, 2.9, 3.0, 4.5)
HERE = Point(400_000, 300_000)


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
        "subjects": frozenset({"physics"}),
        "phases": frozenset({"secondary"}),
        "capacity_hours": 1.5,
        "volunteer": True,
    }
    return Mentor(id_, school_urn, **(usual | changes))


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
    """A round of what is given, where nothing given is one of each."""
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


def random_round(chance: random.Random, n_trainees: int, n_offers: int, n_mentors: int) -> Problem:
    schools = [School(f"10000{i}", _anywhere(chance)) for i in range(chance.choice((1, 1 + n_offers // 3)))]
    urns = [one.urn for one in schools]
    mentors = [
        Mentor(
            id=f"m{i:02}",
            school_urn=chance.choice(urns),
            subjects=frozenset(chance.sample(SUBJECTS, chance.choice((1, 1, 2)))),
            phases=frozenset(chance.sample(PHASES, chance.choice((1, 2, 2)))),
            capacity_hours=chance.choice(HOURS),
            volunteer=chance.random() < 0.5,
        )
        for i in range(n_mentors)
    ]
    offers = [
        Offer(f"o{i:02}", chance.choice(urns), chance.choice(SUBJECTS), _phase(chance), chance.choice((0, 1, 1, 2)))
        for i in range(n_offers)
    ]
    ids = [one.id for one in mentors]
    trainees = [
        Trainee(
            id=f"t{i:02}",
            subject=chance.choice(SUBJECTS),
            phase=_phase(chance),
            home=_anywhere(chance),
            travel_mode=chance.choice(("car", "car", "public_transport", "bicycle")),
            travel_limit_minutes=chance.choice((20, 45, 90)),
            barred_mentors=frozenset(chance.sample(ids, min(len(ids), chance.choice((0, 0, 1, 2, 4))))),
        )
        for i in range(n_trainees)
    ]
    weights = {"travel": chance.choice((0, 1, 3)), "volunteers_first": chance.choice((0, 5, 40))}
    return Problem(tuple(trainees), tuple(offers), tuple(mentors), tuple(schools), Rules(1.5, weights))


def _phase(chance: random.Random) -> str:
    return chance.choice(("secondary", "secondary", "secondary", "primary"))


def _anywhere(chance: random.Random) -> Point:
    """A kilometre's grid of 20 by 20, so that distances tie."""
    return Point(400_000 + 1000 * chance.randrange(20), 300_000 + 1000 * chance.randrange(20))
