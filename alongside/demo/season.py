"""Run the demo partnership through a placement season, from files with mistakes to a contrasting second placement.

Schools change their offers, scenarios are compared, a round is solved and explained, and both sides answer. Two days
before the start a school drops out, and the round is repaired with the fewest changes. Everything goes over HTTP, with
fixed dates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.console import Console

from alongside.client import PlatformClient, wait_until
from alongside.demo import partnership
from alongside.demo.accounts import open_partnership
from alongside.demo.personas import LEAD, school_lead
from alongside.demo.steps import (
    ACADEMIC_YEAR,
    FIRST_MONDAY,
    SECOND_PLACEMENT,
    DemoRun,
    answer_pairs,
    demo_run,
    get_round,
    import_partnership,
    import_without_errors,
    list_people,
    open_programme,
    refer,
    solve_round,
    wait_for_matching,
)
from shared.wording import counted_noun

DROPS_OUT_ON = FIRST_MONDAY - timedelta(days=2)
WEIGHTS = {"Travel counts three times": {"travel": 3}, "Volunteers count for nothing": {"volunteers_first": 0}}

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class SeasonResult:
    """Result of the run: names by person's id, schools by URN, and the answer of each step.

    `offers_changed` are sentences. `departures` begins with the school that drops out. `open_relationships` counts
    the mentoring relationships after the repair. `spring` is the spring round, `autumn_pairs` are by trainee.
    """

    names: Mapping[str, str]
    schools: Mapping[str, Answer]
    offers_changed: Sequence[str]
    scenarios: Answer
    rounds: Sequence[Answer]
    departures: Sequence[Answer]
    preview: Answer
    repair: Answer
    open_relationships: int
    spring: Answer
    autumn_pairs: Mapping[str, Answer]
    refused: Sequence[tuple[str, str]]


def run_season(client: PlatformClient, console: Console) -> SeasonResult:
    """Run every step; raises `Refused` or `TimedOut` if one fails."""
    with demo_run(client, console) as run:
        open_partnership(client)
        autumn = open_programme(run, "Autumn placement", "2026-09-01", "2026-12-31", "2026-06-15")
        import_partnership(run)
        trainees = list_people(run, "trainee")
        list_people(run, "mentor")
        schools = {school["urn"]: school for school in client.get(LEAD, "referral", "/schools", limit=1000)}
        offers_changed = _change_offers(run, schools)
        refer(run, autumn, trainees, try_own_countersignature=True)
        wait_for_matching(run, autumn, len(trainees))
        scenarios = _compare_scenarios(run, autumn)
        rounds = _place_trainees(run, autumn)
        departures, preview, repair = _repair(run, autumn)
        open_relationships = _count_open_relationships(run)
        autumn_pairs = {pair["trainee_id"]: pair for pair in _confirmed_pairs(run, autumn)}
        spring = _place_again(run, [trainee for trainee in trainees if trainee["person_id"] in autumn_pairs])
    return SeasonResult(
        names=run.names,
        schools=schools,
        offers_changed=offers_changed,
        scenarios=scenarios,
        rounds=rounds,
        departures=departures,
        preview=preview,
        repair=repair,
        open_relationships=open_relationships,
        spring=spring,
        autumn_pairs=autumn_pairs,
        refused=run.refused,
    )


def _change_offers(run: DemoRun, schools: Mapping[str, Answer]) -> list[str]:
    """One school offers a place less, another one more, a third confirms its offer; returns a sentence for each."""
    offers = run.client.get(LEAD, "referral", "/offers", limit=1000)
    by = {(offer["school_urn"], offer["subject"]): offer for offer in offers}
    sentences = []
    for urn, subject, more in (("990001", "mathematics", -1), ("990004", "history", 1)):
        offer = by[urn, subject]
        places = offer["places"] + more
        body = {name: offer[name] for name in ("school_urn", "subject", "phase", "starts_on", "ends_on")}
        run.client.post(
            school_lead(urn), "referral", "/offers", body | {"places": places, "on": f"{date(2026, 6, 20)}"}
        )
        sentences.append(
            f"{schools[urn]['name']} offers {places} instead of {counted_noun(offer['places'], 'place')} in {subject}."
        )
    urn, subject = "990009", "primary"
    path = f"/offers/{by[urn, subject]['offer_id']}/confirmation"
    run.client.post(school_lead(urn), "referral", path, {"on": "2026-06-21"})
    appetite = {"academic_year": ACADEMIC_YEAR, "appetite": "actively_looking", "on": "2026-06-21"}
    run.client.post(school_lead(urn), "referral", f"/schools/{urn}/appetite", appetite)
    return [*sentences, f"{schools[urn]['name']} confirms its places and looks for more trainees."]


def _compare_scenarios(run: DemoRun, programme_id: str) -> Answer:
    """Solve the round with the programme's own weights and with two others, and compare them; nothing is proposed."""
    variants: dict[str, dict[str, Any]] = {"The programme's own weights": {}}
    variants |= {name: {"weights": weights} for name, weights in WEIGHTS.items()}
    ids: list[str] = []

    def solve_scenario(name: str) -> None:
        body = {"programme_id": programme_id, "on": "2026-06-30", "name": name, "variant": variants[name]}
        ids.append(run.client.post(LEAD, "matching", "/scenarios", body)["round_id"])

    run.for_each("Solving scenarios", list(variants), solve_scenario)
    found: Answer = run.client.get(LEAD, "matching", "/scenarios/comparison", ids=",".join(ids))
    return found


