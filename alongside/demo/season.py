"""A placement season of the demo partnership: from files with mistakes to a second placement that contrasts.

Schools change their minds, scenarios are compared, the round is solved and explained, both sides answer, a school drops
out two days before the start and is repaired with the fewest moves. Over HTTP, at the dates of the story.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.console import Console

from alongside.client import Services, until
from alongside.demo import partnership
from alongside.demo.personas import LEAD, school_lead
from alongside.demo.steps import (
    ACADEMIC_YEAR,
    FIRST_MONDAY,
    SECOND,
    Story,
    answering,
    import_one,
    import_partnership,
    in_full,
    known_to_matching,
    open_programme,
    people,
    refer,
    solve,
    told,
)

DROPS_OUT_ON = FIRST_MONDAY - timedelta(days=2)
WEIGHTS = {"Travel counts three times": {"travel": 3}, "Volunteers count for nothing": {"volunteers_first": 0}}

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Season:
    """What the season leads to: names by person's id, schools by URN, and what each step answered.

    `second` is the round of spring, `first` the autumn pair of each of its trainees.
    """

    names: Mapping[str, str]
    schools: Mapping[str, Answer]
    minds: Sequence[str]
    scenarios: Answer
    rounds: Sequence[Answer]
    departures: Sequence[Answer]
    preview: Answer
    repaired: Answer
    kept: int
    second: Answer
    first: Mapping[str, Answer]
    refused: Sequence[tuple[str, str]]


def walk(services: Services, console: Console) -> Season:
    """Walk the whole season; raises `Refused` or `Late` where a step does not go as it should."""
    with told(services, console) as story:
        autumn = open_programme(story, "Autumn placement", "2026-09-01", "2026-12-31", "2026-06-15")
        import_partnership(story)
        trainees = people(story, "trainee")
        people(story, "mentor")
        schools = {one["urn"]: one for one in services.get(LEAD, "referral", "/schools", limit=1000)}
        minds = _minds_changed(story, schools)
        refer(story, autumn, trainees, own="A referrer countersigns their own referral")
        known_to_matching(story, autumn, len(trainees))
        scenarios = _scenarios(story, autumn)
        rounds = _placed(story, autumn)
        departures, preview, repaired = _repaired(story, autumn)
        kept = _relationships_kept(story)
        first = {pair["trainee_id"]: pair for pair in _confirmed(story, autumn)}
        second = _second_placements(story, [one for one in trainees if one["person_id"] in first])
    return Season(
        names=story.names,
        schools=schools,
        minds=minds,
        scenarios=scenarios,
        rounds=rounds,
        departures=departures,
        preview=preview,
        repaired=repaired,
        kept=kept,
        second=second,
        first=first,
        refused=story.refused,
    )


def _minds_changed(story: Story, schools: Mapping[str, Answer]) -> list[str]:
    """One school takes a place back, another finds one more, a third confirms what it has said."""
    offers = story.services.get(LEAD, "referral", "/offers", limit=1000)
    by = {(one["school_urn"], one["subject"]): one for one in offers}
    said = []
    for urn, subject, more in (("990001", "mathematics", -1), ("990004", "history", 1)):
        offer = by[urn, subject]
        places = offer["places"] + more
        body = {name: offer[name] for name in ("school_urn", "subject", "phase", "starts_on", "ends_on")}
        story.services.post(
            school_lead(urn), "referral", "/offers", body | {"places": places, "on": f"{date(2026, 6, 20)}"}
        )
        said.append(f"{schools[urn]['name']} offers {places} instead of {offer['places']} places in {subject}.")
    urn, subject = "990009", "primary"
    where = f"/offers/{by[urn, subject]['offer_id']}/confirmation"
    story.services.post(school_lead(urn), "referral", where, {"on": "2026-06-21"})
    word = {"academic_year": ACADEMIC_YEAR, "appetite": "actively_looking", "on": "2026-06-21"}
    story.services.post(school_lead(urn), "referral", f"/schools/{urn}/appetite", word)
    return [*said, f"{schools[urn]['name']} confirms its places and looks for more trainees."]


def _scenarios(story: Story, programme_id: str) -> Answer:
    """The round as the rules stand beside two others; nothing is proposed by any of them."""
    variants: dict[str, dict[str, Any]] = {"As the rules stand": {}}
    variants |= {name: {"weights": weights} for name, weights in WEIGHTS.items()}
    ids: list[str] = []

    def try_out(name: str) -> None:
        body = {"programme_id": programme_id, "on": "2026-06-30", "name": name, "variant": variants[name]}
        ids.append(story.services.post(LEAD, "matching", "/scenarios", body)["round_id"])

    story.each("Trying scenarios out", list(variants), try_out)
    found: Answer = story.services.get(LEAD, "matching", "/scenarios/comparison", ids=",".join(ids))
    return found


def _placed(story: Story, programme_id: str) -> list[Answer]:
    """A round, everybody's answers, one of them a no, and a second round for who is left."""
    first = solve(story, programme_id, "2026-07-01")
    pairs = first["pairs"]
    story.each("Asking both sides of each pair", pairs, answering(story, "2026-07-03", pairs[0]["pair_id"]))
    second = solve(story, programme_id, "2026-07-06")
    story.each("Asking again after a refusal", second["pairs"], answering(story, "2026-07-08"))
    return [first, second]


