"""Programmes are data: each file says a whole programme, and a partnership sets single things otherwise."""

import json
from datetime import date, timedelta
from functools import reduce
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given as given_any
from hypothesis import strategies as st
from pydantic import ValidationError

from services.matching.solver.preferences import SOFT_RULES
from services.referral import programmes
from services.referral.domain.programmes import PROGRAMME, Override, OverrideSetting, Programme, SettingOverridden
from services.referral.domain.templates import FIXED, NoSuchSetting, Template, with_setting
from services.referral.programmes import BrokenTemplate, read, templates
from services.referral.publish import rules as public_rules
from shared.kernel.decider import Invalid
from shared.rulebook import rule, rules
from tests.support.given import NOW, given
from tests.unit.referral.states import JULY, OPENED, override

pytestmark = pytest.mark.covers("R1", "R4")

NINE = (
    "ite-placement",
    "ect-induction",
    "new-to-school",
    "new-to-post",
    "peer-review",
    "pupil-mentoring",
    "pupil-peer",
    "parent-partnership",
    "mentor-supervision",
)
JANUARY, MARCH = date(2027, 1, 1), date(2027, 3, 31)
TEXT = files(programmes.__name__).joinpath("pupil-mentoring.yaml").read_text(encoding="utf-8")


def test_there_is_a_file_for_each_programme_that_is_promised() -> None:
    assert set(templates()) == set(NINE)


@pytest.mark.parametrize("name", NINE)
def test_a_programme_names_who_takes_part_what_they_do_and_who_reads_it(name: str) -> None:
    template = templates()[name]
    assert template.roles
    assert template.steps
    assert template.review is not None
    assert template.confidentiality.notes_read_by
    assert template.weights.keys() <= SOFT_RULES.keys()
    used = {role for step in template.steps for role in (*step.by, *step.signed_by)}
    used |= {role for form in template.forms for role in form.read_by} | set(template.review.by)
    used |= {role for step in template.steps if step.assesses for role in step.assesses.received_by}
    assert {role.id for role in template.roles} <= used
    used_forms = {step.form for step in template.steps if step.form}
    used_forms |= {instrument.form for instrument in template.instruments}
    assert {form.id for form in template.forms} == used_forms


@pytest.mark.parametrize("name", NINE)
def test_every_criterion_is_a_reason_for_each_of_its_purposes(name: str) -> None:
    template = templates()[name]
    for criterion in template.criteria:
        assert all(criterion.code in template.reasons_for(purpose) for purpose in criterion.purposes)


def test_people_who_assess_do_not_read_mentors_notes() -> None:
    for template in templates().values():
        judges = {"tutor", "head", "appropriate_body"}
        assert template.assessment.assessor_is_not_mentor
        assert not judges & set(template.confidentiality.notes_read_by), template.id


def test_pupils_come_with_their_parents_consent_and_a_countersignature() -> None:
    for name in ("pupil-mentoring", "pupil-peer"):
        assert (templates()[name].consent, templates()[name].countersignature) == ("parent", True)


@pytest.mark.covers("M7")
def test_a_programme_within_a_school_says_which_kind_of_mentor_it_asks_for() -> None:
    kinds = {name: template.mentor_kinds for name, template in templates().items()}

    assert kinds["ect-induction"] == ("ect_mentor",)
    assert kinds["pupil-mentoring"] == ("learning_mentor",)
    assert kinds["new-to-school"] == ("general_mentor", "supporting_teacher")
    assert kinds["ite-placement"] == kinds["peer-review"] == ()


def test_mentors_of_trainees_have_the_hours_that_the_rulebook_asks_for() -> None:
    asked = rule("itt_mentor_hours_per_week", date(2026, 9, 1))
    assert asked is not None
    assert templates()["ite-placement"].mentoring.hours_per_trainee_week >= asked.quantity


NEED = {"code": "pace", "text": "Pace"}
STATEMENT = {"id": "a", "text": "x", "view": "instrumental", "talk_about": "y"}
OTHER_VIEW = STATEMENT | {"id": "b", "view": "developmental"}


TEMPLATE = yaml.safe_load(TEXT)


