"""Who may sign in to the demo partnership besides its mentors and trainees, and under which name."""

from alongside.client import PlatformClient
from alongside.demo.personas import LEAD, OPERATOR, TUTOR, Persona, school_lead

OPENED_ON = "2026-06-15"
NAME = "Aire Valley teacher training"
STAFF = ((LEAD, "Ruth Hargreaves"), (TUTOR, "Tomasz Wilk"))
SCHOOL_LEADS = {
    "990001": "Nadia Rahman",
    "990002": "Gareth Lloyd",
    "990003": "Miriam Stone",
    "990004": "Owen Tate",
    "990005": "Leila Haddad",
    "990006": "Brigid Nolan",
    "990007": "Samuel Okoye",
    "990008": "Joan Whitaker",
    "990009": "Pierre Lambert",
    "990010": "Hester Quayle",
    "990011": "Ravi Menon",
    "990012": "Dilys Morgan",
}
"""The ITT coordinator of each school that hosts."""


def open_partnership(client: PlatformClient) -> None:
    """Open the partnership as an operator does, with its lead, who then invites everybody else."""
    client.put(OPERATOR, "portal", "/api/partnership", {"name": NAME, "on": OPENED_ON})
    (lead, name), *others = STAFF
    _invite(client, OPERATOR, lead, name)
    for who, name in (*others, *((school_lead(urn), name) for urn, name in SCHOOL_LEADS.items())):
        _invite(client, LEAD, who, name)


def _invite(client: PlatformClient, by: Persona, who: Persona, name: str) -> None:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    role = {"role": who.roles[0], "schools": who.schools, "on": OPENED_ON, "why": "Works in the partnership."}
    client.put(by, "portal", f"/api/accounts/{who.subject}", {"name": name, "email": email, "role": role})
