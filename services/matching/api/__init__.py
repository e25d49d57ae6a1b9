"""Routes of matching: parse, call, answer; a module for each thing they are about."""

from services.matching.api import pairs, repairs, rounds, scenarios, wishes
from services.matching.api import supports as support
from services.matching.api import travel_times as travel

ROUTERS = (rounds.router, repairs.router, scenarios.router, pairs.router, travel.router, support.router, wishes.router)
"""Every route of the service."""
