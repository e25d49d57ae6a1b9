"""The template of a programme: a kind of mentoring, described by settings instead of code.

Source: product.md, "Programmes as data"; Berry (purposes beyond initial training), George (criteria, countersignature,
parental consent, termly review). A setting that an older template did not have is read with its default here.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core.core_schema import CoreSchema, with_info_before_validator_function

from services.referral.domain.frameworks import AREAS, Framework
from services.referral.domain.people import Kind
from shared.events.practices import AccountRole, FieldKind, PromptStage, StepKind, View
from shared.events.words import (
    AssessmentKind,
    DayKind,
    Facet,
    ItemKind,
    Judgement,
    MentoringRole,
    Purpose,
    RelationKind,
    ReviewDecision,
    RoleKind,
    SupportSide,
)
from shared.inputs.numbers import (
    Days,
    Measure,
    Meetings,
    People,
    SomeHoursAWeek,
    Targets,
    TravelMinutes,
    Weeks,
    Weight,
    Whole,
    WorkingDays,
    Yes,
)
from shared.rulebook import rules

Pairing = Literal["hosted", "in_school", "chosen"]
"""How pairs come about: placed by offers of schools, within one school, or by each other's choice."""
Consent = Literal["parent", "mentee"]
MEASURES: tuple[FieldKind, ...] = ("one_to_ten", "number", "choice")
"""The kinds of fields that measure something."""
SENT = "sent"
"""The context in which `Template` is validated where a setting is new: it is then held to the form of what is sent."""
_CODE = r"^[a-z][a-z0-9_]*$"


@dataclass(frozen=True, slots=True)
class Sent:
    """Holds a new setting to a type of `shared.inputs`; those that are stored stay readable, whatever they are."""

    hint: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        adapter = TypeAdapter(self.hint)

        def check(value: Any, info: ValidationInfo) -> Any:
            if info.context == SENT:
                try:
                    adapter.validate_python(value)
                except ValidationError as error:
                    raise ValueError(error.errors(include_url=False)[0]["msg"]) from None
            return value

        return with_info_before_validator_function(check, handler(source))


