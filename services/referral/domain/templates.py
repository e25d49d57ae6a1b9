"""The template of a programme: a kind of mentoring, described by settings instead of code.

Source: product.md, "Programmes as data"; Berry (purposes beyond initial training), George (criteria, countersignature,
parental consent, termly review). A setting that an older template did not have is read with its default here.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from services.referral.domain.people import Kind
from shared.events.words import AssessmentKind, Facet, Purpose, RelationKind, RoleKind

Framework = Literal["ittecf", "teachers-standards", "mentor-standards-2016"]
Pairing = Literal["hosted", "in_school", "chosen"]
"""How pairs come about: placed by offers of schools, within one school, or by each other's choice."""
Consent = Literal["parent", "mentee"]
FieldKind = Literal["text", "one_to_ten", "number", "date", "choice", "signature"]
_CODE = r"^[a-z][a-z0-9_]*$"


class StrictModel(BaseModel):
    """A part of a template; unknown settings are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Criterion(StrictModel):
    """A reason for which somebody may be referred, and the facets of mentoring that it asks for."""

    code: str = Field(pattern=_CODE)
    text: str
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    facets: tuple[Facet, ...] = ()


class Role(StrictModel):
    """A role in the programme, and which of a partnership's people can have it."""

    id: str = Field(pattern=_CODE)
    title: str
    kinds: tuple[RoleKind, ...] = ()


class FormField(StrictModel):
    """A field of a form."""

    id: str = Field(pattern=_CODE)
    text: str
    kind: FieldKind
    choices: tuple[str, ...] = ()

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


class Step(StrictModel):
    """A step that is taken once, in the order of the list, and signed in the order named."""

    id: str = Field(pattern=_CODE)
    title: str
    by: tuple[str, ...] = Field(min_length=1)
    form: str | None = None
    signed_by: tuple[str, ...] = ()


class Mentoring(StrictModel):
    """The rhythm of mentoring: hours a week for a mentee, how often the two meet, how many targets a meeting may set.

    They meet `meetings_per_week` times a week, or once in `weeks_between_meetings` weeks; `weeks` are the usual
    lengths. The record of a meeting may be amended for `amend_within_days` days after it.
    """

    hours_per_trainee_week: PositiveFloat
    meetings_per_week: NonNegativeInt
    targets_per_meeting: PositiveInt
    weeks_between_meetings: PositiveInt | None = None
    weeks: tuple[PositiveInt, ...] = ()
    facets: tuple[Facet, ...] = ()
    amend_within_days: Annotated[int, Field(ge=0, le=366)] = 14

    @model_validator(mode="after")
    def _meets_by_one_rhythm(self) -> "Mentoring":
        if bool(self.meetings_per_week) == (self.weeks_between_meetings is not None):
            raise ValueError("say meetings_per_week, or 0 and weeks_between_meetings")
        return self


class Assessment(StrictModel):
    """Who assesses a trainee, and when."""

    assessor_is_not_mentor: bool
    kinds: tuple[AssessmentKind, ...]
    framework: Literal["teachers-standards"] | None


class Confidentiality(StrictModel):
    """Which roles read notes of meetings, who gets an agreed summary, and the smallest number at which needs are
    counted.
    """

    notes_read_by: tuple[str, ...]
    summary_to: tuple[str, ...]
    smallest_group: PositiveInt = 5


class Review(StrictModel):
    """How often a caseload is reviewed, by which roles, and what can be decided."""

    every_weeks: PositiveInt
    by: tuple[str, ...] = Field(min_length=1)
    decisions: tuple[Literal["close", "continue", "monitor"], ...] = Field(min_length=1)


class OfferRules(StrictModel):
    """The number of days without confirmation after which an offer is stale, and whether a round leaves stale
    offers out.
    """

    stale_after_days: PositiveInt = 90
    leave_stale_out: bool = False


class Answers(StrictModel):
    """The working days after which both sides of a proposal are reminded, and those within which they have to
    answer.
    """

    remind_after: PositiveInt = 5
    answer_within: PositiveInt = 10

    @model_validator(mode="after")
    def _reminds_in_time(self) -> "Answers":
        if self.remind_after >= self.answer_within:
            raise ValueError("remind_after is less than answer_within, so that there is time to answer")
        return self


class Readiness(StrictModel):
    """What a mentor needs before a placement: training, qualified teacher status."""

    training: bool = False
    qts: bool = False


class Placements(StrictModel):
    """The schools of a trainee over their whole course.

    A trainee is placed at `schools_at_least` different schools, where that can still be; null asks for none.
    `same_school_again` lets a later placement be at an earlier school.
    """

    schools_at_least: Annotated[int, Field(ge=1, le=10)] | None = None
    same_school_again: bool = False


