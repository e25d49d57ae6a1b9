"""Routes of a round: its progress, its outcome as a table and by school, and each trainee with every reason."""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response

from services.portal.calls.matching_answers import (
    ExplainedTrainee,
    Offer,
    PairAnswers,
    Round,
    RoundOverview,
    RoundTraineesPage,
)
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed
from services.portal.pages.matching.maps import map_of
from services.portal.pages.matching.programmes import read_programme
from services.portal.pages.matching.words import (
    BECAUSE,
    REASONS,
    STATUSES,
    differences_of,
    school_names,
    title_of,
    urns_in,
    with_names,
)
from services.portal.pages.templating import show
from shared.calendar import ENGLAND

router = APIRouter()

A_PAGE = 50
SCHOOLS_A_PAGE = 100
MOST_NAMES = 50
"""The most people whom a search by name may mean: with more, somebody has to type more of the name."""
VIEWS = {"pairs": "Pairs", "unplaced": "Without a place", "schools": "By school", "changes": "What changes"}
ORDERS = {"school": "By school", "travel": "Longest journey first", "cost": "Least good pair first"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a page asks of the trainees of a round."""

    view: str = "pairs"
    name: str = ""
    school: str = ""
    subject: str = ""
    status: str = ""
    reason: str = ""
    order: str = "school"
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether only some trainees are asked for."""
        return any((self.name, self.school, self.subject, self.status, self.reason))

    def query(self, **changed: object) -> str:
        """Return the query of an address that asks for the same, but for what is changed."""
        asked = {name: getattr(self, name) for name in ("view", "name", "school", "subject", "status", "reason")}
        return urlencode({name: value for name, value in (asked | {"order": self.order} | changed).items() if value})


Word = Annotated[str, Query(max_length=200)]


async def asked_of(
    view: Word = "pairs",
    name: Word = "",
    school: Word = "",
    subject: Word = "",
    status: Word = "",
    reason: Word = "",
    order: Word = "school",
    page: Annotated[int, Query(ge=1, le=20_000)] = 1,
) -> Asked:
    """Read what an address asks; words that are unknown count as nothing."""
    return Asked(
        view if view in VIEWS else "pairs",
        name.strip(),
        school,
        subject,
        status if status in {*STATUSES, "locked"} else "",
        reason if reason in REASONS else "",
        order if order in ORDERS else "school",
        page,
    )


AskedDep = Annotated[Asked, Depends(asked_of)]


@router.get("/matching/rounds/{round_id}")
async def show_round(visit: VisitDep, round_id: UUID, asked: AskedDep) -> HTMLResponse:
    """Show how far a round is and, once it is solved, its outcome."""
    overview = await read_overview(visit, round_id)
    if overview.state != "solved":
        return await _progress(visit, overview, "matching/progress.html")
    return await outcome(visit, overview, asked)


@router.get("/matching/rounds/{round_id}/progress")
async def show_progress(visit: VisitDep, round_id: UUID) -> Response:
    """Show the part of the page that says how far a round is; a page that asks for it begins anew once it is over."""
    overview = await read_overview(visit, round_id)
    if not overview.in_progress:
        return Response(headers={"HX-Refresh": "true"})
    return await _progress(visit, overview, "matching/progress_part.html")


@router.get("/matching/rounds/{round_id}/trainees/{trainee_id}")
async def show_trainee(visit: VisitDep, round_id: UUID, trainee_id: UUID) -> HTMLResponse:
    """Show why a trainee has this pair, or none, and what can be done about it."""
    return await trainee_page(visit, round_id, trainee_id, Typed({}))


async def read_overview(visit: Visit, round_id: UUID) -> RoundOverview:
    """Return a round in numbers."""
    return await visit.services.get("matching", f"/rounds/{round_id}/overview", RoundOverview)


async def outcome(
    visit: Visit, overview: RoundOverview, asked: Asked, errors: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Make the page of a solved round, with what the address asks for."""
    errors = dict(errors or {})
    is_repair = overview.kind == "repair"
    if is_repair and asked.view == "pairs" and not asked.narrows and "view" not in visit.request.query_params:
        asked = replace(asked, view="changes")
    people = await _people(visit, asked, errors)
    programme, listed, labels = await gather(
        read_programme(visit, overview.programme_id),
        _trainees(visit, overview, asked, people),
        _labels(visit, overview),
    )
    await visit.learn_names(
        person
        for each in listed.trainees
        for person in (each.trainee_id, each.mentor_id, each.before and each.before.mentor_id)
        if person
    )
    return show(
        visit,
        "matching/round.html",
        status=422 if errors else 200,
        round=overview,
        programme=programme,
        title=title_of(overview),
        asked=asked,
        listed=listed,
        first=(asked.page - 1) * A_PAGE,
        pages=max(1, -(-listed.total // A_PAGE)),
        schools=overview.schools[(asked.page - 1) * SCHOOLS_A_PAGE : asked.page * SCHOOLS_A_PAGE],
        first_school=(asked.page - 1) * SCHOOLS_A_PAGE,
        school_pages=max(1, -(-len(overview.schools) // SCHOOLS_A_PAGE)),
        views={name: title for name, title in VIEWS.items() if is_repair or name != "changes"},
        orders=ORDERS,
        statuses=STATUSES,
        reasons=REASONS,
        because=BECAUSE,
        map=map_of(overview.schools) if asked.view == "schools" else None,
        submission=f"{uuid4()}",
        differences=labels,
        errors=errors,
    )


async def _people(visit: Visit, asked: Asked, errors: dict[str, str]) -> str | None:
    """Return the ids of the people who are looked for by name; None where nobody is, or too many would be meant."""
    if not asked.name:
        return None
    found = await visit.find_people(asked.name, most=MOST_NAMES)
    if found is None:
        errors["name"] = f"More than {MOST_NAMES} people have this in their name. Type more of it."
        return None
    return ",".join(map(str, found))


async def _trainees(visit: Visit, overview: Round, asked: Asked, people: str | None) -> RoundTraineesPage:
    if asked.view == "schools":
        return RoundTraineesPage(total=0, trainees=())
    is_locked = asked.status == "locked"
    query: dict[str, object] = {
        "placed": {"pairs": True, "unplaced": False}.get(asked.view),
        "changes": True if asked.view == "changes" else None,
        "school_urn": asked.school or None,
        "subject": asked.subject or None,
        "status": None if is_locked else asked.status or None,
        "locked": True if is_locked else None,
        "reason": asked.reason or None,
        "people": people,
        "order": asked.order,
        "skip": (asked.page - 1) * A_PAGE,
        "limit": A_PAGE,
    }
    return await visit.services.get("matching", f"/rounds/{overview.round_id}/trainees", RoundTraineesPage, **query)


async def _labels(visit: Visit, overview: Round) -> list[str]:
    """Return what differs in a scenario, or what leaves in a repair, in sentences with names."""
    variant, leaving = overview.variant, overview.leaving
    urns = (*(variant.schools_left_out if variant else ()), leaving.school_urn if leaving else None)
    mentors = [
        *(variant.mentors_left_out if variant else ()),
        *([leaving.mentor_id] if leaving and leaving.mentor_id else []),
    ]
    schools, names = await gather(school_names(visit.services, urns), visit.learn_names(mentors))
    sentences = differences_of(variant, schools, names)
    if leaving and leaving.school_urn:
        sentences.append(f"{schools[leaving.school_urn]} leaves.")
    if leaving and leaving.mentor_id:
        sentences.append(f"{names[leaving.mentor_id]} leaves as a mentor.")
    if leaving and leaving.offer_id:
        sentences.append("An offer is gone.")
    return sentences


async def _progress(visit: Visit, overview: RoundOverview, template: str) -> HTMLResponse:
    at = overview.asked_at
    values: dict[str, Any] = {
        "round": overview,
        "title": title_of(overview),
        "asked_at": None if at is None else f"{at.astimezone(ENGLAND):%H:%M}",
        "submission": f"{uuid4()}",
    }
    return show(visit, template, **values)


async def trainee_page(visit: Visit, round_id: UUID, trainee_id: UUID, form: Typed) -> HTMLResponse:
    """Make the page of a trainee of a round, with a form as it was typed."""
    trainee, overview = await gather(
        visit.services.get("matching", f"/rounds/{round_id}/trainees/{trainee_id}", ExplainedTrainee),
        read_overview(visit, round_id),
    )
    why = trainee.why
    others = [each for each in ((why.others_stay, why.others_move) if why else ()) if each is not None]
    texts = [trainee.explanation, *(each.words for each in trainee.remedies), *(each.words for each in others)]
    if why:
        texts += [*(each.words for each in why.rules), *(each.words for each in why.terms)]
    people = {trainee.trainee_id, trainee.mentor_id, *(each.mentor_id for each in others)}
    answers, schools, offers, programme, _ = await gather(
        _answers(visit, trainee.pair_id),
        school_names(visit.services, {*urns_in(*texts), *(each.school_urn for each in others)}),
        _offers(visit, {offer_id for each in trainee.remedies for offer_id in each.more_places}),
        read_programme(visit, overview.programme_id),
        visit.learn_names(person for person in people if person),
    )
    offer_schools = await school_names(visit.services, {offer.school_urn for offer in offers.values()} - schools.keys())
    return show(
        visit,
        "matching/trainee.html",
        status=422 if form.errors else 200,
        round=overview,
        programme=programme,
        title=title_of(overview),
        trainee=trainee,
        answers=answers,
        offers=offers,
        schools=schools | offer_schools,
        in_words=lambda text: with_names(text, schools),
        statuses=STATUSES,
        reasons=REASONS,
        other_submission=f"{uuid4()}",
        values={"submission": f"{uuid4()}", **form.values},
        errors=form.errors,
    )


async def _answers(visit: Visit, pair_id: UUID | None) -> PairAnswers | None:
    return None if pair_id is None else await visit.services.get("matching", f"/pairs/{pair_id}", PairAnswers)


async def _offers(visit: Visit, offers: set[UUID]) -> dict[UUID, Offer]:
    """Return the offers that can be read; one that is gone meanwhile is left out."""
    found = await gather(*(_offer(visit, offer_id) for offer_id in offers))
    return {offer.offer_id: offer for offer in found if offer is not None}


async def _offer(visit: Visit, offer_id: UUID) -> Offer | None:
    try:
        return await visit.services.get("referral", f"/offers/{offer_id}", Offer)
    except (Away, Refused):
        return None
