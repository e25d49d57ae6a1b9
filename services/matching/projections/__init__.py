"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from services.matching.projections.known import MENTORS, MERGES, OFFERS, PROGRAMMES, SCHOOLS, TRAINEES, TRAVEL_TIMES
from services.matching.projections.pairs import PAIRS
from services.matching.projections.rounds import CANDIDATES, ROUNDS, UNPLACED

READ_MODELS = (
    PROGRAMMES,
    SCHOOLS,
    MENTORS,
    TRAINEES,
    MERGES,
    OFFERS,
    CANDIDATES,
    PAIRS,
    ROUNDS,
    UNPLACED,
    TRAVEL_TIMES,
)
