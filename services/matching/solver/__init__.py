"""Optimise a matching round, pure: a problem in, a proven optimum with its explanations out.

- `model`: the problem and the solution; `rules`: hard rules; `preferences`: soft rules (with `contrast` and `travel`)
- `graph`: which mentor and offer are open to which trainee; `solving`: the steps; `optimiser`: the proof
- `departures`: the effect if a school leaves
- `comparisons` explains pairs, `explanations` and `remedies` unplaced trainees, `load` the use of capacity
- `constellations`, `peers`: mentors other than the lead mentor

OR-Tools is imported, and the modules of scipy are named, only inside the functions that use them: both take 60 MB,
which a process needs only when it solves a problem. So annotations that name them are in quotes.
"""

from services.matching.solver.departures import Change, Departure, changes, departures, without_school
from services.matching.solver.model import (
    ChosenPair,
    Group,
    Load,
    Match,
    Mentor,
    MentorSchool,
    Objective,
    Offer,
    Pairing,
    Point,
    Problem,
    Rules,
    School,
    Solution,
    Trainee,
    Travel,
    Unplaced,
)
from services.matching.solver.solving import LockedPairsImpossible, repair, solve

__all__ = [
    "Change",
    "ChosenPair",
    "Departure",
    "Group",
    "Load",
    "LockedPairsImpossible",
    "Match",
    "Mentor",
    "MentorSchool",
    "Objective",
    "Offer",
    "Pairing",
    "Point",
    "Problem",
    "Rules",
    "School",
    "Solution",
    "Trainee",
    "Travel",
    "Unplaced",
    "changes",
    "departures",
    "repair",
    "solve",
    "without_school",
]