class StrictModel(BaseModel):
    """A part of a template; unknown settings are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


_Yes = Annotated[bool, Sent(Yes)]
_Weight = Annotated[NonNegativeInt, Sent(Weight)]
_Cap = Annotated[PositiveInt, Sent(TravelMinutes)]


class Criterion(StrictModel):
    """A reason for which somebody may be referred, and the facets of mentoring that it asks for."""

    code: str = Field(pattern=_CODE)
    text: str
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    facets: tuple[Facet, ...] = ()


class Role(StrictModel):
    """A role in the programme, and which of a partnership's people can have it.

    `side` is the role's side of a mentoring relationship. On the mentor's side `mentoring_roles` are those that it is
    for; none stands for all that no other role is for. `held_by` are the accounts that stand for a role outside the
    relationship.
    """

    id: str = Field(pattern=_CODE)
    title: str
    kinds: tuple[RoleKind, ...] = ()
    side: SupportSide | None = None
    mentoring_roles: tuple[MentoringRole, ...] = ()
    held_by: AccountRole | None = None


class FormField(StrictModel):
    """A field of a form, and the roles that fill it in: those that take the step, where it names none.

    What a role fills in alone is its own. A form is not signed while a field that is not `optional` is empty.
    """

    id: str = Field(pattern=_CODE)
    text: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    filled_by: tuple[str, ...] = ()
    optional: _Yes = False

    @model_validator(mode="after")
    def _has_choices_if_it_is_one(self) -> "FormField":
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("a choice, and nothing else, has choices")
        return self


class Form(StrictModel):
    """A form to fill in at a step, and the roles that read it."""

    id: str = Field(pattern=_CODE)
    title: str
    read_by: tuple[str, ...] = Field(min_length=1)
    fields: tuple[FormField, ...] = Field(min_length=1)


class Level(StrictModel):
    """A level of the scale on which each standard is judged, and what it counts as in reports."""

    id: str = Field(pattern=_CODE)
    text: str
    counts_as: Judgement


class DatedRule(StrictModel):
    """A rule of the rulebook by its id, and the route for which it holds."""

    id: str = Field(pattern=_CODE)
    route: str | None = None

    @model_validator(mode="after")
    def _is_in_the_rulebook(self) -> "DatedRule":
        if not any(each.id == self.id and each.route in (None, self.route) for each in rules()):
            raise ValueError(f"the rulebook has no rule {self.id} for this route")
        return self


class SupportPlanRules(StrictModel):
    """When an assessment asks for a support plan, who writes it, with whom it is shared, and by when."""

    asked_for_at: tuple[Judgement, ...] = Field(("not_on_track",), min_length=1)
    written_by: tuple[str, ...] = Field(min_length=1)
    shared_with: tuple[str, ...] = ()
    due_within: Annotated[PositiveInt, Sent(WorkingDays)] = 10


class ModerationRules(StrictModel):
    """How a sample of assessments is drawn: so many per cent of all, and at least so many of each assessor."""

    share_percent: Annotated[PositiveInt, Field(le=100), Sent(Whole)]
    of_each_assessor: Annotated[int, Field(ge=0, le=100), Sent(Whole)] = 1


class AssessmentPlan(StrictModel):
    """How an assessment of a kind is written, and by when; `shared.events.practices` says what each field means."""

    kind: AssessmentKind
    scale: tuple[Level, ...] = Field(min_length=2)
    formal: _Yes = True
    due_after_weeks: tuple[Annotated[PositiveInt, Sent(Weeks)], ...] = ()
    due_at_end: _Yes = False
    comment_within: Annotated[PositiveInt, Sent(WorkingDays)] = 5
    submit_within: Annotated[PositiveInt, Sent(WorkingDays)] = 10
    appeal_within: Annotated[PositiveInt, Sent(WorkingDays)] | None = None
    appeal_rule: DatedRule | None = None
    appeals_decided_by: tuple[str, ...] = ()
    support_plan: SupportPlanRules | None = None
    second_opinions: _Yes = False
    moderation: ModerationRules | None = None
    nothing_unexpected: _Yes = False
    received_by: tuple[str, ...] = Field(min_length=1)

    @property
    def roles_besides(self) -> tuple[str, ...]:
        """The roles that write a support plan, or read it."""
        return (*self.support_plan.written_by, *self.support_plan.shared_with) if self.support_plan else ()

    @property
    def roles_outside(self) -> tuple[str, ...]:
        """The roles that act on an assessment from outside the relationship."""
        return (*self.received_by, *self.appeals_decided_by)

    @model_validator(mode="after")
    def _has_each_level_once(self) -> "AssessmentPlan":
        levels = [level.id for level in self.scale]
        if len(set(levels)) < len(levels):
            raise ValueError("a level is there twice")
        if self.appeal_within is not None and self.appeal_rule is not None:
            raise ValueError("say appeal_within or appeal_rule, not both")
        return self


class Step(StrictModel):
    """A step that is taken once, in the order of the list, and signed in the order named.

    `kind` is that of a step that the platform takes with the two itself: the agreement, the survey, the observation,
    the hand-over, and reflections, in which each of those who take the step answers alone and owns what they wrote.
    `owned_by` are the roles whose the record of an observation is; both sides own it, where it names none. A step that
    `assesses` is an assessment; it is taken as often as it is due.
    """

    id: str = Field(pattern=_CODE)
    title: str
    by: tuple[str, ...] = Field(min_length=1)
    form: str | None = None
    signed_by: tuple[str, ...] = ()
    owned_by: tuple[str, ...] = ()
    kind: StepKind | None = None
    assesses: AssessmentPlan | None = None


class Statement(StrictModel):
    """A statement about mentoring that expresses a view, and what two who differ on it should ask each other."""

    id: str = Field(pattern=_CODE)
    text: str
    view: View
    talk_about: str


class Survey(StrictModel):
    """A survey of views of mentoring, which both answer by themselves, from 1 (not at all) to `scale` (fully).

    Source: CollectivEd, third paper (instrumental and developmental conceptions). Two answers that are `differ_by` or
    more apart are something to talk about.
    """

    title: str
    statements: tuple[Statement, ...] = Field(min_length=2)
    scale: Annotated[int, Field(ge=2, le=10), Sent(Whole)] = 5
    differ_by: Annotated[int, Field(ge=1, le=9), Sent(Whole)] = 2

    @model_validator(mode="after")
    def _asks_about_both_views(self) -> "Survey":
        ids = [statement.id for statement in self.statements]
        if len(set(ids)) < len(ids):
            raise ValueError("a statement is there twice")
        if len({statement.view for statement in self.statements}) < 2:
            raise ValueError("ask about both views, instrumental and developmental")
        if self.differ_by >= self.scale:
            raise ValueError("differ_by is less than scale, or no two answers could ever differ by that much")
        return self


class SafeContact(StrictModel):
    """The roles that a mentee may turn to instead of the mentor, and a sentence that says what happens then."""

    roles: tuple[str, ...] = Field(min_length=1)
    text: str


class Prompt(StrictModel):
    """A question that opens a conversation, takes it further, or keeps it going; either side may take it up.

    Source: CollectivEd, third paper (good mentors stimulate, scaffold and sustain).
    """

    stage: PromptStage
    text: str


class DayRules(StrictModel):
    """The kinds of days at schools that count, and the roles that accept them besides the leads of the partnership."""

    kinds: tuple[DayKind, ...] = Field(min_length=1)
    accepted_by: tuple[str, ...] = ()


class Area(StrictModel):
    """An area of the provider's own curriculum, to which journal entries and feedback are tagged."""

    id: str = Field(pattern=_CODE, max_length=60)
    text: str


