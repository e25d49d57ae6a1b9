"""How people work together in a programme: roles, steps, forms, the survey of views, and whom a mentee may turn to.

A partnership cannot change these of a programme that is open, so one event publishes them, once.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from shared.events.words import AssessmentKind, DayKind, ItemKind, Judgement, MentoringRole, ReviewDecision, SupportSide

FieldKind = Literal["text", "one_to_ten", "number", "date", "choice", "signature"]
StepKind = Literal["agreement", "survey", "observation", "hand_over", "reflection", "summary"]
"""The steps that the platform takes with the two itself; other steps have no kind."""
View = Literal["instrumental", "developmental"]
"""A view of mentoring: it is for getting teaching right, or for growing as a teacher."""
PromptStage = Literal["stimulate", "scaffold", "sustain"]
"""What a prompt is for: to open a conversation, to take it further, to keep it going."""
AccountRole = Literal["tutor", "school_lead", "partnership_lead"]
"""A role that accounts have, besides the roles of the mentor and the mentee."""


class PracticePart(BaseModel):
    """A part of what a programme says; what a reader does not know is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class PracticeRole(PracticePart):
    """A role of the programme, and who has it.

    `side` is the role's side of a relationship; on the mentor's side `mentoring_roles` are those that it is for, none
    for all that no other role is for. `held_by` are the accounts that stand for a role outside the relationship.
    """

    id: str
    title: str
    side: SupportSide | None = None
    mentoring_roles: tuple[MentoringRole, ...] = ()
    held_by: AccountRole | None = None


class FormField(PracticePart):
    """A field of a form; without `filled_by`, whoever takes the step fills it in together."""

    id: str
    text: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    filled_by: tuple[str, ...] = ()
    optional: bool = False


class Form(PracticePart):
    """A form, and the roles that read it."""

    id: str
    title: str
    read_by: tuple[str, ...]
    fields: tuple[FormField, ...]


class Level(PracticePart):
    """A level of the scale on which each standard is judged, and what it counts as in reports."""

    id: str
    text: str
    counts_as: Judgement


class DatedRule(PracticePart):
    """A rule of the rulebook by its id, and its route; its number is that of a day."""

    id: str
    route: str | None = None


class SupportPlanRules(PracticePart):
    """When an assessment asks for a support plan, who writes it, and with whom it is shared besides the trainee.

    It is asked for where a standard counts as one of `asked_for_at`, and due to be shared `due_within` working days
    after the submission.
    """

    asked_for_at: tuple[Judgement, ...] = ("not_on_track",)
    written_by: tuple[str, ...]
    shared_with: tuple[str, ...] = ()
    due_within: int = 10


class ModerationRules(PracticePart):
    """How a sample is drawn: so many per cent of all, and at least so many of each assessor."""

    share_percent: int
    of_each_assessor: int = 1


class AssessmentPlan(PracticePart):
    """How an assessment of a kind is written: the scale of each standard, its deadlines, and who receives it.

    A `formal` one is written by nobody who mentors the trainee. It is due `due_after_weeks` weeks after the first day
    of the relationship, once for each number, and on the last day where `due_at_end`. The others are numbers of working
    days: for the trainee's comment once it is shared, for submitting it once all have signed, for an appeal once it is
    submitted. `appeal_rule` is the dated rule that sets the last of them; without both there is no appeal.
    `received_by` are the roles that acknowledge it or return it, and decide appeals unless `appeals_decided_by` names
    others. Without `support_plan` no assessment of the kind asks for one. With `second_opinions` the trainee, and those
    who receive it, can ask for one. By `moderation` a lead draws a sample that others look at once more.
    With `nothing_unexpected` the assessor says why a concern comes up that was never raised before.
    """

    kind: AssessmentKind
    scale: tuple[Level, ...]
    formal: bool = True
    due_after_weeks: tuple[int, ...] = ()
    due_at_end: bool = False
    comment_within: int = 5
    submit_within: int = 10
    appeal_within: int | None = None
    appeal_rule: DatedRule | None = None
    appeals_decided_by: tuple[str, ...] = ()
    support_plan: SupportPlanRules | None = None
    second_opinions: bool = False
    moderation: ModerationRules | None = None
    nothing_unexpected: bool = False
    received_by: tuple[str, ...] = ()


class Step(PracticePart):
    """A step, by whom it is taken, and the roles that sign it, in this order.

    `owned_by` are the roles whose the record of an observation is; it belongs to both where it names none. A step that
    `assesses` is an assessment.
    """

    id: str
    title: str
    by: tuple[str, ...]
    form: str | None = None
    signed_by: tuple[str, ...] = ()
    owned_by: tuple[str, ...] = ()
    kind: StepKind | None = None
    assesses: AssessmentPlan | None = None