def text_with(**other: Any) -> str:
    return json.dumps(TEMPLATE | other)  # which is YAML too, and made much faster


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [", "is no YAML"),
        ("- 1", "/: Input should be a valid dictionary"),
        (text_with(colour="red"), "/colour: Extra inputs"),
        (text_with(consent="aunt"), "/consent: "),
        (text_with(criteria=[]), "/criteria: "),
        (text_with(criteria=[{"code": "A", "text": "x", "purposes": ["challenge"]}]), "/criteria/0/code: "),
        (text_with(weights={"travel": -1}), "/weights/travel: "),
        (text_with(id="another"), "/id: the file of another is another.yaml"),
        (text_with(conflicts=["enemy"]), "/conflicts/0: "),
        (text_with(steps=[{"id": "a", "title": "A", "by": ["nobody"]}]), "steps, a: there is no role nobody"),
        (text_with(steps=[{"id": "a", "title": "A", "by": ["pupil"], "form": "b"}]), "steps, a: there is no form b"),
        (text_with(review={"every_weeks": 6, "by": ["king"], "decisions": ["close"]}), "review: there is no role king"),
        (text_with(signs={"pass_on_to": ["parent"]}), "signs: say which accounts hold the role parent"),
        (text_with(refer_on={"by": ["king"], "choices": [NEED]}), "refer_on: there is no role king"),
        (text_with(needs={"choices": [NEED], "counted_until": ["02-29"]}), "there is no 02-29 in every year"),
        (text_with(needs={"choices": [NEED, NEED], "counted_until": ["02-28"]}), "a need is there twice"),
        (
            text_with(review={"every_weeks": 6, "by": ["parent"], "decisions": ["close"]}),
            "review: say which accounts hold the role parent",
        ),
        (
            text_with(review={"every_weeks": 6, "by": ["head_of_team"], "decisions": ["monitor"]}),
            "review: say monitor_weeks",
        ),
        (
            TEXT.replace("by: [pupil, mentor], form: evaluation", "by: [pupil, parent], form: evaluation"),
            "steps, evaluation: only a mentor or a mentee writes a reflection",
        ),
        (text_with(confidentiality={"notes_read_by": ["press"], "summary_to": []}), "there is no role press"),
        (text_with(roles=[{"id": "pupil", "title": "Pupil"}] * 2, steps=[], forms=[]), "roles: pupil is there twice"),
        ("\n".join(line for line in TEXT.splitlines() if not line.startswith("pairing")), "does not say: pairing"),
        (TEXT.replace("meetings_per_week: 1", "meetings_per_week: 0"), "say meetings_per_week, or 0 and"),
        (TEXT.replace("kind: choice", "kind: text"), "a choice, and nothing else, has choices"),
        (TEXT.replace("filled_by: [pupil]", "filled_by: [aunt]"), "forms, agreement: there is no role aunt"),
        (
            TEXT.replace("id: hand_over, title", "id: x, title").replace("kind: hand_over", "kind: agreement"),
            "one agreement",
        ),
        (TEXT.replace("form: agreement,", "form: null,"), "steps, agreement: say which form it has"),
        (TEXT.replace("kind: hand_over", "kind: survey"), "there is no survey"),
        (
            TEXT.replace("signed_by: [mentor, pupil], kind", "signed_by: [mentor, parent], kind"),
            "signed by a mentor and a mentee, and by nobody else",
        ),
        (text_with(safe_contact={"roles": ["parent"], "text": "x"}), "say which accounts hold the role parent"),
        (text_with(safe_contact={"roles": ["king"], "text": "x"}), "safe_contact: there is no role king"),
        (text_with(survey={"title": "x", "statements": [STATEMENT] * 2}), "a statement is there twice"),
        (text_with(survey={"title": "x", "statements": [STATEMENT, STATEMENT | {"id": "b"}]}), "ask about both views"),
        (
            text_with(survey={"title": "x", "scale": 2, "differ_by": 2, "statements": [STATEMENT, OTHER_VIEW]}),
            "differ_by is less than scale",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BrokenTemplate) as refused:
        read({"pupil-mentoring.yaml": text})
    assert str(refused.value).startswith("pupil-mentoring.yaml")
    assert said in str(refused.value)


def after(*overrides: OverrideSetting) -> Programme:
    """The programme after these were said."""
    state = given(PROGRAMME, OPENED).state
    for command in overrides:
        state = reduce(PROGRAMME.evolve, PROGRAMME.decide(command, state, NOW), state)
    return state


def test_an_override_holds_between_its_days_only() -> None:
    programme = after(override("mentoring.hours_per_trainee_week", 2, JANUARY, MARCH))
    hours = {
        day: programme.settings_on(day).mentoring.hours_per_trainee_week
        for day in (JANUARY - timedelta(days=1), JANUARY, MARCH, MARCH + timedelta(days=1))
    }
    assert list(hours.values()) == [1.5, 2, 2, 1.5]


def test_a_later_override_replaces_an_earlier_one() -> None:
    programme = after(
        override("weights.travel", 3, JANUARY), override("weights.travel", 5, date(2027, 2, 1), date(2027, 2, 28))
    )
    days = (date(2026, 12, 31), JANUARY, date(2027, 2, 1), date(2027, 3, 1))
    assert [programme.settings_on(day).weights["travel"] for day in days] == [1, 3, 5, 3]
    assert programme.number == 3


def test_the_event_says_the_settings_of_every_stretch_and_their_version() -> None:
    [event] = given(PROGRAMME, OPENED).when(override("offers.leave_stale_out", True, JANUARY, MARCH)).events
    assert isinstance(event, SettingOverridden)
    assert event.number == 2
    assert [(stretch.effective_from, stretch.settings["offers"]["leave_stale_out"]) for stretch in event.stretches] == [
        (date(2026, 9, 1), False),
        (JANUARY, True),
        (date(2027, 4, 1), False),
    ]


@pytest.mark.parametrize(
    ("setting", "value", "pointer"),
    [
        ("mentoring.hours_per_trainee_week", 0, "/value"),
        ("mentoring.hours_per_trainee_week", "many", "/value"),
        ("mentoring.minutes", 5, "/setting"),
        ("offers.stale_after_days.more", 5, "/setting"),
        ("consent", "aunt", "/value"),
        ("consent.by", "parent", "/setting"),
        ("nothing", 1, "/setting"),
        ("weights.luck", 1, "/setting"),
        ("weights", {"luck": 1}, "/setting"),
        ("weights.travel", -1, "/value"),
        ("", 1, "/setting"),
        ("criteria", [], "/value"),
        ("review.by", ["king"], "/setting"),
        ("answers.remind_after", 0, "/value"),
        ("answers.remind_after", 10, "/value"),
        ("answers.answer_within", 5, "/value"),
        ("answers.never", 1, "/setting"),
        ("readiness.training", "perhaps", "/value"),
        ("contrast.colour", 1, "/setting"),
        ("contrast.size", -1, "/value"),
        ("contrast", dict.fromkeys(templates()["ite-placement"].contrast.model_dump(), 0), "/value"),
        ("travel_caps.car", 0, "/value"),
        ("travel_caps.boat", 60, "/setting"),
        ("travel_speeds.walking", 0, "/value"),
        ("travel_speeds.walking", "nan", "/value"),
        ("detour_factor", 0.9, "/value"),
        ("detour_factor", True, "/value"),
        ("weights.travel", 10**17, "/value"),
        ("weights.travel", 10_001, "/value"),
        ("weights.travel", True, "/value"),
        ("weights", {"travel": "3"}, "/value"),
        ("contrast.size", 10**17, "/value"),
        ("mentoring.hours_per_trainee_week", 1e308, "/value"),
        ("mentoring.hours_per_trainee_week", 1e-320, "/value"),
        ("mentoring.hours_per_trainee_week", True, "/value"),
        ("mentoring.hours_per_trainee_week", 1.1, "/value"),
        ("mentoring.weeks", [10**9], "/value"),
        ("answers.answer_within", 10**6, "/value"),
        ("offers.stale_after_days", 10**9, "/value"),
        ("travel_caps.car", 10**9, "/value"),
        ("readiness.training", "yes", "/value"),
        ("countersignature", 1, "/value"),
        *((name, "another", "/setting") for name in sorted(FIXED)),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_pointer(setting: str, value: Any, pointer: str) -> None:
    given(PROGRAMME, OPENED).when(override(setting, value, JANUARY)).refused(Invalid, pointer=pointer)


@pytest.mark.covers("M2", "M8", "M10")
def test_settings_for_matching_can_be_overridden_and_are_published() -> None:
    programme = after(
        override("answers", {"remind_after": 2, "answer_within": 4}, JANUARY),
        override("readiness.training", True, JANUARY),
        override("readiness.qts", True, JANUARY),
        override("contrast.size", 3, JANUARY),
        override("travel_caps.walking", 30, JANUARY),
        override("travel_speeds.bicycle", 12, JANUARY),
        override("detour_factor", 1.4, JANUARY),
        override("weights.wishes", 20, JANUARY),
    )
    rules = public_rules(programme.settings_on(JANUARY).model_dump(mode="json"), programme.number)
    assert (rules.remind_after, rules.answer_within, rules.asks_training, rules.asks_qts) == (2, 4, True, True)
    assert (rules.contrast["size"], rules.contrast["phase"], rules.weights["wishes"]) == (3, 1, 20)
    assert (rules.travel_caps, rules.travel_speeds, rules.detour_factor) == ({"walking": 30}, {"bicycle": 12.0}, 1.4)
    assert rules.facets_by_reason == {"subject_knowledge": ("subject",), "behaviour_management": ("behaviour",)}
    before = public_rules(programme.settings_on(JANUARY - timedelta(days=1)).model_dump(mode="json"), 1)
    assert (before.remind_after, before.travel_caps, before.detour_factor) == (5, {}, None)


def test_the_days_of_an_override_are_in_order_and_within_the_programme() -> None:
    backwards = override("weights.travel", 3, MARCH, JANUARY)
    given(PROGRAMME, OPENED).when(backwards).refused(Invalid, pointer="/effective_to")
    for day in (date(2027, 8, 1), date(2025, 8, 1), date.min):
        out = override("weights.travel", 3, day)
        given(PROGRAMME, OPENED).when(out).refused(Invalid, pointer="/effective_from")


def test_a_setting_that_was_stored_beyond_todays_limits_is_read_and_can_be_set_right() -> None:
    stored = override("weights.travel", 10**17, JANUARY).override
    [event] = given(PROGRAMME, OPENED).when(override("weights.travel", 3, JANUARY)).events
    assert isinstance(event, SettingOverridden)
    before = event.model_copy(update={"override": stored})
    state = given(PROGRAMME, OPENED, before).state
    assert state.settings_on(JANUARY).weights["travel"] == 10**17
    [after] = given(PROGRAMME, OPENED, before).when(override("weights.travel", 3, JANUARY)).events
    assert isinstance(after, SettingOverridden)
    assert given(PROGRAMME, OPENED, before, after).state.settings_on(JANUARY).weights["travel"] == 3


@pytest.mark.parametrize("first", [date.min, date.max])
def test_a_programme_that_was_stored_at_the_end_of_the_calendar_can_still_be_set(first: date) -> None:
    opened = OPENED.model_copy(update={"starts_on": first, "ends_on": date.max})
    [event] = given(PROGRAMME, opened).when(override("weights.travel", 3, first)).events
    assert isinstance(event, SettingOverridden)


def test_an_override_may_start_in_the_summer_before_the_programme() -> None:
    [event] = given(PROGRAMME, OPENED).when(override("weights.travel", 3, JULY, date.max)).events
    assert isinstance(event, SettingOverridden)
    assert [(stretch.effective_from, stretch.settings["weights"]["travel"]) for stretch in event.stretches] == [
        (JULY - timedelta(days=1), 1),
        (JULY, 3),
    ]


def test_a_programme_opened_before_there_were_so_many_settings_is_read_with_their_defaults() -> None:
    few = {"id", "edition", "title", "about", "criteria", "assessment", "weights"}
    old = {name: value for name, value in OPENED.settings.items() if name in few}
    old["mentoring"] = {"hours_per_trainee_week": 1.5, "meetings_per_week": 1, "targets_per_meeting": 3}
    programme = given(PROGRAMME, OPENED.model_copy(update={"settings": old})).state
    settings = programme.settings_on(JULY)
    assert (settings.countersignature, settings.consent, settings.mentees) == (True, None, ("trainee",))
    assert settings.offers.leave_stale_out is False


DAYS = st.dates(date(2026, 6, 1), date(2027, 7, 31))
OVERRIDES = st.lists(
    st.builds(
        lambda value, first, days: Override(
            setting="weights.travel",
            value=value,
            effective_from=first,
            effective_to=None if days is None else first + timedelta(days=days),
        ),
        st.integers(0, 9),
        DAYS,
        st.none() | st.integers(0, 100),
    ),
    max_size=5,
)


@given_any(OVERRIDES, DAYS)
def test_the_stretches_give_each_day_the_values_of_the_overrides(overrides: list[Override], day: date) -> None:
    state = given(PROGRAMME, OPENED).state
    stretches = None
    for setting in overrides:
        command = override("weights.travel", setting.value, setting.effective_from, setting.effective_to)
        for event in PROGRAMME.decide(command, state, NOW):
            assert isinstance(event, SettingOverridden)
            state, stretches = PROGRAMME.evolve(state, event), event.stretches
    said = [override.value for override in overrides if override.holds_on(day)]
    expected = said[-1] if said else templates()["ite-placement"].weights["travel"]
    assert state.settings_on(day).weights["travel"] == expected
    if stretches is not None:
        found = [stretch for stretch in stretches if stretch.effective_from <= day or stretch is stretches[0]][-1]
        assert Template.model_validate(found.settings).weights["travel"] == expected


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.id)
def test_the_rule_for_a_mentors_time_is_in_the_rulebook(template: Template) -> None:
    known = {each.id for each in rules()}
    assert template.mentor_time_rule is None or template.mentor_time_rule in known


def test_those_who_accept_days_have_accounts() -> None:
    days = {"kinds": ["general"], "accepted_by": ["mentor"]}
    with pytest.raises(ValidationError, match="days: say which accounts hold the role mentor"):
        Template.model_validate(templates()["ite-placement"].model_dump() | {"days": days})


def test_a_setting_that_is_fixed_by_now_is_still_read_where_an_earlier_version_overrode_it() -> None:
    template = templates()["ite-placement"]
    assert with_setting(template, "review.every_weeks", 4).review != template.review
    with pytest.raises(NoSuchSetting):
        with_setting(template, "review.every_weeks", 4, sent=True)