class FeedbackRules(StrictModel):
    """The roles that give a mentee formative feedback in writing: the mentor, and roles that accounts stand for."""

    by: tuple[str, ...] = Field(min_length=1)


class Instrument(StrictModel):
    """A form by which a mentee's situation is measured: a baseline, the same again, and a last time.

    Source: George (ten identifiers from 1 to 10, assessed anew at the end). `by` are the roles that answer it; what
    they answer is the mentee's. It is repeated every `every_weeks` weeks, null for never, and answered last where
    `at_end`.
    """

    id: str = Field(pattern=_CODE, max_length=60)
    title: str
    form: str
    by: tuple[str, ...] = Field(min_length=1)
    every_weeks: Annotated[PositiveInt, Sent(Weeks)] | None = None
    at_end: _Yes = True


class Figure(StrictModel):
    """A figure that a school has of a mentee already, and brings in by file beside the measures.

    Source: George (attendance, behaviour points and attainment beside the ten identifiers).
    """

    id: str = Field(pattern=_CODE, max_length=60)
    text: str


class SafeguardingRules(StrictModel):
    """The roles that may open a mentee's items without a release, to keep somebody safe, and for how many days.

    `shared.events.practices` says what each field means.
    """

    by: tuple[str, ...] = Field(min_length=1)
    opens: tuple[ItemKind, ...] = Field(min_length=1)
    days_at_most: Annotated[PositiveInt, Sent(Days)] = 14
    may_tell_later: _Yes = False


class TargetRules(StrictModel):
    """How targets are set and shared, and when somebody is told that one lies untouched.

    `shared.events.practices` says what each field means.
    """

    per_week: Annotated[PositiveInt, Sent(Targets)] | None = None
    form: str | None = None
    shared_with: tuple[str, ...] = ()
    untouched_after: Annotated[PositiveInt, Sent(WorkingDays)] | None = None
    mentor_after: Annotated[PositiveInt, Sent(WorkingDays)] = 5


class SchoolTerm(StrictModel):
    """A term of a school year, from a day of the year to another, each as month and day."""

    title: str
    starts: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|30|31)$")
    ends: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|30|31)$")


class AbsenceKind(StrictModel):
    """A kind of absence; an `exempt` one extends no induction."""

    id: str = Field(pattern=_CODE)
    text: str
    exempt: _Yes = False


class FormalAssessment(StrictModel):
    """A kind of assessment that is due once so many terms are served."""

    kind: AssessmentKind
    after_terms: Annotated[PositiveInt, Sent(Whole)]


class InductionRules(StrictModel):
    """How an induction is counted, and what is due in which term; `shared.events.practices` says what each field means.

    Source: statutory guidance on induction 2.30 to 2.62, 3.6 and 3.7.
    """

    length: DatedRule
    absence: DatedRule
    first_period: DatedRule | None = None
    terms: tuple[SchoolTerm, ...] = Field(min_length=1)
    absence_kinds: tuple[AbsenceKind, ...] = Field(min_length=1)
    review: AssessmentKind
    formal: tuple[FormalAssessment, ...] = Field(min_length=1)
    interim: AssessmentKind | None = None
    recorded_by: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> "InductionRules":
        for term in self.terms:
            if "02-29" in (term.starts, term.ends) or not _is_a_day(term.starts) or not _is_a_day(term.ends):
                raise ValueError("a term begins and ends on a day that every year has")
        days = [_of_school_year(day) for term in self.terms for day in (term.starts, term.ends)]
        if days != sorted(set(days)):
            raise ValueError("give the terms of a school year in their order, from September on, each apart")
        after = [each.after_terms for each in self.formal]
        if after != sorted(set(after)):
            raise ValueError("give formal assessments in the order of the terms after which they are due")
        return self

    @property
    def kinds(self) -> tuple[AssessmentKind, ...]:
        """The kinds of assessment that are due in an induction."""
        interim = () if self.interim is None else (self.interim,)
        return (self.review, *(each.kind for each in self.formal), *interim)


def _is_a_day(day: str) -> bool:
    month, of_month = int(day[:2]), int(day[3:])
    return of_month <= monthrange(2001, month)[1]


def _of_school_year(day: str) -> str:
    """A day of the year, so that September comes first in the alphabet."""
    return f"{0 if day >= '09' else 1}-{day}"


