"""Use case of wishes, vetoes and choices: a person states them, or a lead passes them on."""

from uuid import UUID

from services.matching import policy
from services.matching.commands.identities import kept_id, kept_ids
from services.matching.commands.people import is_erased, is_trainee, refuse_erased, school_of
from services.matching.domain.schools import SCHOOL
from services.matching.domain.wishes import WISHES, Kind, Names, Role, StateNames, is_school
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class NamesStated(Answer):
    """The names that now hold for a person."""

    person_id: UUID
    names: tuple[str, ...]


def state_names(who: Principal, kind: Kind, body: Names) -> UseCase[NamesStated]:
    """State all wishes, vetoes or choices of a person, under the id of their kept record."""
    person_id = policy.person_to_speak_for(who, body.person_id)

    async def use_case(unit: Unit) -> NamesStated:
        person = await kept_id(unit, person_id)
        await refuse_erased(unit, person)
        role = await _role(unit, person)
        command = StateNames(
            person_id=person,
            role=role,
            kind=kind,
            names=body.names,
            by=who.subject,
            themselves=policy.is_themselves(who, person_id),
            on=body.on,
        )
        for event in await unit.decide(WISHES, person, command):
            await _refuse_unknown_names(unit, role, event.names)
        return NamesStated(person_id=person, names=tuple(name.strip() for name in body.names))

    return use_case


async def _role(unit: Unit, person_id: UUID) -> Role:
    if await is_trainee(unit, person_id):
        return "trainee"
    if await school_of(unit, person_id) is not None:
        return "colleague"
    raise NotFound("Matching knows of no such trainee or mentor.")


async def _refuse_unknown_names(unit: Unit, role: Role, names: tuple[str, ...]) -> None:
    """Raise `Invalid` for the first name of nobody, or of a person whom somebody in this role cannot name."""
    for at, name in enumerate(names):
        pointer = f"/names/{at}"
        if is_school(name):
            if (await unit.load(SCHOOL, name))[0] is None:
                raise Invalid("Matching knows of no such school.", pointer=pointer)
            continue
        (person,) = await kept_ids(unit, UUID(name))
        colleague = await school_of(unit, person) is not None
        if await is_erased(unit, person) or not (colleague or (role == "colleague" and await is_trainee(unit, person))):
            whom = "mentor" if role == "trainee" else "trainee or colleague"
            raise Invalid(f"Matching knows of no such {whom}.", pointer=pointer)
