"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from services.matching.projections.known import (
    APPETITES,
    EARLIER_PLACEMENTS,
    MENTEES,
    MENTOR_TERMS,
    MENTORS,
    MERGES,
    OFFERS,
    PROGRAMMES,
    REASONS,
    RELATIONS,
    SCHOOLS,
    TRAINEE_STANDINGS,
    TRAINEES,
    TRAININGS,
    TRAVEL_TIMES,
)
from services.matching.projections.pairs import PAIRS
from services.matching.projections.rounds import CANDIDATES, FOUND, LOADS, ROUNDS, UNPLACED
from services.matching.projections.supports import ASKS, SUPPORTS
from services.matching.projections.wishes import SAID

READ_MODELS = (
    PROGRAMMES,
    SCHOOLS,
    MENTORS,
    MENTOR_TERMS,
    RELATIONS,
    TRAININGS,
    TRAINEES,
    TRAINEE_STANDINGS,
    MENTEES,
    EARLIER_PLACEMENTS,
    MERGES,
    OFFERS,
    APPETITES,
    REASONS,
    CANDIDATES,
    PAIRS,
    ROUNDS,
    UNPLACED,
    FOUND,
    LOADS,
    TRAVEL_TIMES,
    SAID,
    ASKS,
    SUPPORTS,
)
