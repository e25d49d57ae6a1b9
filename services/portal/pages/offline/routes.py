"""Routes of the pages that a device keeps for when it has no network."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.pages.templating import render

router = APIRouter(prefix="/offline")


@router.get("/meeting")
async def show_meeting_shell() -> HTMLResponse:
    """Show the form of a meeting with nobody in it; what is typed is sent to the address that was asked for."""
    return render("offline/meeting.html")


@router.get("")
async def show_no_network() -> HTMLResponse:
    """Say that there is no network, and that nothing typed is lost."""
    return render("offline/no_network.html")
