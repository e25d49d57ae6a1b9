"""The rules of a programme for an assessment of a kind: who writes it, the scale, who signs in which order, by when.

Source: product.md S8, "Programmes as data"; statutory guidance on induction 2.45 to 2.70 for what an induction says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.sessions.domain.programmes import Programme
from shared.events.practices import AccountRole, AssessmentPlan, Form, Level, Step
from shared.events.words import AssessmentKind, Judgement, Side
from shared.kernel.decider import Invalid

PROGRESS: tuple[Level, ...] = (
    Level(id="on_track", text="On track", counts_as="on_track"),
    Level(id="needs_support", text="Needs support", counts_as="needs_support"),
    Level(id="not_on_track", text="Not on track", counts_as="not_on_track"),
)
"""The scale of programmes that were opened before a programme could have its own."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A role that signs, and who has it: whoever wrote the assessment, a side of the relationship, or an account."""

    role: str
    title: str
    writes: bool = False
    side: Side | None = None
    account: AccountRole | None = None


@dataclass(frozen=True, slots=True)
class AssessmentRules:
    """How a programme takes an assessment of a kind.

    `written_by` are the accounts of those who write it when they are assigned as tutors; who is assigned as an assessor
    writes it anyway. `mentor_writes` says that the programme lets a mentor of the trainee write it.
    """

    plan: AssessmentPlan
    title: str
    written_by: frozenset[AccountRole]
    mentor_writes: bool
    signers: tuple[Signer, ...]
    read_by: frozenset[AccountRole]
    read_by_sides: frozenset[Side]
    received_by: frozenset[AccountRole]
    form: Form | None = None

    def level(self, level_id: str, pointer: str) -> Level:
        """Return a level of the scale; raises `Invalid` for one that the programme does not have."""
        for level in self.plan.scale:
            if level.id == level_id:
                return level
        choices = ", ".join(level.id for level in self.plan.scale)
        raise Invalid(f"Choose one of: {choices}.", pointer=pointer)

    def counts_as(self, level_id: str) -> Judgement:
        """Return what a level counts as in reports."""
        return self.level(level_id, "/judgements").counts_as

    def next_signer(self, signed_by: Sequence[str]) -> Signer | None:
        """Return who signs next; None once all have signed."""
        return next((signer for signer in self.signers if signer.role not in signed_by), None)


@dataclass(frozen=True, slots=True)
class DueAssessment:
    """An assessment of a kind that is due on a day of a relationship."""

    kind: AssessmentKind
    title: str
    due_on: date


def rules_of(programme: Programme, kind: AssessmentKind) -> AssessmentRules:
    """Return the rules for assessments of a kind, or those of before where the programme says nothing of it."""
    for step in programme.practice.steps:
        if step.assesses is not None and step.assesses.kind == kind:
            return _rules(programme, step, step.assesses)
    return _rules_of_before(kind)


def must_assess(programme: Programme, kind: AssessmentKind) -> None:
    """Raise `Invalid` for a kind of assessment that a programme does not have."""
    if programme.assesses is None or kind in programme.assesses:
        return
    choices = ", ".join(programme.assesses)
    raise Invalid(
        f"In this programme choose one of: {choices}." if choices else "In this programme nobody is assessed.",
        pointer="/kind",
    )


def due_in(programme: Programme, starts_on: date, ends_on: date) -> list[DueAssessment]:
    """Return the assessments that a programme asks for in a relationship of these days, the earliest first."""
    due = []
    for step in programme.practice.steps:
        plan = step.assesses
        if plan is None:
            continue
        days = [starts_on + timedelta(weeks=weeks) for weeks in plan.due_after_weeks]
        days += [ends_on] * plan.due_at_end
        due += [DueAssessment(plan.kind, step.title, day) for day in days if day <= ends_on]
    return sorted(due, key=lambda each: (each.due_on, each.kind))


def _rules(programme: Programme, step: Step, plan: AssessmentPlan) -> AssessmentRules:
    titles = {role.id: role.title for role in programme.practice.roles}
    held_by = {role.id: role.held_by for role in programme.practice.roles}
    form = programme.form_of(step) if step.form is not None else None
    readers = (*step.by, *step.signed_by, *(form.read_by if form else ()))
    return AssessmentRules(
        plan=plan,
        title=step.title,
        written_by=programme.accounts_of(step.by),
        mentor_writes="mentor" in programme.sides_of(step.by),
        signers=tuple(
            Signer(role, titles[role], role in step.by, programme.side_of(role), held_by[role])
            for role in step.signed_by
        ),
        read_by=programme.accounts_of(readers),
        read_by_sides=frozenset(programme.sides_of(readers)),
        received_by=programme.accounts_of(plan.received_by),
        form=form,
    )


def _rules_of_before(kind: AssessmentKind) -> AssessmentRules:
    """The rules of a programme that was opened before templates said anything of assessments: the assessor signs."""
    return AssessmentRules(
        plan=AssessmentPlan(kind=kind, scale=PROGRESS, received_by=()),
        title="Assessment",
        written_by=frozenset({"tutor"}),
        mentor_writes=False,
        signers=(Signer("assessor", "Assessor", writes=True),),
        read_by=frozenset(),
        read_by_sides=frozenset({"trainee"}),
        received_by=frozenset({"partnership_lead"}),
    )
