"""Read models of matching, folded from its own events. Personal texts arrive encrypted and stay encrypted."""

from services.matching.projections.candidates import CANDIDATES, REASONS
from services.matching.projections.mentees import MENTEES
from services.matching.projections.mentors import MENTOR_TERMS, MENTORS, RELATIONS, TRAININGS
from services.matching.projections.offers import OFFERS
from services.matching.projections.pairs import PAIRS
from services.matching.projections.people import ERASED, MERGES
from services.matching.projections.programmes import PROGRAMMES
from services.matching.projections.rounds import EXPLANATIONS, LOADS, PREVIEWED_PAIRS, ROUNDS, UNPLACED
from services.matching.projections.schools import APPETITES, HOSTING_LIMITS, SCHOOLS
from services.matching.projections.support_requests import SUPPORT_REQUESTS
from services.matching.projections.supports import SUPPORTS
from services.matching.projections.trainees import EARLIER_PLACEMENTS, TRAINEE_STATUSES, TRAINEES
from services.matching.projections.travel_times import TRAVEL_TIMES
from services.matching.projections.wishes import WISHES

READ_MODELS = (
    PROGRAMMES,
    SCHOOLS,
    MENTORS,
    MENTOR_TERMS,
    RELATIONS,
    TRAININGS,
    TRAINEES,
    TRAINEE_STATUSES,
    MENTEES,
    EARLIER_PLACEMENTS,
    MERGES,
    ERASED,
    OFFERS,
    APPETITES,
    HOSTING_LIMITS,
    REASONS,
    CANDIDATES,
    PAIRS,
    ROUNDS,
    UNPLACED,
    PREVIEWED_PAIRS,
    EXPLANATIONS,
    LOADS,
    TRAVEL_TIMES,
    WISHES,
    SUPPORT_REQUESTS,
    SUPPORTS,
)
