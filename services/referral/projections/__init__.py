"""Read models of referral, folded from its own events. Personal texts arrive encrypted and stay encrypted."""

from services.referral.projections.appetites import HOSTINGS
from services.referral.projections.calendars import CALENDARS
from services.referral.projections.earlier_placements import EARLIER
from services.referral.projections.limits import LIMITS
from services.referral.projections.mentors import MENTORINGS
from services.referral.projections.offers import OFFERS
from services.referral.projections.people import MERGES, PEOPLE
from services.referral.projections.programmes import PROGRAMMES
from services.referral.projections.referrals import REFERRALS
from services.referral.projections.schools import SCHOOLS
from services.referral.projections.training_statuses import TRAINING_STATUSES

READ_MODELS = (
    PROGRAMMES,
    REFERRALS,
    SCHOOLS,
    CALENDARS,
    EARLIER,
    PEOPLE,
    MERGES,
    TRAINING_STATUSES,
    MENTORINGS,
    OFFERS,
    HOSTINGS,
    LIMITS,
)