class Contrast(StrictModel):
    """The weight of each factor of the school register when a placement is to contrast with an earlier placement."""

    phase: NonNegativeInt = 1
    size: NonNegativeInt = 1
    gender: NonNegativeInt = 1
    faith: NonNegativeInt = 1
    admissions: NonNegativeInt = 1
    free_meals: NonNegativeInt = 1
    urban_rural: NonNegativeInt = 1
    special_provision: NonNegativeInt = 1

    @model_validator(mode="after")
    def _counts_something(self) -> "Contrast":
        if not any(self.model_dump().values()):
            raise ValueError("leave one factor above 0; where contrast is not to count, set weights.contrast to 0")
        return self


class TravelCaps(StrictModel):
    """The most minutes one way that anybody has to travel, by mode; null sets no cap besides people's own limits."""

    car: PositiveInt | None = None
    public_transport: PositiveInt | None = None
    bicycle: PositiveInt | None = None
    walking: PositiveInt | None = None


Speed = Annotated[float, Field(ge=1, le=200)]


class TravelSpeeds(StrictModel):
    """Kilometres an hour, door to door, by mode; null leaves it to matching's assumption."""

    car: Speed | None = None
    public_transport: Speed | None = None
    bicycle: Speed | None = None
    walking: Speed | None = None


class Template(StrictModel):
    """A kind of programme, as its file describes it.

    `detour_factor` is the length of a journey as a multiple of the straight line; null leaves it to matching's
    assumption.
    """

    id: str
    edition: str
    title: str
    about: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    mentoring: Mentoring
    assessment: Assessment
    weights: dict[str, NonNegativeInt]
    mentees: tuple[Kind, ...] = ("trainee",)
    pairing: Pairing = "hosted"
    roles: tuple[Role, ...] = ()
    steps: tuple[Step, ...] = ()
    forms: tuple[Form, ...] = ()
    frameworks: tuple[Framework, ...] = ()
    confidentiality: Confidentiality = Confidentiality(notes_read_by=(), summary_to=())
    conflicts: tuple[RelationKind, ...] = ("line_manager", "family")
    review: Review | None = None
    offers: OfferRules = OfferRules()
    answers: Answers = Answers()
    readiness: Readiness = Readiness()
    placements: Placements = Placements()
    contrast: Contrast = Contrast()
    travel_caps: TravelCaps = TravelCaps()
    travel_speeds: TravelSpeeds = TravelSpeeds()
    detour_factor: float | None = Field(None, ge=1, le=5)
    countersignature: bool = True
    consent: Consent | None = None
    redirects_to: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_only_what_it_has(self) -> "Template":
        for what, codes in (
            ("criteria", [one.code for one in self.criteria]),
            *((what, [one.id for one in getattr(self, what)]) for what in ("roles", "steps", "forms")),
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
        return self

    def _roles_named(self) -> Iterator[tuple[str, str]]:
        for step in self.steps:
            yield from ((f"steps, {step.id}", role) for role in (*step.by, *step.signed_by))
        for form in self.forms:
            yield from ((f"forms, {form.id}", role) for role in form.read_by)
        of = self.confidentiality
        yield from (("confidentiality", role) for role in (*of.notes_read_by, *of.summary_to))
        yield from (("review", role) for role in (self.review.by if self.review else ()))

    def reasons_for(self, purpose: Purpose) -> tuple[str, ...]:
        """List the codes of the criteria for which somebody may be referred for this purpose."""
        return tuple(one.code for one in self.criteria if purpose in one.purposes)


FIXED = frozenset({"id", "edition", "title", "about", "mentees", "pairing", "roles", "steps", "forms"})
"""Settings that a partnership cannot override: it writes a template of its own instead."""


class NoSuchSetting(KeyError):
    """The path names no setting that a partnership may override."""


def with_setting(template: Template, path: str, value: Any) -> Template:
    """Return the template with one setting changed, given by its dotted path.

    Raises `NoSuchSetting`, or pydantic's `ValidationError` for a value that does not fit.
    """
    first, _, rest = path.partition(".")
    settings = template.model_dump(mode="json")
    if first in FIXED or first not in settings or "." in rest:
        raise NoSuchSetting(path)
    if not rest:
        settings[first] = value
    elif isinstance(settings[first], dict) and rest in settings[first]:
        settings[first][rest] = value
    else:
        raise NoSuchSetting(path)
    changed = Template.model_validate(settings)
    if not changed.weights.keys() <= template.weights.keys():
        raise NoSuchSetting(path)  # of a rule that the matching may not have
    return changed