class Mentoring(StrictModel):
    """The rhythm of mentoring: hours a week for a mentee, how often the two meet, how many targets a meeting may set.

    They meet `meetings_per_week` times a week, or once in `weeks_between_meetings` weeks; `weeks` are the usual
    lengths. The record of a meeting may be amended for `amend_within_days` days after it.
    """

    hours_per_trainee_week: Annotated[PositiveFloat, Sent(SomeHoursAWeek)]
    meetings_per_week: Annotated[NonNegativeInt, Sent(Meetings)]
    targets_per_meeting: Annotated[PositiveInt, Sent(Targets)]
    weeks_between_meetings: Annotated[PositiveInt, Sent(Weeks)] | None = None
    weeks: tuple[Annotated[PositiveInt, Sent(Weeks)], ...] = ()
    facets: tuple[Facet, ...] = ()
    amend_within_days: Annotated[int, Field(ge=0, le=366)] = 14

    @model_validator(mode="after")
    def _meets_by_one_rhythm(self) -> "Mentoring":
        if bool(self.meetings_per_week) == (self.weeks_between_meetings is not None):
            raise ValueError("say meetings_per_week, or 0 and weeks_between_meetings")
        return self


class Assessment(StrictModel):
    """Who assesses a trainee, and when."""

    assessor_is_not_mentor: _Yes
    kinds: tuple[AssessmentKind, ...]
    framework: Literal["teachers-standards"] | None


class Confidentiality(StrictModel):
    """Which roles read notes of meetings, who gets an agreed summary, and the smallest number at which needs are
    counted.

    A mentor goes on reading what the two wrote for `mentor_reads_for_days` days after the last day of the relationship;
    null sets no end.
    """

    notes_read_by: tuple[str, ...]
    summary_to: tuple[str, ...]
    smallest_group: Annotated[PositiveInt, Sent(People)] = 5
    mentor_reads_for_days: Annotated[int, Field(ge=0, le=3660), Sent(Whole)] | None = None


class Review(StrictModel):
    """How often a caseload is reviewed, by which roles, and what can be decided.

    `shared.events.practices` says what each field means.
    """

    every_weeks: Annotated[PositiveInt, Sent(Weeks)]
    by: tuple[str, ...] = Field(min_length=1)
    decisions: tuple[ReviewDecision, ...] = Field(min_length=1)
    monitor_weeks: Annotated[PositiveInt, Sent(Weeks)] | None = None
    notice: Annotated[PositiveInt, Sent(WorkingDays)] = 5


class Circles(StrictModel):
    """How many people a circle of mentors has at most, and what stands above every note of it."""

    largest: Annotated[int, Field(ge=2), Sent(People)]
    reminder: str = Field(min_length=1)


class HelpKind(StrictModel):
    """A kind of help by others, inside the school or outside of it."""

    code: str = Field(pattern=_CODE)
    text: str
    outside: _Yes = False


class ReferOn(StrictModel):
    """To whom a mentee can be referred on; `shared.events.practices` says what each field means."""

    choices: tuple[HelpKind, ...] = Field(min_length=1)
    agreement: Literal["mentee", "recorded"] = "mentee"
    by: tuple[str, ...] = ()


class Need(StrictModel):
    """A need that others may share."""

    code: str = Field(pattern=_CODE)
    text: str