def _repaired(story: Story, programme_id: str) -> tuple[Sequence[Answer], Answer, Answer]:
    """What every school's leaving would break, first that of the one that leaves; who would move; the repair itself."""
    on = f"{DROPS_OUT_ON}"
    found = story.services.get(LEAD, "matching", "/departures", programme_id=programme_id, on=on)["departures"]
    leaves = max(found, key=lambda one: (one["broken"], one["school_urn"]))["school_urn"]
    body = {"programme_id": programme_id, "on": on, "leaving": {"school_urn": leaves}}
    preview = story.services.post(LEAD, "matching", "/repairs", body | {"preview": True})
    done = story.services.post(LEAD, "matching", "/repairs", body)
    repaired = in_full(story, done["round_id"])
    story.each("Asking those who move", repaired["pairs"], answering(story, f"{FIRST_MONDAY - timedelta(days=1)}"))
    story.confirmed -= {one["pair_id"] for one in repaired["withdrawn"]}
    return sorted(found, key=lambda one: one["school_urn"] != leaves), preview, repaired


def _relationships_kept(story: Story) -> int:
    """How many relationships go on, once sessions has heard of the repair: those of confirmed pairs and no others."""

    def going_on() -> set[str]:
        found = story.services.get(LEAD, "sessions", "/relationships", limit=1000)
        return {one["relationship_id"] for one in found if one["ended_because"] is None}

    return len(until(going_on, lambda found: found == story.confirmed, "What sessions makes of the repair"))


def _confirmed(story: Story, programme_id: str) -> list[Answer]:
    found = until(
        lambda: story.services.get(LEAD, "matching", "/pairs", status="confirmed", limit=1000),
        lambda pairs: story.confirmed <= {pair["pair_id"] for pair in pairs},
        "The confirmed pairs",
    )
    return [pair for pair in found if pair["programme_id"] == programme_id]


def _second_placements(story: Story, placed: Sequence[dict[str, Any]]) -> Answer:
    """Spring: the same schools offer again, and whoever has a first placement is to have another kind of school."""
    spring = open_programme(story, "Spring placement", "2027-01-01", "2027-04-30", "2026-11-02")
    story.each(
        "Importing the offers of spring",
        [partnership.OFFERS_SPRING],
        lambda file: import_one(story, "offers", file, date(2026, 11, 3)),
    )
    refer(story, spring, placed, why=SECOND, month="2026-11")
    known_to_matching(story, spring, len(placed))
    found = solve(story, spring, "2026-12-01")
    story.each("Asking both sides of each pair", found["pairs"], answering(story, "2026-12-03"))
    return found
