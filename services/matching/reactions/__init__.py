"""Reactions of matching to other services' public events, one module for each service."""

from services.matching.reactions.referral import REACTIONS

__all__ = ["REACTIONS"]
