"""Read models of the portal, folded from its own events. Personal texts arrive encrypted and are stored as they are."""

from services.portal.projections.accounts import ACCOUNTS, GRANTS
from services.portal.projections.partnerships import NAMES
from services.portal.projections.people import KEPT_RECORDS, PEOPLE

READ_MODELS = (PEOPLE, KEPT_RECORDS, ACCOUNTS, GRANTS, NAMES)
