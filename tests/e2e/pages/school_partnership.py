"""A partnership of its own for a school's pages: one school, a trainee there, two proposals and what else waits."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from alongside.client import PlatformClient, import_file, wait_until
from alongside.demo import partnership
from alongside.demo.personas import LEAD, OPERATOR, TUTOR, Persona, trainee

TENANT = "wharfe-valley"
URN, OTHER_URN = "990001", "990002"
SCHOOL = "Kirkside High Academy"
LEAD_OF_SCHOOL = "Selma Brandt"
SCHOOL_LEAD = Persona(f"{uuid5(NAMESPACE_URL, 'urn:alongside:tests:school-lead')}", ("school_lead",), (URN,))
MENTORS = """\
staff_reference,given_name,family_name,email,trn,school_urn,subjects,phases,capacity_hours_per_week,role,trained_on
W-001,Ada,Quill,ada.quill@example.org,,990001,mathematics,secondary,1.5,volunteer,2025-09-18
W-002,Boris,Orr,boris.orr@example.org,,990001,mathematics,secondary,1.5,volunteer,2025-09-18
W-003,Cleo,Finch,cleo.finch@example.org,,990001,mathematics,secondary,3,volunteer,2025-09-18
W-004,Dora,Lund,dora.lund@example.org,,990002,mathematics,secondary,3,volunteer,2025-09-18
"""
TRAINEES = """\
provider_trainee_id,given_name,family_name,email,trn,subject,phase,training_route,course_starts_on,course_ends_on,\
home_easting,home_northing,travel_mode,travel_limit_minutes
W26-001,Iris,Vale,iris.vale@example.org,,mathematics,secondary,provider_led_postgrad,2026-09-01,2027-06-25,\
427000,436000,car,60
W26-002,Jonas,Kirk,jonas.kirk@example.org,,mathematics,secondary,provider_led_postgrad,2026-09-01,2027-06-25,\
427000,436000,car,60
W26-003,Leo,Marsh,leo.marsh@example.org,,mathematics,secondary,provider_led_postgrad,2026-09-01,2027-06-25,\
427000,436000,car,60
"""
PROPOSED_ON = "2026-12-16"


@dataclass(frozen=True)
class SchoolPartnership:
    """The partnership: a client of it, names by id, the placement that goes on, and the pairs that wait."""

    client: PlatformClient
    names: dict[str, str]
    placement: dict[str, Any]
    pairs: list[dict[str, Any]]


def open_school_partnership(client: PlatformClient) -> SchoolPartnership:
    """Open the partnership, and bring it to the day on which its school is asked for several things at once."""
    client.put(OPERATOR, "portal", "/api/partnership", {"name": "Wharfe Valley", "on": "2026-06-15"})
    role = {"role": "school_lead", "schools": [URN], "on": "2026-06-15", "why": "Leads training here."}
    body = {"name": LEAD_OF_SCHOOL, "email": "selma.brandt@example.org", "role": role}
    client.put(LEAD, "portal", f"/api/accounts/{SCHOOL_LEAD.subject}", body)
    files = {
        "schools": partnership.SCHOOLS.read_bytes(),
        "mentors": MENTORS.encode(),
        "trainees": TRAINEES.encode(),
    }
    for kind, content in files.items():
        assert not import_file(client, kind, content, date(2026, 6, 16))["errors"]
    people = [each for kind in ("trainee", "mentor") for each in client.get(LEAD, "referral", "/people", kind=kind)]
    names = {each["person_id"]: f"{each['given_name']} {each['family_name']}" for each in people}
    first, *others = sorted((each for each in people if each["kind"] == "trainee"), key=lambda each: each["reference"])
    placement = _place(client, first)
    pairs = _propose(client, others)
    return SchoolPartnership(client, names, placement, pairs)


def _place(client: PlatformClient, person: dict[str, Any]) -> dict[str, Any]:
    """Place a trainee for the autumn, who logs three days at the school."""
    programme_id = _open_programme(client, "Autumn", "2026-09-01", "2026-06-15")
    _offer(client, "mathematics", 1, ("2026-09-14", "2027-01-29"), "2026-06-16")
    _offer(client, "computing", 2, ("2027-01-11", "2027-03-25"), "2026-06-16")
    _refer(client, programme_id, person, "2026-06")
    (pair,) = _solve(client, programme_id, "2026-07-01", 1)
    for who in (LEAD, trainee(person["person_id"])):
        side = {"side": "mentor"} if who is LEAD else {}
        client.post(who, "matching", f"/pairs/{pair['pair_id']}/acceptance", {"on": "2026-07-03", **side})
    (relationship,) = wait_until(
        lambda: client.get(LEAD, "sessions", "/relationships"), lambda found: len(found) == 1, "The placement"
    )
    days = {"days": [{"on": "2026-12-14"}, {"on": "2026-12-15", "part": "morning"}, {"on": "2026-12-16"}]}
    path = f"/relationships/{relationship['relationship_id']}/days/log"
    client.post(trainee(person["person_id"]), "sessions", path, days)
    return dict(relationship)


def _propose(client: PlatformClient, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Propose two trainees for the spring."""
    programme_id = _open_programme(client, "Spring", "2027-01-01", "2026-11-02")
    _offer(client, "mathematics", 2, ("2027-01-11", "2027-03-25"), "2026-12-10")
    for person in people:
        _refer(client, programme_id, person, "2026-11")
    return _solve(client, programme_id, PROPOSED_ON, len(people))


def _open_programme(client: PlatformClient, title: str, starts_on: str, on: str) -> str:
    days = {"starts_on": starts_on, "ends_on": "2027-07-31", "on": on, "academic_year": "2026/27"}
    opened = client.post(LEAD, "referral", "/programmes", {"template": "ite-placement", "title": title, **days})
    return str(opened["programme_id"])


def _offer(client: PlatformClient, subject: str, places: int, days: tuple[str, str], on: str) -> None:
    about = {"school_urn": URN, "subject": subject, "phase": "secondary", "places": places, "on": on}
    client.post(SCHOOL_LEAD, "referral", "/offers", {**about, "starts_on": days[0], "ends_on": days[1]})


def _refer(client: PlatformClient, programme_id: str, person: dict[str, Any], month: str) -> None:
    about = {"programme_id": programme_id, "trainee_id": person["person_id"], "purpose": "induction"}
    made = client.post(
        TUTOR, "referral", "/referrals", {**about, "reasons": ["general_placement"], "on": f"{month}-22"}
    )
    path = f"/referrals/{made['referral_id']}"
    client.post(LEAD, "referral", f"{path}/countersignature", {"on": f"{month}-24"})
    client.post(LEAD, "referral", f"{path}/acceptance", {"on": f"{month}-25"})


def _solve(client: PlatformClient, programme_id: str, on: str, number: int) -> list[dict[str, Any]]:
    """Solve a round once matching knows everybody, and return the pairs that it proposes."""
    offers = len(client.get(LEAD, "referral", "/offers"))
    wait_until(
        lambda: client.get(LEAD, "matching", "/readiness", programme_id=programme_id),
        lambda ready: (ready["candidates"], ready["offers"], ready["mentors"]) == (number, offers, 4),
        "Everybody in matching",
    )
    solved = client.post(LEAD, "matching", "/rounds", {"programme_id": programme_id, "on": on})
    pairs: list[dict[str, Any]] = client.get(LEAD, "matching", f"/rounds/{solved['round_id']}")["pairs"]
    assert len(pairs) == number, pairs
    return pairs
