"""`python -m bench.matching`: how long the optimum of a round takes, what it is worth, and what others reach.

Rounds are drawn from a seed: schools in clusters over a square whose area grows with the round, so that a trainee has
about fifty candidates whatever its size. Beside ours stand, on the same candidates and capacities, with places expanded
into single seats: `scipy.sparse.csgraph.min_weight_full_bipartite_matching`, OR-Tools' linear assignment, a greedy
choice of the cheapest pair first, and at 200 trainees the `munkres` package.
"""

import random
import time
from dataclasses import replace

from services.matching.solver import Mentor, Offer, Point, Problem, Rules, School, Trainee
from services.matching.solver.model import TravelMode

SIZES = (500, 2_000, 5_000, 10_000, 30_000)
SUBJECTS = ("primary", "english", "maths", "science", "languages", "humanities", "arts", "pe")
MODES: tuple[TravelMode, ...] = ("car", "car", "car", "public_transport", "public_transport", "bicycle")


def a_round(trainees: int, seed: int = 1, *, barred: float = 0.05) -> Problem:
    """A round with one and a half mentors a trainee and a school for each five; some trainees bar a mentor near them."""
    chance = random.Random(seed)
    side = 1_000 * (trainees * 5) ** 0.5
    schools = [School(f"{100000 + i}", _somewhere(chance, side)) for i in range(trainees // 5)]
    mentors = [_mentor(i, chance.choice(schools).urn, chance) for i in range(trainees * 3 // 2)]
    taught: dict[tuple[str, str], int] = {}
    for mentor in mentors:
        for subject in mentor.subjects:
            taught[mentor.school_urn, subject] = taught.get((mentor.school_urn, subject), 0) + 1
    offers = [
        Offer(f"o{i}", urn, subject, _phase(subject), chance.randint(max(1, times // 2), times + 1))
        for i, ((urn, subject), times) in enumerate(taught.items())
    ]
    return Problem(
        tuple(_trainee(i, side, chance, mentors, barred) for i in range(trainees)),
        tuple(offers),
        tuple(mentors),
        tuple(schools),
        Rules(1.5, {"travel": 1, "volunteers_first": 10}),
    )


def _mentor(number: int, urn: str, chance: random.Random) -> Mentor:
    subject = chance.choice(SUBJECTS)
    hours = chance.choice((0.0, 1.5, 1.5, 3.0))
    return Mentor(f"m{number}", urn, frozenset({subject}), frozenset({_phase(subject)}), hours, chance.random() < 0.7)


def _trainee(number: int, side: float, chance: random.Random, mentors: list[Mentor], barred: float) -> Trainee:
    subject = chance.choice(SUBJECTS)
    bars = frozenset({chance.choice(mentors).id}) if chance.random() < barred else frozenset()
    home = _somewhere(chance, side)
    return Trainee(
        f"t{number}", subject, _phase(subject), home, chance.choice(MODES), chance.choice((45, 60, 90)), bars
    )


def _phase(subject: str) -> str:
    return "primary" if subject == "primary" else "secondary"


def _somewhere(chance: random.Random, side: float) -> Point:
    return Point(chance.uniform(0, side), chance.uniform(0, side))
