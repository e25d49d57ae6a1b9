"""Routes of matching, a module for each aggregate: parse, call a use case or a query, answer."""

from services.matching.api import (
    candidates,
    constellations,
    pairs,
    repairs,
    rounds,
    scenarios,
    support_requests,
    supports,
    travel_times,
    wishes,
)

ROUTERS = (
    candidates.router,
    rounds.router,
    repairs.router,
    scenarios.router,
    pairs.router,
    travel_times.router,
    support_requests.router,
    constellations.router,
    supports.router,
    wishes.router,
)
"""Every route of the service."""