class Statement(PracticePart):
    """A statement about mentoring that expresses a view; `talk_about` is what two who differ on it should ask."""

    id: str
    text: str
    view: View
    talk_about: str


class Survey(PracticePart):
    """Statements that both answer by themselves, from 1 (not at all) to `scale` (fully).

    Two answers that are `differ_by` or more apart are something to talk about.
    """

    title: str
    statements: tuple[Statement, ...]
    scale: int = 5
    differ_by: int = 2


class SafeContact(PracticePart):
    """Whom a mentee may turn to instead of the mentor, and a sentence that says what happens then."""

    roles: tuple[str, ...]
    text: str


class Prompt(PracticePart):
    """A question that either of the two may take up in a meeting."""

    stage: PromptStage
    text: str


class DayRules(PracticePart):
    """The kinds of days at schools that count, and the roles that accept them besides the leads of the partnership."""

    kinds: tuple[DayKind, ...]
    accepted_by: tuple[str, ...] = ()


class Area(PracticePart):
    """An area of a curriculum, to which journal entries and feedback are tagged."""

    id: str
    text: str


class FeedbackRules(PracticePart):
    """The roles that give a mentee formative feedback in writing."""

    by: tuple[str, ...]


class Instrument(PracticePart):
    """A form by which a mentee's situation is measured at the beginning, again and again, and at the end.

    `by` are the roles that answer it: the mentee, and others who give another view. After the baseline it is repeated
    every `every_weeks` weeks; None asks for no repeat. It is answered a last time where `at_end`.
    """

    id: str
    title: str
    form: str
    by: tuple[str, ...]
    every_weeks: int | None = None
    at_end: bool = True


class Figure(PracticePart):
    """A figure that a school has of a mentee already, such as attendance, and brings in by file beside the measures."""

    id: str
    text: str


class SafeguardingRules(PracticePart):
    """The roles that may open the mentee's items of these kinds without a release, to keep somebody safe.

    They do so for `days_at_most` days at a time. The mentee is told at once; where `may_tell_later`, once it is over,
    if telling would put somebody at risk.
    """

    by: tuple[str, ...]
    opens: tuple[ItemKind, ...]
    days_at_most: int = 14
    may_tell_later: bool = False


class TargetRules(PracticePart):
    """How targets are set in a programme, with whom they are shared, and when somebody is told that one lies untouched.

    The two set at most `per_week` targets in a week. `form` is the form that a target may fill in; None offers the
    `SMART` one. `shared_with` are the roles with which either of the two may share a target. Its owner is told of a
    target that was untouched for `untouched_after` working days, the mentor after `mentor_after` more; None tells
    nobody.
    """

    per_week: int | None = None
    form: str | None = None
    shared_with: tuple[str, ...] = ()
    untouched_after: int | None = None
    mentor_after: int = 5


SMART = Form(
    id="smart",
    title="A target that is specific, measurable, achievable, relevant and has its time",
    read_by=(),
    fields=(
        FormField(id="specific", text="What exactly will be different", kind="text", optional=True),
        FormField(id="measurable", text="How we shall notice", kind="text", optional=True),
        FormField(id="achievable", text="What makes it possible", kind="text", optional=True),
        FormField(id="relevant", text="Why it matters now", kind="text", optional=True),
        FormField(id="timely", text="What is done by when on the way", kind="text", optional=True),
    ),
)
"""The form that a target may fill in where the programme has none of its own: offered, never asked for."""


class SchoolTerm(PracticePart):
    """A term of a school year, from a day of the year to another, each as month and day: `09-01`."""

    title: str
    starts: str
    ends: str


class AbsenceKind(PracticePart):
    """A kind of absence; an `exempt` one extends no induction."""

    id: str
    text: str
    exempt: bool = False


class FormalAssessment(PracticePart):
    """A kind of assessment that is due once so many terms are served."""

    kind: AssessmentKind
    after_terms: int


class InductionRules(PracticePart):
    """How an induction is counted: the dated rules of its length, of absences, and of the least first period.

    Each of the `terms` of a school year has a `review`, or a `formal` assessment once its terms are served, in this
    order; `interim` is for whoever leaves a school. `recorded_by` are the roles that record periods and absences.
    """

    length: DatedRule
    absence: DatedRule
    first_period: DatedRule | None = None
    terms: tuple[SchoolTerm, ...]
    absence_kinds: tuple[AbsenceKind, ...]
    review: AssessmentKind
    formal: tuple[FormalAssessment, ...]
    interim: AssessmentKind | None = None
    recorded_by: tuple[str, ...]


