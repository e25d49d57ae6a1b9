"""Words of the board: statuses, reasons, modes of travel and preferences; and schools by name in sentences."""

import re
from asyncio import gather
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from services.portal.calls.matching_answers import Overrides, Round, School
from services.portal.calls.services import Away, Refused, ServicesAsPerson
from services.portal.pages.words import day
from shared.wording import counted_noun

STATUSES = {
    "proposed": "Waits for answers",
    "confirmed": "Confirmed",
    "declined": "Declined",
    "lapsed": "Not answered in time",
    "withdrawn": "Withdrawn",
}
REASONS = {
    "no_offer_in_subject": "No school offers the subject",
    "no_offer_in_phase": "No school offers the phase",
    "no_offer_for_route": "No offer is open to their route",
    "no_offer_in_dates": "No offer is at that time",
    "offers_not_confirmed": "Schools have not confirmed their offers",
    "no_mentor_in_subject": "No mentor for the subject",
    "no_mentor_in_phase": "No mentor for the phase",
    "no_mentor_in_dates": "No mentor is there all the time",
    "no_mentor_ready": "No mentor is ready",
    "beyond_travel_limit": "Too far for them",
    "schools_barred": "Schools are barred to them",
    "mentors_barred": "Mentors are barred to them",
    "places_taken": "All places are taken",
    "mentor_hours_taken": "Mentors have no hours left",
    "places_and_mentor_hours_taken": "Places and mentors' hours are taken",
}
BECAUSE = {
    "school_left": "The school leaves",
    "offer_withdrawn": "The offer is gone",
    "mentor_left": "The mentor leaves",
    "trainee_left": "The trainee is away",
    "moved_in_repair": "Makes room for others",
    "ended_by_them": "The mentoring was ended",
    "closed_in_review": "A review closed it",
}
MODES = {"car": "by car", "public_transport": "by public transport", "bicycle": "by bicycle", "walking": "on foot"}
PREFERENCES = {
    "travel": "Shorter journeys",
    "volunteers_first": "Volunteers first",
    "contrast": "Contrast with earlier placements",
    "strengths": "Strengths that meet needs",
    "wishes": "Ranked wishes",
    "continuity": "The same mentor as before",
    "likeness": "Likeness of situation",
    "spread": "Spread of load",
}
STATES = {
    "asked": "Waits for its turn",
    "begun": "Is being worked out",
    "solved": "Done",
    "cancelled": "Cancelled",
    "failed": "Could not be worked out",
}

AT_ONCE = 12
"""The most schools that are asked for one by one; of more, whole pages are."""
A_PAGE = 1000
_DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_RULE = re.compile(rf"\b(?:{'|'.join(PREFERENCES)})(?= [+-][0-9])")
"""A preference by its code, as in `volunteers_first +10`."""
_URN = re.compile(r"\b(?:[Ss]chool )?([0-9]{6}|H[0-9]{6})\b")


async def school_names(services: ServicesAsPerson, urns: Iterable[str | None]) -> dict[str, str]:
    """Return the names of schools; one that cannot be had just now has its number instead."""
    wanted = sorted({urn for urn in urns if urn})
    names = {urn: f"School {urn}" for urn in wanted}
    try:
        if len(wanted) <= AT_ONCE:
            found = await gather(*(services.get("referral", f"/schools/{urn}", School) for urn in wanted))
        else:
            found = await _schools_until(services, wanted[-1])
    except (Away, Refused):
        return names
    return names | {school.urn: school.name for school in found if school.urn in names}


async def _schools_until(services: ServicesAsPerson, last: str) -> list[School]:
    """Return all schools up to a number, a page at a time."""
    found: list[School] = []
    while True:
        after = found[-1].urn if found else None
        page = await services.get("referral", "/schools", list[School], after=after, limit=A_PAGE)
        found += page
        if len(page) < A_PAGE or page[-1].urn >= last:
            return found


def urns_in(*texts: str | None) -> set[str]:
    """Return the numbers of schools in sentences."""
    return {found[1] for text in texts if text for found in _URN.finditer(text)}


def with_names(text: str, schools: Mapping[str, str]) -> str:
    """Write a sentence with the names of schools in the place of their numbers, and days and rules in words."""
    named = _URN.sub(lambda found: schools.get(found[1], found[0]), text)
    with_days = _DAY.sub(lambda found: day(date.fromisoformat(found[0])), named)
    return _RULE.sub(lambda found: PREFERENCES[found[0]].lower(), with_days)


def title_of(round_: Round) -> str:
    """Return what a round is called: a scenario by its name, all others by what they are and their day."""
    if round_.name is not None:
        return round_.name
    if round_.kind == "repair":
        return "Repair" if round_.proposes else "Preview of a repair"
    return "Round"


def differences_of(variant: Overrides | None, schools: Mapping[str, str], names: Mapping[UUID, str]) -> list[str]:
    """Say what differs in a scenario from the rules of its programme, a sentence for each difference."""
    if variant is None:
        return []
    hours = variant.hours_per_trainee_week
    yes_or_no = (
        (variant.leave_stale_offers_out, "Offers that were not confirmed of late {} left out.", ("are", "are not")),
        (variant.asks_training, "Mentors {} trained.", ("must be", "need not be")),
        (variant.same_school_again, "A trainee {} at the same school again.", ("may be", "is not")),
    )
    return [
        *(f"{PREFERENCES.get(rule, rule)} counts {weight}." for rule, weight in variant.weights.items()),
        *(
            f"Journeys {MODES.get(mode, mode)} take at most {counted_noun(most, 'minute')}."
            for mode, most in variant.travel_caps.items()
        ),
        *(f"Without {schools.get(urn, f'school {urn}')}." for urn in variant.schools_left_out),
        *(f"Without {names.get(mentor, 'a mentor')} as a mentor." for mentor in variant.mentors_left_out),
        *(f"An offer has {counted_noun(places, 'place')}." for places in variant.places.values()),
        *([] if hours is None else [f"A trainee takes {counted_noun(hours, 'hour')} a week of a mentor."]),
        *(sentence.format(words[0 if value else 1]) for value, sentence, words in yes_or_no if value is not None),
    ]
