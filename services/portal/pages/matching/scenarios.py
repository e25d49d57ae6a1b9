"""Routes of scenarios: try a round with other rules, from the beginning or from another scenario, and compare them."""

import re
from asyncio import gather
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.matching_answers import (
    Comparison,
    Offer,
    Overrides,
    ProgrammeWithRules,
    RoundProgress,
    Scenario,
    TraineeDifference,
)
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.matching.changes import note_problem
from services.portal.pages.matching.programmes import EVERY_ROUND, board, latest_first, read_programme
from services.portal.pages.matching.rounds import read_overview
from services.portal.pages.matching.words import MODES, PREFERENCES, differences_of, school_names
from services.portal.pages.templating import lead_to, show

router = APIRouter()

A_PAGE = 50
_PLACES = re.compile(r"([0-9a-f-]{36}):([0-9]{1,4})")
"""An offer and its number of places, as the form carries them."""
MOST_SCHOOLS = 10
"""Schools that a scenario made on a page leaves out."""


@router.post("/matching/programmes/{programme_id}/scenarios")
async def begin_scenario(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Try a round by the programme's own rules; nothing is sent."""
    form = await read_form(request)
    name = form.choice("name", "Give it a name, such as As things stand.")
    on = form.day("on", "Give the day of the round, such as 1 7 2026.")
    if not form.errors:
        asked = await _try(visit, programme_id, {"name": name, "on": f"{on}", "variant": {}}, form)
        if asked is not None:
            return lead_to(visit, f"/matching/rounds/{asked.round_id}")
    return await board(visit, programme_id, form)


@router.get("/matching/programmes/{programme_id}/scenarios/new")
async def show_scenario_form(
    visit: VisitDep,
    programme_id: UUID,
    start: UUID | None = None,
    without_school: Annotated[str, Query(max_length=10)] = "",
    without_mentor: UUID | None = None,
    more_at: UUID | None = None,
    more: int = 1,
) -> HTMLResponse:
    """Show the form of a scenario: the rules of the programme, or those of the scenario from which it starts."""
    programme = await read_programme(visit, programme_id)
    beginning = Overrides() if start is None else (await read_overview(visit, start)).variant or Overrides()
    values = {
        "submission": f"{uuid4()}",
        "start": f"{start or ''}",
        "places": " ".join(
            f"{offer_id}:{places}" for offer_id, places in (await _places(visit, beginning, more_at, more)).items()
        ),
        "mentors": " ".join(map(str, {*beginning.mentors_left_out, *([without_mentor] if without_mentor else [])})),
        **day_fields("on", visit.today),
    }
    for at, urn in enumerate(
        dict.fromkeys((*beginning.schools_left_out, *([without_school] if without_school else [])))
    ):
        values[f"school-{at}"] = urn
    weights = {**programme.settings.weights, **beginning.weights}
    values |= {f"weight-{rule}": f"{weights.get(rule, 0)}" for rule in PREFERENCES}
    caps = {**programme.settings.travel_caps.model_dump(), **beginning.travel_caps}
    values |= {f"cap-{mode}": f"{caps.get(mode) or ''}" for mode in MODES}
    return await _form(visit, programme, Typed(values))


@router.post("/matching/programmes/{programme_id}/scenarios/new")
async def try_scenario(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Try a round with other rules; nothing is sent."""
    form = await read_form(request)
    programme = await read_programme(visit, programme_id)
    name = form.choice("name", "Give it a name by which you find it again.")
    on = form.day("on", "Give the day of the round, such as 1 7 2026.")
    variant = _variant(form, programme)
    if not form.errors:
        body = {"name": name, "on": f"{on}", "variant": variant}
        asked = await _try(visit, programme_id, body, form)
        if asked is not None:
            return lead_to(visit, f"/matching/rounds/{asked.round_id}")
    return await _form(visit, programme, form)


@router.get("/matching/programmes/{programme_id}/comparison")
async def compare(
    visit: VisitDep,
    programme_id: UUID,
    scenario: Annotated[list[UUID] | None, Query(max_length=20)] = None,
    page: Annotated[int, Query(ge=1, le=20_000)] = 1,
) -> HTMLResponse:
    """Show two scenarios side by side: their measures, and every trainee who has another pair in the second."""
    chosen = list(dict.fromkeys(scenario or ()))
    if len(chosen) != 2:
        return await board(
            visit,
            programme_id,
            Typed(
                {"name": "As things stand", "submission": f"{uuid4()}", **day_fields("on", visit.today)},
                {"scenarios": "Choose two trials to compare."},
            ),
        )
    ids = ",".join(map(str, chosen))
    programme, found = await gather(
        read_programme(visit, programme_id),
        visit.services.get("matching", "/scenarios/comparison", Comparison, ids=ids),
    )
    trainees = found.changes[0].trainees
    shown = trainees[(page - 1) * A_PAGE : page * A_PAGE]
    pairs = [pair for each in shown for pair in (each.before, each.after) if pair is not None]
    left_out = [urn for each in found.scenarios if each.variant for urn in each.variant.schools_left_out]
    mentors = [mentor for each in found.scenarios if each.variant for mentor in each.variant.mentors_left_out]
    schools, _ = await gather(
        school_names(visit.services, {*(pair.school_urn for pair in pairs), *left_out}),
        visit.learn_names({*(each.trainee_id for each in shown), *(pair.mentor_id for pair in pairs), *mentors}),
    )
    return show(
        visit,
        "matching/comparison.html",
        programme=programme,
        scenarios=found.scenarios,
        differences=[differences_of(each.variant, schools, visit.names) for each in found.scenarios],
        shown=shown,
        kinds=_kinds(trainees),
        schools=schools,
        number=len(trainees),
        page=page,
        pages=max(1, -(-len(trainees) // A_PAGE)),
        query=f"scenario={chosen[0]}&scenario={chosen[1]}",
    )


def _kinds(trainees: Sequence[TraineeDifference]) -> dict[str, int]:
    """Count those who gain a place, who lose it, and who have another pair."""
    return {
        "gain": sum(each.before is None for each in trainees),
        "lose": sum(each.after is None for each in trainees),
        "change": sum(each.before is not None and each.after is not None for each in trainees),
    }


async def _places(visit: Visit, beginning: Overrides, more_at: UUID | None, more: int) -> dict[UUID, int]:
    """Return the places of offers in a scenario: those of the one from which it starts, and more at an offer."""
    places = dict(beginning.places)
    if more_at is not None:
        offer = await visit.services.get("referral", f"/offers/{more_at}", Offer)
        places[more_at] = places.get(more_at, offer.places) + max(1, min(more, 50))
    return places


async def _try(visit: Visit, programme_id: UUID, body: dict[str, Any], form: Typed) -> RoundProgress | None:
    """Ask for a scenario; None where it was refused, which the form then says."""
    sent = {"programme_id": f"{programme_id}", **body}
    try:
        return await visit.services.send(
            "matching", "POST", "/scenarios", sent, RoundProgress, form.submission(), later=True
        )
    except (Refused, Away) as problem:
        note_problem(form, problem)
        return None


def _variant(form: Typed, programme: ProgrammeWithRules) -> dict[str, Any]:
    """Return what differs from the programme's rules, and note what is wrong."""
    weights: dict[str, int] = {}
    for rule in PREFERENCES:
        typed = form.number(f"weight-{rule}", "Give a whole number; 0 means that it does not count.")
        if typed is not None and typed != programme.settings.weights.get(rule, 0):
            weights[rule] = typed
    usual = programme.settings.travel_caps.model_dump()
    caps: dict[str, int] = {}
    for mode in MODES:
        if not form.text(f"cap-{mode}"):
            continue
        most = form.number(f"cap-{mode}", "Give whole minutes, such as 60, or leave it empty.")
        if most is not None and most != usual.get(mode):
            caps[mode] = most
    left_out = dict.fromkeys(filter(None, (form.text(f"school-{at}") for at in range(MOST_SCHOOLS))))
    return {
        "weights": weights,
        "travel_caps": caps,
        "schools_left_out": list(left_out),
        "mentors_left_out": form.text("mentors").split(),
        "places": {offer_id: int(places) for offer_id, places in _PLACES.findall(form.text("places"))},
    }


async def _form(visit: Visit, programme: ProgrammeWithRules, form: Typed) -> HTMLResponse:
    """Make the form of a scenario as it was typed; every scenario that starts from another keeps what differs there."""
    mentors = [UUID(mentor) for mentor in form.text("mentors").split()]
    places = {UUID(offer_id): int(places) for offer_id, places in _PLACES.findall(form.text("places"))}
    offers, _ = await gather(
        gather(*(visit.services.get("referral", f"/offers/{offer_id}", Offer) for offer_id in places)),
        visit.learn_names(mentors),
    )
    chosen = [urn for at in range(MOST_SCHOOLS) if (urn := form.text(f"school-{at}"))]
    names, schools = await gather(
        school_names(visit.services, (*chosen, *(offer.school_urn for offer in offers))),
        _schools_with_offers(visit, programme.programme_id),
    )
    return show(
        visit,
        "matching/scenario.html",
        status=422 if form.errors else 200,
        programme=programme,
        preferences=PREFERENCES,
        modes=MODES,
        schools=schools,
        chosen=chosen,
        free=[at for at in range(MOST_SCHOOLS) if not form.text(f"school-{at}")][:1],
        school_names=names,
        mentors=mentors,
        offers=[(offer, places[offer.offer_id]) for offer in offers],
        values=form.values,
        errors=form.errors,
    )


async def _schools_with_offers(visit: Visit, programme_id: UUID) -> list[tuple[str, str]]:
    """Return the number and the name of each school that the latest trial has pairs at, by name; none where matching
    does not answer, so that a form can be shown again with what was typed.
    """
    try:
        scenarios = await visit.services.get(
            "matching", "/scenarios", list[Scenario], programme_id=programme_id, limit=EVERY_ROUND
        )
        solved = [each.scenario_id for each in latest_first(scenarios) if each.state == "solved"]
        schools = (await read_overview(visit, solved[0])).schools if solved else ()
    except Away:
        return []
    return [(each.school_urn, each.school_name or f"School {each.school_urn}") for each in schools]