class ReviewRules(PracticePart):
    """How often relationships are reviewed, by which roles, and what can be decided.

    A relationship that is monitored is reviewed again after `monitor_weeks` weeks; None halves `every_weeks`. One that
    is closed goes on for `notice` working days, in which the decision can still be taken back.
    """

    every_weeks: int
    by: tuple[str, ...]
    decisions: tuple[ReviewDecision, ...]
    monitor_weeks: int | None = None
    notice: int = 5


class ConfidentialityRules(PracticePart):
    """The roles to whom an agreed summary goes, and the smallest number of people of whom a need is counted."""

    summary_to: tuple[str, ...] = ()
    smallest_group: int = 5


class Need(PracticePart):
    """A need that others may share; its code is all that leaves a pair."""

    code: str
    text: str


class NeedRules(PracticePart):
    """The needs that a pair can name in its summary, and the days of each year (`MM-DD`) up to which they are counted.

    What was signed since the last of these days is counted once, on the day after the next.
    """

    choices: tuple[Need, ...]
    counted_until: tuple[str, ...]


class CircleRules(PracticePart):
    """How many people a circle of mentors has at most, and what stands above every note of it."""

    largest: int
    reminder: str


class HelpKind(PracticePart):
    """A kind of help by others, inside the school or outside of it."""

    code: str
    text: str
    outside: bool = False


class ReferOnRules(PracticePart):
    """To whom a mentee can be referred on, and the roles that take part besides the two of the relationship.

    With the agreement `mentee` only the mentee agrees; with `recorded` others record that somebody has agreed, such as
    a pupil's parent.
    """

    choices: tuple[HelpKind, ...]
    agreement: Literal["mentee", "recorded"] = "mentee"
    by: tuple[str, ...] = ()


class SignRules(PracticePart):
    """From which number on something is an early sign that a conversation may help; None does not look for it.

    These are meetings missed in a row, meetings held in a row without an agenda by the mentee, meetings over which the
    mentee's pulse has fallen, and working days for which an open target lay untouched: those after which its owner,
    and then the mentor, was told (`targets`). The two are told first, and after `pass_on_after` working days, if they
    have not talked, the roles in `pass_on_to`.
    """

    missed_in_a_row: int | None = None
    no_agenda_by_mentee: int | None = None
    falling_pulse: int | None = None
    untouched_targets: int | None = None
    pass_on_after: int = 10
    pass_on_to: tuple[str, ...] = ()


class Practice(PracticePart):
    """How people work together in a programme; empty for a programme that was opened by an earlier version.

    Without `days` the programme counts none; without `induction` it is none; without `review` nobody reviews its
    relationships. On bank holidays the two meet only where it says so. `mentor_time_rule` is the id of the rulebook's
    rule for a mentor's time.
    `curriculum` are the areas of the provider's own curriculum and of the frameworks that the programme names. Without
    `feedback` nobody gives any in writing, and without `safeguarding` nobody opens what was not released to them.
    """

    roles: tuple[PracticeRole, ...] = ()
    steps: tuple[Step, ...] = ()
    forms: tuple[Form, ...] = ()
    survey: Survey | None = None
    safe_contact: SafeContact | None = None
    prompts: tuple[Prompt, ...] = ()
    days: DayRules | None = None
    targets: TargetRules = TargetRules()
    works_on_bank_holidays: bool = False
    mentor_time_rule: str | None = None
    curriculum: tuple[Area, ...] = ()
    feedback: FeedbackRules | None = None
    instruments: tuple[Instrument, ...] = ()
    safeguarding: SafeguardingRules | None = None
    figures: tuple[Figure, ...] = ()
    induction: InductionRules | None = None
    review: ReviewRules | None = None
    signs: SignRules | None = None
    confidentiality: ConfidentialityRules = ConfidentialityRules()
    needs: NeedRules | None = None
    refer_on: ReferOnRules | None = None
    circles: CircleRules | None = None

    @model_validator(mode="before")
    @classmethod
    def _tell_of_untouched_targets(cls, practice: Any) -> Any:
        """Let a programme of before that looks for untouched targets say with its targets after how many days."""
        if not isinstance(practice, Mapping):
            return practice
        signs, targets = (_fields_of(practice.get(part)) for part in ("signs", "targets"))
        if not (isinstance(signs, Mapping) and isinstance(targets, Mapping)):
            return practice
        days = signs.get("untouched_targets")
        if days is None or targets.get("untouched_after") is not None:
            return practice
        return {**practice, "targets": {**targets, "untouched_after": days}}


def _fields_of(part: Any) -> Any:
    """Return the fields of a part of a practice, which may have been read already."""
    return part.model_dump() if isinstance(part, BaseModel) else part or {}
