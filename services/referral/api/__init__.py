"""Routes of referral: parse, call, answer; a module for each thing they are about."""

from services.referral.api import imports, limits, offers, people, programmes, referrals, schools

ROUTERS = tuple(module.router for module in (programmes, referrals, imports, schools, people, offers, limits))
"""Every route of the service."""
