"""Routes of matching: parse, call, answer; a module for each thing they are about."""

from services.matching.api import pairs, rounds, support, travel

ROUTERS = (rounds.router, pairs.router, travel.router, support.router)
"""Every route of the service."""
