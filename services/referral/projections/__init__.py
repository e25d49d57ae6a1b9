"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from services.referral.projections.limits import LIMITS
from services.referral.projections.people import EARLIER, MENTORINGS, MERGES, PEOPLE, STANDINGS
from services.referral.projections.referrals import PROGRAMMES, REFERRALS
from services.referral.projections.schools import HOSTINGS, OFFERS, SCHOOLS

READ_MODELS = (PROGRAMMES, REFERRALS, SCHOOLS, EARLIER, PEOPLE, MERGES, STANDINGS, MENTORINGS, OFFERS, HOSTINGS, LIMITS)