def _place_trainees(run: DemoRun, programme_id: str) -> list[Answer]:
    """Solve a round, answer for everybody with one refusal, and solve a second round for the trainees left."""
    first = solve_round(run, programme_id, "2026-07-01")
    pairs = first["pairs"]
    run.for_each("Asking both sides of each pair", pairs, answer_pairs(run, "2026-07-03", pairs[0]["pair_id"]))
    second = solve_round(run, programme_id, "2026-07-06")
    run.for_each("Asking again after a refusal", second["pairs"], answer_pairs(run, "2026-07-08"))
    return [first, second]


def _repair(run: DemoRun, programme_id: str) -> tuple[Sequence[Answer], Answer, Answer]:
    """Let the school leave whose departure breaks most pairs: all departures, the preview of the repair, the repair."""
    on = f"{DROPS_OUT_ON}"
    found = run.client.get(LEAD, "matching", "/departures", programme_id=programme_id, on=on)["departures"]
    leaving = max(found, key=lambda departure: (departure["broken"], departure["school_urn"]))["school_urn"]
    body = {"programme_id": programme_id, "on": on, "leaving": {"school_urn": leaving}}
    preview = run.client.post(LEAD, "matching", "/repairs", body | {"preview": True})
    done = run.client.post(LEAD, "matching", "/repairs", body)
    repair = get_round(run, done["round_id"])
    run.for_each("Asking those who move", repair["pairs"], answer_pairs(run, f"{FIRST_MONDAY - timedelta(days=1)}"))
    run.confirmed -= {pair["pair_id"] for pair in repair["withdrawn"]}
    return sorted(found, key=lambda departure: departure["school_urn"] != leaving), preview, repair


def _count_open_relationships(run: DemoRun) -> int:
    """Wait until the open relationships are those of the confirmed pairs, and count them."""

    def read_open() -> set[str]:
        found = run.client.get(LEAD, "sessions", "/relationships", limit=1000)
        return {relationship["relationship_id"] for relationship in found if relationship["ended_because"] is None}

    return len(wait_until(read_open, lambda found: found == run.confirmed, "The repair in sessions"))


def _confirmed_pairs(run: DemoRun, programme_id: str) -> list[Answer]:
    found = wait_until(
        lambda: run.client.get(LEAD, "matching", "/pairs", status="confirmed", limit=1000),
        lambda pairs: run.confirmed <= {pair["pair_id"] for pair in pairs},
        "The confirmed pairs",
    )
    return [pair for pair in found if pair["programme_id"] == programme_id]


def _place_again(run: DemoRun, trainees: Sequence[dict[str, Any]]) -> Answer:
    """Place the trainees again in spring: the same schools offer places, and each trainee needs a contrasting one."""
    spring = open_programme(run, "Spring placement", "2027-01-01", "2027-04-30", "2026-11-02")
    run.for_each(
        "Importing the offers of spring",
        [partnership.OFFERS_SPRING],
        lambda file: import_without_errors(run, "offers", file, date(2026, 11, 3)),
    )
    refer(run, spring, trainees, why=SECOND_PLACEMENT, month="2026-11")
    wait_for_matching(run, spring, len(trainees))
    found = solve_round(run, spring, "2026-12-01")
    run.for_each("Asking both sides of each pair", found["pairs"], answer_pairs(run, "2026-12-03"))
    return found
