"""The explanations that are recorded with the result of a round, valid at the time of the round only.

Source: product.md M4, M12. Words name rules, schools by URN and numbers, never a person.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Recorded(BaseModel):
    """Base of the values that events of a round contain."""

    model_config = ConfigDict(frozen=True)


class CostTerm(Recorded):
    """The part of a pair's cost that a soft rule adds: its weight times its units, and the reason for the units."""

    rule: str
    title: str
    weight: int
    units: int
    cost: int
    words: str


class SatisfiedRule(Recorded):
    """A hard rule that the pair satisfies; `known` is false if it holds only because something is not known."""

    rule: str
    title: str
    known: bool
    words: str


class Alternative(Recorded):
    """The next best pair for the trainee: what it adds to the cost of the round, and how many trainees would move
    for it.
    """

    mentor_id: UUID
    offer_id: UUID
    school_urn: str
    travel_minutes: int
    added: int
    moves: int
    words: str


class PairExplanation(Recorded):
    """Why a trainee has this pair: `terms` add up to its cost.

    An alternative is None where there is none, and where the round was too large to search for all (`sought` is false).
    """

    terms: tuple[CostTerm, ...]
    rules: tuple[SatisfiedRule, ...]
    others_stay: Alternative | None = None
    others_move: Alternative | None = None
    sought: bool = True


class StoredExplanation(Recorded):
    """The explanation of a trainee's pair as it is stored: `terms` and `rules` are positions in the shared ones."""

    trainee_id: UUID
    terms: tuple[int, ...]
    rules: tuple[int, ...]
    others_stay: Alternative | None = None
    others_move: Alternative | None = None
    sought: bool = True


class SharedExplanations(Recorded):
    """Explanations of some pairs of a round: what several of them say of a rule is stored once."""

    terms: tuple[CostTerm, ...]
    rules: tuple[SatisfiedRule, ...]
    pairs: tuple[StoredExplanation, ...]

    @classmethod
    def of(cls, explanations: Mapping[UUID, PairExplanation]) -> Self:
        """Store explanations, given by trainee."""
        terms: dict[CostTerm, int] = {}
        rules: dict[SatisfiedRule, int] = {}
        pairs = tuple(
            StoredExplanation(
                trainee_id=trainee_id,
                terms=tuple([terms.setdefault(term, len(terms)) for term in why.terms]),
                rules=tuple([rules.setdefault(rule, len(rules)) for rule in why.rules]),
                others_stay=why.others_stay,
                others_move=why.others_move,
                sought=why.sought,
            )
            for trainee_id, why in explanations.items()
        )
        return cls(terms=tuple(terms), rules=tuple(rules), pairs=pairs)

    def in_full(self) -> Iterator[tuple[UUID, PairExplanation]]:
        """Return each trainee with the explanation of their pair, as it was before it was stored."""
        for pair in self.pairs:
            others = {name: getattr(pair, name) for name in pair.model_fields_set & PairExplanation.model_fields.keys()}
            yield (
                pair.trainee_id,
                PairExplanation(
                    **others
                    | {
                        "terms": tuple([self.terms[at] for at in pair.terms]),
                        "rules": tuple([self.rules[at] for at in pair.rules]),
                    }
                ),
            )


class Remedy(Recorded):
    """A smallest change that would place the trainee: more travel, a bar removed, more places or hours.

    `more_places` is how many more places at which offers, by their ids, if more places at offers are all that it takes.
    """

    kind: Literal["travel", "bar", "capacity"]
    words: str
    more_places: dict[UUID, int] = {}


class Share(Recorded):
    """The capacity of a school (places) or mentor (minutes a week), and its use before and after the round."""

    id: str
    has: int
    before: int
    after: int


class Evenness(Recorded):
    """How even the shares of used capacity are, 0 to 1: overall, the largest, the smallest.

    `above` counts shares larger than the overall share, `free` unused capacities, `many` all that have any capacity.
    """

    many: int
    overall: float
    largest: float
    smallest: float
    above: int
    free: int


class LoadOfKind(Recorded):
    """The load of all schools, or of all mentors: `shares` has the largest afterwards, `left_out` counts the rest."""

    before: Evenness
    after: Evenness
    shares: tuple[Share, ...]
    left_out: int


class Load(Recorded):
    """The share of the round's capacity in use by school (places) and mentor (minutes a week)."""

    schools: LoadOfKind
    mentors: LoadOfKind


class Objective(Recorded):
    """The objective, minimised lexicographically: parted, unplaced by class of priority, cost, left over again, moved,
    unevenness.

    `moved` counts the pairs that do not stay: their trainee has another pair, or none. `parted` counts the pairs that
    chose each other and are not kept, `left_over_again` those without a place whom an earlier round left over too.
    """

    unplaced: tuple[int, ...]
    cost: int
    moved: int
    unevenness: int
    parted: int = 0
    left_over_again: int = 0


class Explained(Recorded):
    """How many pairs, alternatives and unplaced trainees the round explains; a large round explains only some."""

    pairs: int
    alternatives: int
    unplaced: int
