"""Use case of wishes, vetoes and choices: a person states them, or a lead passes them on."""

from uuid import UUID

from services.matching import policy
from services.matching.commands.identities import current_principal, kept_id, kept_ids
from services.matching.commands.people import is_erased, is_trainee, refuse_erased, school_of
from services.matching.domain.schools import SCHOOL
from services.matching.domain.wishes import WISHES, Kind, Names, Role, StateNames
from shared.inputs.schools import is_urn
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

    async def use_case(unit: Unit) -> NamesStated:
        speaking = await current_principal(unit, who)
        named = None if body.person_id is None else await kept_id(unit, body.person_id)
        person = policy.person_to_speak_for(speaking, named)
        await refuse_erased(unit, person)
        role = await _role(unit, person)
        names = [await _kept_name(unit, name.strip()) for name in body.names]
        command = StateNames(
            person_id=person,
            role=role,
            kind=kind,
            names=names,
            by=who.subject,
            themselves=policy.is_themselves(speaking, person),
            on=body.on,
        )
        for event in await unit.decide(WISHES, person, command):
            await _refuse_unknown_names(unit, role, event.names)
        return NamesStated(person_id=person, names=tuple(names))

    return use_case


async def _kept_name(unit: Unit, name: str) -> str:
    """Return a name with the id of the kept record of the person whom it names; a school keeps its own."""
    try:
        return str(await kept_id(unit, UUID(name)))
    except ValueError:
        return name


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
        if is_urn(name):
            if (await unit.load(SCHOOL, name))[0] is None:
                raise Invalid("Matching knows of no such school.", pointer=pointer)
            continue
        (person,) = await kept_ids(unit, UUID(name))
        colleague = await school_of(unit, person) is not None
        if await is_erased(unit, person) or not (colleague or (role == "colleague" and await is_trainee(unit, person))):
            whom = "mentor" if role == "trainee" else "trainee or colleague"
            raise Invalid(f"Matching knows of no such {whom}.", pointer=pointer)
