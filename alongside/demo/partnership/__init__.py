"""The demo partnership: fictional people and schools around Leeds and Bradford, academic year 2026/27, as import files.

Schools stand in the column format of the register of schools (GIAS) and in cp1252, as the register's extract does; the
places are plausible, the URNs (990001 to 990014) no one's. Twelve are open; a closed and a Welsh one are left out.
36 trainees in six subjects look for a placement from 14 September 2026 and 45 mentors have hours. Not all can be
placed: modern languages has fewer places than trainees, in history the mentors' hours bind, one physicist lives beyond
the travel limit of every offer, and one primary trainee goes on foot where there is no school.

Not for load or scale: the files are small enough to read by eye.
"""

from importlib.resources import files

_HERE = files(__name__)

SCHOOLS = _HERE / "schools.csv"
MENTORS = _HERE / "mentors.csv"
TRAINEES = _HERE / "trainees.csv"
OFFERS = _HERE / "offers.csv"
OFFERS_SPRING = _HERE / "offers_spring.csv"  # the same places once more, for the second placement
TRAINEES_WITH_MISTAKES = _HERE / "trainees_with_mistakes.csv"  # for trying a dry run: one good row, five with mistakes
