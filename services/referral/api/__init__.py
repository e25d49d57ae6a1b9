"""Routes of referral: parse, call, answer; a module for each thing they are about."""

from services.referral.api import imports, offers, people, programmes, referrals, schools

ROUTERS = (programmes.router, referrals.router, imports.router, schools.router, people.router, offers.router)
"""Every route of the service."""
