"""Settings of a programme as people read and type them: what is read back is what was shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.portal.pages.programmes.settings import find_setting, in_words, read_value, settings_of, value_in_words
from services.referral.domain.templates import NoSuchSetting, settings_to_change, with_setting
from services.referral.programmes import templates

TEMPLATES = {name: template.model_dump(mode="json") for name, template in templates().items()}
VALUES = st.one_of(
    st.booleans(),
    st.integers(min_value=-1000, max_value=1000),
    st.integers(min_value=-1000, max_value=1000).map(lambda number: number / 4),
    st.sampled_from(["tutor", "line_manager", "2026-09-01"]),
    st.lists(st.sampled_from(["tutor", "mentor", "family"]), max_size=3),
    st.lists(st.integers(min_value=0, max_value=60), max_size=3),
)


@given(VALUES)
def test_what_is_shown_is_read_back_as_it_was(value: Any) -> None:
    assert read_value(value_in_words(value), value) == value


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_setting_of_a_template_can_be_found_and_read_back(name: str) -> None:
    groups = settings_of(TEMPLATES[name])
    assert [group for group, _ in groups] == sorted({group for group, _ in groups}, key=[g for g, _ in groups].index)
    for _, settings in groups:
        for setting in settings:
            assert find_setting(TEMPLATES[name], setting.path) == setting
            if setting.value != {}:
                assert read_value(setting.text, setting.value) == setting.value


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_setting_that_can_be_changed_is_taken_as_it_is_shown(name: str) -> None:
    template = templates()[name]
    for path in settings_to_change(template):
        setting = find_setting(TEMPLATES[name], path)
        if setting is not None and setting.value not in ({}, None):
            assert with_setting(template, path, read_value(setting.text, setting.value), sent=True) == template


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_other_setting_can_be_changed(name: str) -> None:
    template = templates()[name]
    shown = {setting.path: setting.value for _, settings in settings_of(TEMPLATES[name]) for setting in settings}
    for path in shown.keys() - set(settings_to_change(template)):
        with pytest.raises((NoSuchSetting, ValidationError)):
            with_setting(template, path, "another value", sent=True)


def test_parts_with_a_form_of_their_own_are_no_settings() -> None:
    assert find_setting(TEMPLATES["ite-placement"], "steps") is None
    assert find_setting(TEMPLATES["ite-placement"], "mentoring") is None


@pytest.mark.parametrize(
    ("text", "before", "value"),
    [
        ("", None, None),
        ("yes", None, True),
        ("No", True, False),
        ("2", 1.5, 2),
        ("a, b", ["c"], ["a", "b"]),
        ("7", "x", "7"),
    ],
)
def test_what_is_typed_is_of_the_kind_that_it_replaces(text: str, before: Any, value: Any) -> None:
    assert read_value(text, before) == value


def test_a_path_is_written_in_words() -> None:
    assert in_words("answers.remind_after") == "Answers: remind after"
