"""Routes of the board of a programme: what is missing before a round can be run, and by whom; rounds and scenarios."""

from asyncio import gather
from collections import Counter
from itertools import chain
from typing import TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.calls.answers import Programme
from services.portal.calls.matching_answers import (
    Candidate,
    OfferToConfirm,
    ProgrammeWithRules,
    Readiness,
    Referral,
    Round,
    Scenario,
)
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields
from services.portal.pages.matching.words import STATES, school_names
from services.portal.pages.templating import show

router = APIRouter()
Listed = TypeVar("Listed", Round, Scenario)

EVERY_ROUND = 1000
SHOWN = 20
"""Rounds and scenarios of a programme that its board lists, the latest first."""
REFERRALS = 1_000
"""Referrals of the partnership that are looked through at most, of each status that somebody still decides on."""
UNDECIDED = ("referred", "countersigned")
A_PAGE = 50


@router.get("/matching")
async def show_programmes(visit: VisitDep) -> HTMLResponse:
    """Show each programme that places trainees, with how many wait in it."""
    programmes = await visit.services.get("referral", "/programmes", list[Programme])
    readiness = await gather(*(_readiness(visit, each.programme_id) for each in programmes))
    boards = [(each, ready) for each, ready in zip(programmes, readiness, strict=True) if ready.pairing == "hosted"]
    boards.sort(key=lambda board: (-board[1].candidates, board[0].title))
    return show(visit, "matching/programmes.html", boards=boards)


@router.get("/matching/programmes/{programme_id}")
async def show_board(visit: VisitDep, programme_id: UUID) -> HTMLResponse:
    """Show the board of a programme."""
    suggested = {"name": "As things stand", "submission": f"{uuid4()}", **day_fields("on", visit.today)}
    return await board(visit, programme_id, Typed(suggested))


@router.get("/matching/programmes/{programme_id}/waiting")
async def show_waiting(visit: VisitDep, programme_id: UUID, after: UUID | None = None) -> HTMLResponse:
    """Show who waits for a pair, whether a round would take them in, and why not."""
    programme, candidates = await gather(
        read_programme(visit, programme_id),
        visit.services.get(
            "matching",
            "/candidates",
            list[Candidate],
            programme_id=programme_id,
            status="waiting",
            after=after,
            limit=A_PAGE + 1,
        ),
    )
    await visit.learn_names(each.trainee_id for each in candidates)
    more = candidates[A_PAGE - 1].referral_id if len(candidates) > A_PAGE else None
    return show(visit, "matching/waiting.html", programme=programme, candidates=candidates[:A_PAGE], more=more)


async def board(visit: Visit, programme_id: UUID, form: Typed) -> HTMLResponse:
    """Make the board of a programme, with the form for a first scenario as it was typed."""
    programme, readiness, rounds, scenarios, to_confirm, referrals = await gather(
        read_programme(visit, programme_id),
        _readiness(visit, programme_id),
        visit.services.get("matching", "/rounds", list[Round], limit=EVERY_ROUND),
        visit.services.get("matching", "/scenarios", list[Scenario], programme_id=programme_id, limit=EVERY_ROUND),
        _offers_to_confirm(visit, programme_id),
        _referrals(visit, programme_id),
    )
    asked: Counter[str] = Counter(each.school_urn for each in to_confirm or ())
    schools = await school_names(visit.services, [urn for urn, _ in asked.most_common(SHOWN)])
    own = [each for each in rounds if each.programme_id == programme_id]
    return show(
        visit,
        "matching/board.html",
        status=422 if form.errors else 200,
        programme=programme,
        readiness=readiness,
        to_confirm=to_confirm,
        schools_to_confirm=[(schools[urn], number) for urn, number in asked.most_common(SHOWN)],
        more_schools=max(0, len(asked) - SHOWN),
        referrals=referrals,
        rounds=latest_first(own)[:SHOWN],
        scenarios=latest_first(scenarios)[:SHOWN],
        states=STATES,
        values=form.values,
        errors=form.errors,
    )


async def read_programme(visit: Visit, programme_id: UUID) -> ProgrammeWithRules:
    """Return a programme with its rules."""
    return await visit.services.get("referral", f"/programmes/{programme_id}", ProgrammeWithRules)


async def _readiness(visit: Visit, programme_id: UUID) -> Readiness:
    return await visit.services.get_patiently("matching", "/readiness", Readiness, programme_id=programme_id)


async def _offers_to_confirm(visit: Visit, programme_id: UUID) -> list[OfferToConfirm] | None:
    """Return the offers to ask schools about; None where that cannot be had just now."""
    asked: dict[str, object] = {"programme_id": programme_id, "on": visit.today, "limit": EVERY_ROUND}
    try:
        return await visit.services.get("referral", "/offers/to-confirm", list[OfferToConfirm], **asked)
    except (Away, Refused):
        return None


async def _referrals(visit: Visit, programme_id: UUID) -> int | None:
    """Return how many referrals to the programme are undecided; None where that is not known, or too many to count."""
    try:
        found = await gather(
            *(
                visit.services.get("referral", "/referrals", list[Referral], status=status, limit=REFERRALS)
                for status in UNDECIDED
            )
        )
    except (Away, Refused):
        return None
    if any(len(each) == REFERRALS for each in found):
        return None
    return sum(each.programme_id == programme_id for each in chain.from_iterable(found))


def latest_first(rounds: list[Listed]) -> list[Listed]:
    """Return rounds or scenarios, the one that was asked for last before the others."""

    def time_of(each: Listed) -> float:
        return each.asked_at.timestamp() if each.asked_at else 0.0

    return sorted(rounds, key=time_of, reverse=True)
