"""The page on which somebody sees where they are signed in, and signs out everywhere."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.pages.context import VisitDep
from services.portal.pages.sign_in.codes import BY_EMAIL
from services.portal.pages.templating import show
from services.portal.signing_in.sessions import list_devices
from shared.calendar import ENGLAND
from shared.kernel.postgres import ACQUIRE_TIMEOUT

router = APIRouter()


@router.get("/sessions")
async def show_devices(visit: VisitDep) -> HTMLResponse:
    """Show on how many devices somebody is signed in, and since when."""
    context = visit.context
    async with context.service.store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
        devices = await list_devices(
            connection, visit.signed_in.session, context.limits, context.service.commands.now()
        )
    buttons = {name: f"“{client.provider.button}”" for name, client in context.providers.items()}
    ways = {**buttons, BY_EMAIL: "a code by e-mail"}
    return show(
        visit,
        "sign_in/devices.html",
        devices=[
            {
                "is_this": each.is_this,
                "way": ways.get(each.provider, ""),
                "since": each.signed_in_at.astimezone(ENGLAND),
                "seen": each.seen_at.astimezone(ENGLAND),
            }
            for each in devices
        ],
        idle_minutes=context.settings.alongside_session_idle_minutes,
        hours=context.settings.alongside_session_hours,
    )
