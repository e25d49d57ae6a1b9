"""Routes of the portal for programs: the partnership's name, and who may sign in."""

from services.portal.api import accounts, partnerships

ROUTERS = (partnerships.router, accounts.router)
