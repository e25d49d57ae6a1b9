"""How things stand when a round begins: who waits, what is free, as one moment of the read models shows it.

Read `moment` for which moment that is, `rows` for what is read, `problem` for what it makes: `places` of schools and
their offers, `people` of trainees and mentors, `said` of what these wish. `solved` asks the solver.
"""

from services.matching.standing.moment import PATIENCE, programme_on, stand
from services.matching.standing.problem import Standing, standing_of
from services.matching.standing.rows import Rows
from services.matching.standing.solved import LockedPairsInTheWay, solved

__all__ = [
    "PATIENCE",
    "LockedPairsInTheWay",
    "Rows",
    "Standing",
    "programme_on",
    "solved",
    "stand",
    "standing_of",
]
