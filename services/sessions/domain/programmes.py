"""Programmes as sessions knows them: the roles, steps and forms by which two people work together.

Source: product.md, "Programmes as data". A programme's practice does not change once it is open, so a relationship
finds it by the programme's id; settings that a partnership can change are in the relationship's terms instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.practices import SMART, AccountRole, Form, FormField, Practice, Step, StepKind
from shared.events.words import AssessmentKind, MentoringRole, Side
from shared.kernel.decider import Command, Decider, DomainError, Event, Value, build_from


class ProgrammeDetails(Value):
    """A programme's title, how people work together in it, and the kinds of assessment.

    `assesses` is None for a programme of an earlier version, whose steps do not say how somebody is assessed.
    """

    programme_id: UUID
    title: str
    practice: Practice
    assesses: tuple[AssessmentKind, ...] | None = None


class ProgrammeKnown(ProgrammeDetails, Event):
    """Referral published a programme."""

    type: ClassVar[str] = "sessions.programme_known"


class LearnProgramme(ProgrammeDetails, Command):
    """Remember a programme."""

    on: date


class ProgrammeNotKnown(DomainError):
    """The event of referral that opens the programme has not arrived yet."""

    status = 503


@dataclass(frozen=True, slots=True)
class SafeAccounts:
    """The accounts that a mentee may turn to instead of the mentor, and what happens then."""

    accounts: frozenset[AccountRole] = frozenset()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme: its title and practice, and what its roles mean in a relationship."""

    title: str
    practice: Practice
    assesses: tuple[AssessmentKind, ...] | None = None

    def step(self, kind: StepKind) -> Step | None:
        """Return the step of a kind; None where the programme has none."""
        return next((step for step in self.practice.steps if step.kind == kind), None)

    def form_of(self, step: Step) -> Form:
        """Return the form of a step that has one."""
        return next(form for form in self.practice.forms if form.id == step.form)

    def target_form(self) -> Form:
        """Return the form that a target may fill in: the programme's own, or the one that is offered without one."""
        return next((form for form in self.practice.forms if form.id == self.practice.targets.form), SMART)

    def side_of(self, role_id: str) -> Side | None:
        """Return the side of a relationship that a role stands for; None for a role outside of it."""
        side = next((role.side for role in self.practice.roles if role.id == role_id), None)
        return "trainee" if side == "mentee" else side

    def sides_of(self, role_ids: Sequence[str]) -> tuple[Side, ...]:
        """Return the sides that roles stand for, each once, in the order of the roles."""
        sides = (self.side_of(role_id) for role_id in role_ids)
        return tuple(dict.fromkeys(side for side in sides if side is not None))

    def accounts_of(self, role_ids: Sequence[str]) -> frozenset[AccountRole]:
        """Return the accounts that stand for those of these roles that are outside of a relationship."""
        return frozenset(
            role.held_by for role in self.practice.roles if role.id in role_ids and role.held_by is not None
        )

    def safe_accounts(self) -> SafeAccounts:
        """Return the accounts that a mentee may turn to, and what the programme says of it."""
        safe = self.practice.safe_contact
        return SafeAccounts(self.accounts_of(safe.roles), safe.text) if safe else SafeAccounts()

    def fillers(self, step: Step, field: FormField) -> frozenset[Side]:
        """Return the sides that fill in a field of the step's form."""
        return frozenset(self.sides_of(field.filled_by or step.by))

    def mentors_role(self, mentoring_role: MentoringRole) -> str | None:
        """Return the id of the role that a mentor has in a relationship of this kind."""
        on_side = [role for role in self.practice.roles if role.side == "mentor"]
        named = [role.id for role in on_side if mentoring_role in role.mentoring_roles]
        others = [role.id for role in on_side if not role.mentoring_roles]
        return next(iter((*named, *others)), None)

    def mentors_title(self, mentoring_role: MentoringRole) -> str:
        """Return what the programme calls a mentor in a relationship of this kind."""
        role_id = self.mentors_role(mentoring_role)
        return next((role.title for role in self.practice.roles if role.id == role_id), "Mentor")


def require_known(programme: Programme | None) -> Programme:
    """Return a programme that is known; raises `ProgrammeNotKnown`, which asks to try again."""
    if programme is None:
        raise ProgrammeNotKnown("The forms of this programme have not arrived here yet; try again in a minute.")
    return programme


def decide(command: LearnProgramme, programme: Programme | None, now: datetime) -> Sequence[ProgrammeKnown]:
    """Remember the programme. Idempotent: nothing new emits no event."""
    del now
    if programme == Programme(command.title, command.practice, command.assesses):
        return []
    return [build_from(ProgrammeKnown, command, happened_on=command.on)]


def evolve(programme: Programme | None, event: ProgrammeKnown) -> Programme:
    """Return the programme as referral last published it."""
    del programme
    return Programme(event.title, event.practice, event.assesses)


PROGRAMME: Decider[Programme | None, LearnProgramme, ProgrammeKnown] = Decider(
    "programme", lambda: None, decide, evolve, (ProgrammeKnown,)
)
