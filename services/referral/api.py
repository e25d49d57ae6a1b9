"""Routes of referral, all of them: parse, call, answer."""

from services.referral.routes import imports, offers, people, programmes, referrals, schools

ROUTERS = (programmes.router, referrals.router, imports.router, schools.router, people.router, offers.router)
"""Every route of the service."""
