"""Routes of referral: parse, call, answer; one module for each aggregate."""

from services.referral.api import (
    appetites,
    hosts,
    imports,
    limits,
    mentors,
    offers,
    people,
    programmes,
    referrals,
    schools,
    training_statuses,
)

ROUTERS = tuple(
    module.router
    for module in (
        programmes,
        referrals,
        imports,
        schools,
        hosts,
        people,
        mentors,
        training_statuses,
        offers,
        appetites,
        limits,
    )
)
"""Every route of the service."""
