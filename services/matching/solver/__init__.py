"""The optimiser of a matching round, pure: a problem in, a proven optimum with its reasons out.

Read `model` for what goes in and out, `rules` for what can be, `preferences` for what is better (of it `contrast` and
`travel` have rooms of their own), `graph` for who could go where, `solving` for the steps, `optimiser` for the proof,
`departure` for what breaks when a school leaves. Why it is so: `comparisons` of a pair, `explanations` and `remedies`
of who is left out, `load` of schools and mentors. Mentors beside the lead mentor: `constellations`, `peers`.

scipy's parts are named where they are used, and OR-Tools imported there: both take 60 MB that a process needs only when
it solves something. Annotations that name them are in quotes.
"""

from services.matching.solver.departure import Change, Departure, changes, departures, without_school
from services.matching.solver.model import (
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
from services.matching.solver.solving import LockedApart, repair, solve

__all__ = [
    "Change",
    "Departure",
    "Group",
    "Load",
    "LockedApart",
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
