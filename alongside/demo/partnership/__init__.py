"""The demo partnership: fictional people and schools around Leeds and Bradford, academic year 2026/27, as import files.

The schools file has the columns and encoding (cp1252) of an extract of the register of schools (GIAS). Its locations
are plausible, and no school has its URNs (990001 to 990014). Twelve schools are open; an import leaves out a closed and
a Welsh one. 36 trainees in six subjects need a placement from 14 September 2026, and 45 mentors have hours. Not all
can be placed: modern languages has fewer places than trainees, the mentors of history have too few hours, one physicist
lives beyond the travel limit of every offer, and one primary trainee walks, but no school is in walking distance.

Not for tests of load or scale: the files are small enough to read.
"""

from importlib.resources import files

_HERE = files(__name__)

SCHOOLS = _HERE / "schools.csv"
CALENDARS = _HERE / "calendars.csv"
MENTORS = _HERE / "mentors.csv"
TRAINEES = _HERE / "trainees.csv"
OFFERS = _HERE / "offers.csv"
OFFERS_SPRING = _HERE / "offers_spring.csv"  # the same places again, for spring
TRAINEES_WITH_MISTAKES = _HERE / "trainees_with_mistakes.csv"  # for a dry run: one good row and five with mistakes
