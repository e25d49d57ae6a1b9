"""What matching does about other services' public events; a module for each service."""

from services.matching.reactions.referral import REACTIONS

__all__ = ["REACTIONS"]