class Needs(StrictModel):
    """The needs that a pair can name in its summary; `shared.events.practices` says what each field means."""

    choices: tuple[Need, ...] = Field(min_length=1)
    counted_until: tuple[Annotated[str, Field(pattern=r"^\d\d-\d\d$")], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_days_and_needs_once(self) -> "Needs":
        codes = [choice.code for choice in self.choices]
        if len({*codes}) < len(codes):
            raise ValueError("a need is there twice")
        for day in self.counted_until:
            try:
                date.fromisoformat(f"2027-{day}")
            except ValueError:
                raise ValueError(f"there is no {day} in every year") from None
        return self


class Signs(StrictModel):
    """Early signs that a conversation may help; `shared.events.practices` says what each field means.

    Whether a target that lies untouched is a sign, once the mentor was told of it: the days are those of `targets`. A
    template of an earlier edition has its own number of working days here.
    """

    missed_in_a_row: Annotated[PositiveInt, Sent(Meetings)] | None = None
    no_agenda_by_mentee: Annotated[PositiveInt, Sent(Meetings)] | None = None
    falling_pulse: Annotated[int, Field(ge=2), Sent(Meetings)] | None = None
    untouched_targets: _Yes = False
    pass_on_after: Annotated[PositiveInt, Sent(WorkingDays)] = 10
    pass_on_to: tuple[str, ...] = ()


def _read_signs_of_before(settings: Any) -> Any:
    """Read a number of days for untouched targets as a yes, and as the owner's days where there were none of those."""
    signs = settings.get("signs") if isinstance(settings, Mapping) else None
    if not isinstance(signs, Mapping) or isinstance(days := signs.get("untouched_targets", False), bool):
        return settings
    targets = settings.get("targets") or {}
    if days is not None and targets.get("untouched_after") is None:
        targets = {**targets, "untouched_after": days}
    return {**settings, "signs": {**signs, "untouched_targets": days is not None}, "targets": targets}


class OfferRules(StrictModel):
    """The number of days without confirmation after which an offer is stale, and whether a round leaves stale
    offers out.
    """

    stale_after_days: Annotated[PositiveInt, Sent(Days)] = 90
    leave_stale_out: _Yes = False


class Answers(StrictModel):
    """The working days after which both sides of a proposal are reminded, and those within which they have to
    answer.
    """

    remind_after: Annotated[PositiveInt, Sent(WorkingDays)] = 5
    answer_within: Annotated[PositiveInt, Sent(WorkingDays)] = 10

    @model_validator(mode="after")
    def _reminds_in_time(self) -> "Answers":
        if self.remind_after >= self.answer_within:
            raise ValueError("remind_after is less than answer_within, so that there is time to answer")
        return self


class Readiness(StrictModel):
    """What a mentor needs before a placement: training, qualified teacher status."""

    training: _Yes = False
    qts: _Yes = False


class Placements(StrictModel):
    """The schools of a trainee over their whole course.

    A trainee is placed at `schools_at_least` different schools, where that can still be; null asks for none.
    `same_school_again` lets a later placement be at an earlier school.
    """

    schools_at_least: Annotated[int, Field(ge=1, le=10), Sent(Whole)] | None = None
    same_school_again: _Yes = False


class Contrast(StrictModel):
    """The weight of each factor of the school register when a placement is to contrast with an earlier placement."""

    phase: _Weight = 1
    size: _Weight = 1
    gender: _Weight = 1
    faith: _Weight = 1
    admissions: _Weight = 1
    free_meals: _Weight = 1
    urban_rural: _Weight = 1
    special_provision: _Weight = 1

    @model_validator(mode="after")
    def _counts_something(self) -> "Contrast":
        if not any(self.model_dump().values()):
            raise ValueError("leave one factor above 0; where contrast is not to count, set weights.contrast to 0")
        return self


class TravelCaps(StrictModel):
    """The most minutes one way that anybody has to travel, by mode; null sets no cap besides people's own limits."""

    car: _Cap | None = None
    public_transport: _Cap | None = None
    bicycle: _Cap | None = None
    walking: _Cap | None = None


Speed = Annotated[float, Field(ge=1, le=200), Sent(Measure)]


class TravelSpeeds(StrictModel):
    """Kilometres an hour, door to door, by mode; null leaves it to matching's assumption."""

    car: Speed | None = None
    public_transport: Speed | None = None
    bicycle: Speed | None = None
    walking: Speed | None = None


class Template(StrictModel):
    """A kind of programme, as its file describes it.

    `detour_factor` is the length of a journey as a multiple of the straight line; null leaves it to matching's
    assumption. Without `days` no days at schools are counted, without `induction` there is none. `mentor_time_rule` is
    the id of the rulebook's rule for the time of a mentor; null compares it with no rule.
    `curriculum` are areas besides those of `frameworks`. Without `feedback` nobody gives any in writing.
    """

    id: str
    edition: str
    title: str
    about: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    mentoring: Mentoring
    assessment: Assessment
    weights: dict[str, _Weight]
    mentees: tuple[Kind, ...] = ("trainee",)
    pairing: Pairing = "hosted"
    roles: tuple[Role, ...] = ()
    steps: tuple[Step, ...] = ()
    forms: tuple[Form, ...] = ()
    survey: Survey | None = None
    safe_contact: SafeContact | None = None
    prompts: tuple[Prompt, ...] = ()
    days: DayRules | None = None
    targets: TargetRules = TargetRules()
    works_on_bank_holidays: _Yes = False
    mentor_time_rule: str | None = None
    induction: InductionRules | None = None
    frameworks: tuple[Framework, ...] = ()
    curriculum: tuple[Area, ...] = ()
    feedback: FeedbackRules | None = None
    instruments: tuple[Instrument, ...] = ()
    figures: tuple[Figure, ...] = ()
    safeguarding: SafeguardingRules | None = None
    confidentiality: Confidentiality = Confidentiality(notes_read_by=(), summary_to=())
    conflicts: tuple[RelationKind, ...] = ("line_manager", "family")
    review: Review | None = None
    signs: Signs | None = None
    needs: Needs | None = None
    refer_on: ReferOn | None = None
    circles: Circles | None = None
    offers: OfferRules = OfferRules()
    answers: Answers = Answers()
    readiness: Readiness = Readiness()
    placements: Placements = Placements()
    contrast: Contrast = Contrast()
    travel_caps: TravelCaps = TravelCaps()
    travel_speeds: TravelSpeeds = TravelSpeeds()
    detour_factor: Annotated[float, Field(ge=1, le=5), Sent(Measure)] | None = None
    countersignature: _Yes = True
    consent: Consent | None = None
    redirects_to: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_settings_of_before(cls, settings: Any) -> Any:
        return _read_signs_of_before(settings)

    @model_validator(mode="after")
    def _names_only_what_it_has(self) -> "Template":
        for what, codes in (
            ("criteria", [criterion.code for criterion in self.criteria]),
            *((what, [one.id for one in getattr(self, what)]) for what in ("roles", "steps", "forms")),
            ("curriculum", [area.id for area in self.areas]),
            ("instruments", [instrument.id for instrument in self.instruments]),
            ("figures", [figure.id for figure in self.figures]),
        ):
            if repeated := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(f"{what}: {', '.join(repeated)} is there twice")
        roles, forms = {role.id for role in self.roles}, {form.id for form in self.forms}
        for where, role in self._roles_named():
            if role not in roles:
                raise ValueError(f"{where}: there is no role {role}")
        for step in self.steps:
            if step.form is not None and step.form not in forms:
                raise ValueError(f"steps, {step.id}: there is no form {step.form}")
        if self.signs is not None and self.signs.untouched_targets and self.targets.untouched_after is None:
            raise ValueError("signs: untouched_targets: say in targets after how many days one lies untouched")
        return self

    @model_validator(mode="after")
    def _can_take_the_steps_of_the_platform(self) -> "Template":
        """Check that the steps with a kind, and the safe contact, name people whom the platform knows."""
        sides = {role.id: role.side for role in self.roles}
        kinds = [step.kind for step in self.steps if step.kind not in (None, "reflection")]
        if len(set(kinds)) < len(kinds):
            raise ValueError("steps: there is one agreement, survey, observation and hand-over at most")
        for step in self.steps:
            if step.kind is None:
                continue
            if step.kind != "survey" and step.form is None:
                raise ValueError(f"steps, {step.id}: say which form it has")
            if step.kind == "survey" and self.survey is None:
                raise ValueError(f"steps, {step.id}: there is no survey")
            if step.kind == "observation":
                self._check_observation(step)
                continue
            if step.kind == "reflection":
                self._check_reflection(step)
                continue
            if {sides[role] for role in step.signed_by or step.by} != {"mentor", "mentee"}:
                raise ValueError(
                    f"steps, {step.id}: it is taken and signed by a mentor and a mentee, and by nobody else"
                )
        held = {role.id for role in self.roles if role.held_by is not None}
        if self.feedback and (nobody := [role for role in self.feedback.by if role not in held and not sides[role]]):
            raise ValueError(f"feedback: say which accounts hold the role {nobody[0]}")
        if self.feedback and any(sides[role] == "mentee" for role in self.feedback.by):
            raise ValueError("feedback: nobody gives feedback to themselves")
        for where, roles in (
            ("safe_contact", self.safe_contact.roles if self.safe_contact else ()),
            ("days", self.days.accepted_by if self.days else ()),
            ("safeguarding", self.safeguarding.by if self.safeguarding else ()),
            ("induction", self.induction.recorded_by if self.induction else ()),
        ):
            if unheld := [role for role in roles if role not in held]:
                raise ValueError(f"{where}: say which accounts hold the role {unheld[0]}")
        return self

    @model_validator(mode="after")
    def _can_take_its_assessments(self) -> "Template":
        """Check that there is a step for each kind of assessment, and that it names people whom the platform knows."""
        roles = {role.id: role for role in self.roles}
        plans = [(step, step.assesses) for step in self.steps if step.assesses is not None]
        kinds = [plan.kind for _, plan in plans]
        if plans and sorted(kinds) != sorted(self.assessment.kinds):
            raise ValueError("assessment: kinds: there is one step that assesses for each kind")
        if self.induction and (unknown := sorted({*self.induction.kinds} - {*self.assessment.kinds})):
            raise ValueError(f"induction: there is no kind of assessment {unknown[0]}")
        for step, plan in plans:
            where = f"steps, {step.id}"
            named = (*step.by, *step.signed_by, *plan.roles_outside, *plan.roles_besides)
            if nobody := [name for name in named if roles[name].side is None and roles[name].held_by is None]:
                raise ValueError(f"{where}: say which accounts hold the role {nobody[0]}")
            if step.signed_by[:1] not in [(role,) for role in step.by]:
                raise ValueError(f"{where}: whoever writes it signs first")
            if any(roles[name].side == "mentee" for name in (*step.by, *plan.roles_besides)):
                raise ValueError(f"{where}: nobody assesses themselves, or writes a support plan for themselves")
            mentor_writes = any(roles[name].side == "mentor" for name in step.by)
            if mentor_writes and plan.formal and self.assessment.assessor_is_not_mentor:
                raise ValueError(f"{where}: a mentor writes no formal assessment in this programme")
            if any(roles[name].held_by is None for name in plan.roles_outside):
                raise ValueError(
                    f"{where}: it is received, and appeals are decided, by people outside the relationship"
                )
        return self

    @model_validator(mode="after")
    def _can_take_its_measures(self) -> "Template":
        """Check that an instrument is a form of measures, answered and read by people whom the platform knows."""
        roles, forms = {role.id: role for role in self.roles}, {form.id: form for form in self.forms}
        for instrument in self.instruments:
            where, form = f"instruments, {instrument.id}", forms.get(instrument.form)
            if form is None:
                raise ValueError(f"{where}: there is no form {instrument.form}")
            if texts := [field.id for field in form.fields if field.kind not in MEASURES]:
                raise ValueError(f"{where}: {texts[0]} is no measure; a measure is one of {', '.join(MEASURES)}")
            if nobody := [name for name in instrument.by if roles[name].side is None and roles[name].held_by is None]:
                raise ValueError(f"{where}: say which accounts hold the role {nobody[0]}")
            if outside := [name for name in form.read_by if roles[name].side is None]:
                raise ValueError(f"{where}: {outside[0]} reads it when the mentee releases it; leave them out")
        return self

    @model_validator(mode="after")
    def _can_set_its_targets(self) -> "Template":
        """Check that the form of a target is for both to fill in, and that others than the two share targets."""
        sides = {role.id: role.side for role in self.roles}
        if own := [role for role in self.targets.shared_with if sides.get(role) is not None]:
            raise ValueError(f"targets: {own[0]} is one of the two, who see every target")
        if self.targets.form is None:
            return self
        form = next((form for form in self.forms if form.id == self.targets.form), None)
        if form is None:
            raise ValueError(f"targets: there is no form {self.targets.form}")
        for field in form.fields:
            if field.filled_by or field.kind == "signature":
                raise ValueError(f"forms, {form.id}: {field.id} is for both to fill in, and no signature")
        return self

    def _check_observation(self, step: Step) -> None:
        """Check that one side observes the other, and that each field of the form is one side's to fill in."""
        side_of = {role.id: role.side for role in self.roles}
        if len({side_of[role] for role in step.by}) != 1 or not all(
            side_of[role] for role in (*step.by, *step.owned_by)
        ):
            raise ValueError(f"steps, {step.id}: one side observes the other, and the record is theirs")
        (form,) = [form for form in self.forms if form.id == step.form]
        for field in form.fields:
            if len({side_of[role] for role in field.filled_by or step.by}) != 1:
                raise ValueError(f"forms, {form.id}: {field.id} is for one side to fill in")

    def _check_reflection(self, step: Step) -> None:
        """Check that whoever reflects is one of the two: what they write belongs to them."""
        if any(role.side is None for role in self.roles if role.id in step.by):
            raise ValueError(f"steps, {step.id}: only a mentor or a mentee writes a reflection")

    def _roles_named(self) -> Iterator[tuple[str, str]]:
        for step in self.steps:
            assessing = (*step.assesses.roles_outside, *step.assesses.roles_besides) if step.assesses else ()
            named = (*step.by, *step.signed_by, *step.owned_by, *assessing)
            yield from ((f"steps, {step.id}", role) for role in named)
        for form in self.forms:
            filled_by = (role for field in form.fields for role in field.filled_by)
            yield from ((f"forms, {form.id}", role) for role in (*form.read_by, *filled_by))
        of = self.confidentiality
        yield from (("confidentiality", role) for role in (*of.notes_read_by, *of.summary_to))
        yield from (("review", role) for role in (self.review.by if self.review else ()))
        yield from (("refer_on", role) for role in (self.refer_on.by if self.refer_on else ()))
        yield from (("signs", role) for role in (self.signs.pass_on_to if self.signs else ()))
        yield from (("safe_contact", role) for role in (self.safe_contact.roles if self.safe_contact else ()))
        yield from (("days", role) for role in (self.days.accepted_by if self.days else ()))
        yield from (("targets", role) for role in self.targets.shared_with)
        yield from (("induction", role) for role in (self.induction.recorded_by if self.induction else ()))
        yield from (("safeguarding", role) for role in (self.safeguarding.by if self.safeguarding else ()))
        for instrument in self.instruments:
            yield from ((f"instruments, {instrument.id}", role) for role in instrument.by)
        yield from (("feedback", role) for role in (self.feedback.by if self.feedback else ()))

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas of the curriculum to which entries and feedback are tagged: the provider's own first."""
        of_frameworks = (area for framework in self.frameworks for area in AREAS.get(framework, ()))
        return (*self.curriculum, *(Area(id=area.id, text=area.text) for area in of_frameworks))

    @property
    def agreement_first(self) -> bool:
        """Whether the two sign an agreement before they confide anything to the record."""
        return any(step.kind == "agreement" for step in self.steps)

    @property
    def mentor_kinds(self) -> tuple[RoleKind, ...]:
        """The kinds of mentor that a programme within a school asks for: those of its mentors for no special role."""
        if self.pairing != "in_school":
            return ()
        mentors = (role for role in self.roles if role.side == "mentor" and not role.mentoring_roles)
        return tuple(dict.fromkeys(kind for role in mentors for kind in role.kinds))

    @property
    def assesses(self) -> tuple[AssessmentKind, ...] | None:
        """The kinds of assessment; None for a template of an earlier version, whose steps say nothing of them."""
        says_how = any(step.assesses is not None for step in self.steps)
        return self.assessment.kinds if says_how or not self.assessment.kinds else None

    def reasons_for(self, purpose: Purpose) -> tuple[str, ...]:
        """List the codes of the criteria for which somebody may be referred for this purpose."""
        return tuple(criterion.code for criterion in self.criteria if purpose in criterion.purposes)


FIXED = frozenset(
    {
        *("id", "edition", "title", "about", "mentees", "pairing", "roles", "steps", "forms", "survey"),
        *("safe_contact", "prompts", "days", "targets", "works_on_bank_holidays", "mentor_time_rule", "induction"),
        *(
            "circles",
            "curriculum",
            "feedback",
            "figures",
            "frameworks",
            "instruments",
            "needs",
            "refer_on",
            "review",
            "safeguarding",
            "signs",
        ),
    }
)
"""Settings that a partnership cannot override: it writes a template of its own instead."""
_FIXED_SINCE = frozenset({"frameworks"})
"""Settings that could be overridden once: what was stored then stays readable."""

FIXED_PARTS = frozenset({("confidentiality", "summary_to"), ("confidentiality", "smallest_group")})
"""Parts of settings that a partnership cannot override either, because a programme's practice has them."""


def gaps_in(template: Template) -> Iterator[str]:
    """Name what a template's file has to say and does not; a template of an earlier version, once opened, need not."""
    review, held = template.review, {role.id for role in template.roles if role.held_by is not None}
    signs, refer_on = template.signs, template.refer_on
    for where, roles in (
        ("review", review.by if review else ()),
        ("signs", signs.pass_on_to if signs else ()),
        ("refer_on", refer_on.by if refer_on else ()),
    ):
        for role in roles:
            if role not in held:
                yield f"{where}: say which accounts hold the role {role}"
    if review and "monitor" in review.decisions and review.monitor_weeks is None:
        yield "review: say monitor_weeks, after which a relationship that is monitored is reviewed again"


class NoSuchSetting(KeyError):
    """The path names no setting that a partnership may override."""


def names_of_settings(template: Template) -> tuple[str, ...]:
    """Name the settings of a template that a partnership may override, as dotted paths, in alphabetical order."""
    names: list[str] = []
    for first, value in template.model_dump(mode="json").items():
        if first not in FIXED:
            parts = (
                [f"{first}.{rest}" for rest in value if (first, rest) not in FIXED_PARTS]
                if isinstance(value, dict)
                else []
            )
            names += parts or [first]
    return tuple(sorted(names))


def with_setting(template: Template, path: str, value: Any, *, sent: bool = False) -> Template:
    """Return the template with one setting changed, given by its dotted path; `sent` holds it to what can be sent.

    A setting that is fixed by now may have been overridden by an earlier version, which is still read. Raises
    `NoSuchSetting`, or pydantic's `ValidationError` for a value that does not fit.
    """
    first, _, rest = path.partition(".")
    settings = template.model_dump(mode="json")
    if (sent and first in FIXED) or first not in settings or "." in rest:
        raise NoSuchSetting(path)
    if not rest:
        settings[first] = value
    elif isinstance(settings[first], dict) and rest in settings[first]:
        settings[first][rest] = value
    else:
        raise NoSuchSetting(path)
    changed = Template.model_validate(settings, context=SENT if sent else None)
    if sent and any(_part(changed, *names) != _part(template, *names) for names in FIXED_PARTS):
        raise NoSuchSetting(path)
    if not changed.weights.keys() <= template.weights.keys():
        raise NoSuchSetting(path)  # of a rule that the matching may not have
    return changed


def settings_to_change(template: Template) -> tuple[str, ...]:
    """Return the paths of all settings that a partnership may override."""
    settings = template.model_dump(mode="json")
    return tuple(
        path
        for first, value in settings.items()
        if first not in FIXED
        for path in ([f"{first}.{rest}" for rest in value] if isinstance(value, dict) and value else [first])
        if tuple(path.split(".")) not in FIXED_PARTS
    )


def _part(template: Template, first: str, rest: str) -> Any:
    return getattr(getattr(template, first), rest)
