"""Use case of wishes, vetoes and choices: what somebody says, or a lead passes on for them."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.people import kept_id
from services.matching.domain.known import (
    MENTEE,
    MENTOR,
    MERGE,
    PERSON,
    SCHOOL,
    TRAINEE,
    MenteeKnown,
    MentorKnown,
    TraineeKnown,
)
from services.matching.domain.wishes import WISHES, Kind, Role, Say, is_school
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def say(who: Principal, *, kind: Kind, person_id: UUID | None, names: tuple[str, ...], on: date) -> UseCase[JsonAnswer]:
    """Say all wishes, vetoes or choices of somebody, under the record that stands for theirs."""
    asked = policy.speaking_for(who, person_id)

    async def use_case(unit: Unit) -> JsonAnswer:
        person = await kept_id(unit, asked)
        role = await _role(unit, person)
        command = Say(
            person_id=person,
            role=role,
            kind=kind,
            names=names,
            by=who.subject,
            themselves=policy.is_themselves(who, asked),
            on=on,
        )
        events = await unit.decide(WISHES, person, command)
        for event in events:
            await _must_be_known(unit, role, event.names)
        return {"person_id": str(person), "names": [name.strip() for name in names]}

    return use_case


async def _role(unit: Unit, person_id: UUID) -> Role:
    (forgotten,) = await unit.load(PERSON, person_id)
    (trainee,) = await unit.load(TRAINEE, person_id)
    if forgotten is None and isinstance(trainee, TraineeKnown):
        return "trainee"
    if forgotten is None and await _is_colleague(unit, person_id):
        return "colleague"
    raise NotFound("Matching knows of no such trainee or mentor.")


async def _is_colleague(unit: Unit, person_id: UUID) -> bool:
    (mentor,) = await unit.load(MENTOR, person_id)
    (mentee,) = await unit.load(MENTEE, person_id)
    return isinstance(mentor, MentorKnown) or isinstance(mentee, MenteeKnown)


async def _must_be_known(unit: Unit, role: Role, names: tuple[str, ...]) -> None:
    """Raises `Invalid` for the first of the names that is nobody's whom somebody in this role can name."""
    people = [name for name in names if not is_school(name)]
    kept = {
        name: name if merged is None else str(merged.kept_id)
        for name, merged in zip(people, await unit.load(MERGE, *people), strict=True)
    }
    for at, name in enumerate(names):
        pointer = f"/names/{at}"
        if is_school(name):
            if (await unit.load(SCHOOL, name))[0] is None:
                raise Invalid("Matching knows of no such school.", pointer=pointer)
            continue
        person = UUID(kept[name])
        (trainee,) = await unit.load(TRAINEE, person)
        found = await _is_colleague(unit, person) or (role == "colleague" and isinstance(trainee, TraineeKnown))
        (forgotten,) = await unit.load(PERSON, person)
        if not found or forgotten is not None:
            whom = "mentor" if role == "trainee" else "trainee or colleague"
            raise Invalid(f"Matching knows of no such {whom}.", pointer=pointer)
