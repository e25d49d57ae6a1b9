"""The rules of a programme for an assessment of a kind: who writes it, the scale, who signs in which order, by when.

Source: product.md S8, "Programmes as data"; statutory guidance on induction 2.45 to 2.70 for what an induction says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.sessions.domain.induction_rules import DueInInduction
from services.sessions.domain.programmes import Programme
from shared.calendar import working_days_after
from shared.events.practices import AccountRole, AssessmentPlan, Form, Level, Step
from shared.events.words import AssessmentKind, Judgement, Side, Standard
from shared.kernel.decider import Invalid
from shared.rulebook import rule

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
class RolesOfProgramme:
    """Roles of a programme, as accounts and sides of the relationship."""

    accounts: frozenset[AccountRole] = frozenset()
    sides: frozenset[Side] = frozenset()

    def has(self, side: Side | None, accounts: frozenset[AccountRole]) -> bool:
        """Whether somebody on this side of the relationship, or with these accounts for it, has one of the roles."""
        return side in self.sides or not accounts.isdisjoint(self.accounts)


NO_ROLES = RolesOfProgramme()


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
    appeals_decided_by: frozenset[AccountRole] = frozenset()
    plan_written_by: RolesOfProgramme = NO_ROLES
    plan_shared_with: RolesOfProgramme = NO_ROLES

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

    def appeal_until(self, submitted_on: date) -> date | None:
        """Return the last day for an appeal against what was submitted on a day; None where there is no appeal.

        A rule that the programme names is that of the day of the submission.
        """
        within = self.plan.appeal_within
        if self.plan.appeal_rule is not None:
            dated = rule(self.plan.appeal_rule.id, submitted_on, route=self.plan.appeal_rule.route)
            within = within if dated is None else int(dated.quantity)
        return None if within is None else working_days_after(submitted_on, within)

    def submit_by(self, signed_on: date) -> date:
        """Return by which day it is submitted, once all have signed."""
        return working_days_after(signed_on, self.plan.submit_within)

    def asks_for_plan(self, levels: Mapping[Standard, str]) -> bool:
        """Whether an assessment with these levels asks for a support plan."""
        support = self.plan.support_plan
        return support is not None and any(self.counts_as(level) in support.asked_for_at for level in levels.values())

    def plan_due_on(self, submitted_on: date) -> date | None:
        """Return by which day the support plan is shared for which an assessment asks."""
        support = self.plan.support_plan
        return None if support is None else working_days_after(submitted_on, support.due_within)

    def judge(self, levels: Mapping[Standard, str]) -> Mapping[Standard, Judgement]:
        """Return what the levels of standards count as."""
        return {standard: self.counts_as(level) for standard, level in levels.items()}

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


def due_in(
    programme: Programme, starts_on: date, ends_on: date, in_terms: Sequence[DueInInduction] | None = None
) -> list[DueAssessment]:
    """Return the assessments that a programme asks for in a relationship of these days, the earliest first.

    Once an induction has begun, its reviews and assessments are due in its terms (`in_terms`), whatever the days of the
    relationship say.
    """
    due = []
    for step in programme.practice.steps:
        plan = step.assesses
        if plan is None:
            continue
        days = [starts_on + timedelta(weeks=weeks) for weeks in plan.due_after_weeks]
        days += [ends_on] * plan.due_at_end
        days = [day for day in days if day <= ends_on]
        if in_terms is not None and _is_of_induction(programme, plan.kind):
            days = [each.due_on for each in in_terms if each.kind == plan.kind]
        due += [DueAssessment(plan.kind, step.title, day) for day in days]
    return sorted(due, key=lambda each: (each.due_on, each.kind))


def expected_number(programme: Programme, kind: AssessmentKind, starts_on: date, ends_on: date) -> int | None:
    """Return how many assessments of a kind a programme expects in a relationship of these days; None: any number.

    A kind that is due on no day is expected once: somebody needs it at some time. The reviews of an induction are due
    in each of its terms, and nobody knows beforehand how many these are. A programme of before says nothing of kinds.
    """
    induction = programme.practice.induction
    if programme.assesses is None or (induction is not None and kind == induction.review):
        return None
    return max(1, sum(due.kind == kind for due in due_in(programme, starts_on, ends_on)))


def _is_of_induction(programme: Programme, kind: AssessmentKind) -> bool:
    rules = programme.practice.induction
    return rules is not None and kind in (rules.review, rules.interim, *(each.kind for each in rules.formal))


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
        appeals_decided_by=programme.accounts_of(plan.appeals_decided_by or plan.received_by),
        plan_written_by=_roles_of(programme, plan.support_plan.written_by if plan.support_plan else ()),
        plan_shared_with=_roles_of(programme, plan.support_plan.shared_with if plan.support_plan else ()),
    )


def _roles_of(programme: Programme, role_ids: Sequence[str]) -> RolesOfProgramme:
    return RolesOfProgramme(programme.accounts_of(role_ids), frozenset(programme.sides_of(role_ids)))


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
