"""The names by which a command takes somebody to act as."""

from collections.abc import Callable

from alongside.demo import personas
from alongside.demo.personas import Persona
from alongside.operations.services import Unknown

PERSONAS = (
    "lead, tutor, tutor:NAME (another tutor), operator, events-reader, school-lead:URN, mentor:REFERENCE, "
    "trainee:REFERENCE or mentee:REFERENCE"
)
"""The names, as a command's help shows them."""


def find_persona(name: str, find_person: Callable[[str, str], str]) -> Persona:
    """Return somebody by their name; raises `Unknown`.

    `find_person` returns the id of a person by the kind and the reference of their record.
    """
    kind, _, which = name.partition(":")
    match kind, which:
        case "lead", "":
            return personas.LEAD
        case "tutor", "":
            return personas.TUTOR
        case "tutor", name if name:
            return personas.tutor(name)
        case "operator", "":
            return personas.OPERATOR
        case "events-reader", "":
            return personas.EVENTS_READER
        case "school-lead", urn if urn:
            if len(urn) != 6 or not (urn.isascii() and urn.isdigit()):
                raise Unknown("A URN has 6 digits, for example --as school-lead:990001.")
            return personas.school_lead(urn)
        case (("mentor" | "trainee" | "mentee"), reference) if reference:
            person_id = find_person(kind, reference)
            return personas.mentor(person_id) if kind == "mentor" else personas.trainee(person_id)
        case _:
            raise Unknown(f"Name {PERSONAS}, for example --as mentor:M-001.")
