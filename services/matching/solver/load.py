"""The share of capacity in use by school and by mentor. Source: product.md M12.

The optimum is already as even as possible without placing fewer, costing more or moving more; the report shows what
unevenness is left.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.matching.solver import rules
from services.matching.solver.model import Problem, Solution


@dataclass(frozen=True, slots=True)
class Share:
    """The use of one capacity: places of a school, minutes a week of a mentor; `share` is `used` of `has`, 0 to 1."""

    id: str
    used: int
    has: int

    @property
    def share(self) -> float:
        return self.used / self.has


@dataclass(frozen=True, slots=True)
class Evenness:
    """All shares, the largest first, and how even they are: 0 to 1.

    `overall` is the share of all capacity together; `above` counts larger shares than that, `free` unused capacities.
    """

    shares: tuple[Share, ...]
    overall: float
    largest: float
    smallest: float
    above: int
    free: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The load of a solved round, of schools and mentors that have any capacity."""

    schools: Evenness
    mentors: Evenness


def load_report(problem: Problem, solution: Solution) -> LoadReport:
    """Measure the share of capacity in use by school (places) and mentor (minutes a week)."""
    takes = {trainee.id: rules.minutes_taken(trainee, problem.rules) for trainee in problem.trainees}
    places: Counter[str] = Counter()
    for offer in problem.offers:
        places[offer.school_urn] += rules.places_left(offer)
    given: Counter[str] = Counter()
    for pair in solution.pairs:
        given[pair.mentor_id] += takes[pair.trainee_id]
    hosted = Counter(pair.school_urn for pair in solution.pairs)
    minutes = {mentor.id: rules.minutes_had(mentor) for mentor in problem.mentors}
    return LoadReport(schools=_evenness(hosted, places), mentors=_evenness(given, minutes))


def _evenness(used: Mapping[str, int], has: Mapping[str, int]) -> Evenness:
    shares = [Share(one, used.get(one, 0), room) for one, room in has.items() if room > 0]
    shares.sort(key=lambda share: (-share.share, share.id))
    whole = sum(share.has for share in shares)
    overall = sum(share.used for share in shares) / whole if whole else 0.0
    return Evenness(
        shares=tuple(shares),
        overall=overall,
        largest=shares[0].share if shares else 0.0,
        smallest=shares[-1].share if shares else 0.0,
        above=sum(share.share > overall for share in shares),
        free=sum(not share.used for share in shares),
    )
