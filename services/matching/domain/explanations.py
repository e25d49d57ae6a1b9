"""What a round found and why, as it is recorded with the round: true of that moment, and of no later one.

Source: product.md M4, M12. Words name rules, schools by URN and numbers, never a person.
"""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Recorded(BaseModel):
    """A part of an event of a round."""

    model_config = ConfigDict(frozen=True)


class Term(Recorded):
    """What a soft rule adds to the cost of a pair: its weight times its units, and where these come from."""

    rule: str
    title: str
    weight: int
    units: int
    cost: int
    words: str


class Kept(Recorded):
    """A hard rule that the pair keeps; not `known` where it does so only because something is not known."""

    rule: str
    title: str
    known: bool
    words: str


class Alternative(Recorded):
    """The next best pair for the trainee: what it adds to the cost of the round, and how many would move for it."""

    mentor_id: UUID
    offer_id: UUID
    school_urn: str
    travel_minutes: int
    added: int
    moves: int
    words: str


class Why(Recorded):
    """Why a pair is as it is: `terms` add up to its cost.

    Alternatives are None where there is none, and where the round was too large to look for all (`sought` is false).
    """

    terms: tuple[Term, ...]
    rules: tuple[Kept, ...]
    others_stay: Alternative | None = None
    others_move: Alternative | None = None
    sought: bool = True


class Remedy(Recorded):
    """A smallest change that would place the trainee: more travel, a bar lifted, more places or hours."""

    kind: Literal["travel", "bar", "capacity"]
    words: str


class Share(Recorded):
    """What one school (places) or mentor (minutes a week) carries of what it has, before the round and after it."""

    id: str
    has: int
    before: int
    after: int


class Evenness(Recorded):
    """How shares of capacity lie, 0 to 1: over all, the largest, the smallest.

    `above` carry more than the share over all, `free` carry nothing, `many` have any capacity.
    """

    many: int
    overall: float
    largest: float
    smallest: float
    above: int
    free: int


class Side(Recorded):
    """The load of all schools, or of all mentors. `shares` are the largest afterwards, `left_out` so many more."""

    before: Evenness
    after: Evenness
    shares: tuple[Share, ...]
    left_out: int


class Load(Recorded):
    """The share of capacity used by school (places) and mentor (minutes a week), of what the round had to give."""

    schools: Side
    mentors: Side


class Objective(Recorded):
    """What was made least, in the round's order: unplaced by class of priority, cost, moved, unevenness."""

    unplaced: tuple[int, ...]
    cost: int
    moved: int
    unevenness: int


class Explained(Recorded):
    """For how many the round worked out its reasons: pairs in words, their alternatives, remedies of the unplaced.

    A large round leaves the rest out.
    """

    pairs: int
    alternatives: int
    unplaced: int
