"""What the portal does about others' public events, one file for each topic."""

from services.portal.reactions import dues, people, referral

REACTIONS = {**people.REACTIONS, **referral.REACTIONS, **dues.REACTIONS}
