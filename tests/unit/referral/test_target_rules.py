"""What a template says of targets has to make sense before a programme is opened from it."""

from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.referral.domain.templates import Template
from services.referral.programmes import templates
from shared.events.practices import Practice
from tests.support.tenth_programme import programme_opened


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.id)
def test_every_programme_says_how_many_targets_a_week_and_when_somebody_is_told(template: Template) -> None:
    rules = Practice.model_validate(template.model_dump()).targets
    assert rules.per_week is not None
    assert rules.per_week >= template.mentoring.targets_per_meeting
    assert rules.untouched_after is not None


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ({"form": "nowhere"}, "targets: there is no form nowhere"),
        ({"form": "agreement"}, "forms, agreement: hopes is for both to fill in, and no signature"),
        ({"shared_with": ["nobody"]}, "targets: there is no role nobody"),
        ({"shared_with": ["mentor"]}, "targets: mentor is one of the two, who see every target"),
    ],
)
def test_a_rule_that_nobody_could_follow_is_refused(targets: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Template.model_validate(
            templates()["ite-placement"].model_dump() | {"targets": {"untouched_after": 10} | targets}
        )


@pytest.mark.covers("S3", "S12")
def test_an_untouched_target_is_a_sign_only_where_the_targets_say_when_somebody_is_told() -> None:
    settings = templates()["ite-placement"].model_dump()
    silent = settings["targets"] | {"untouched_after": None}

    with pytest.raises(ValidationError, match="say in targets after how many days one lies untouched"):
        Template.model_validate(settings | {"targets": silent})


@pytest.mark.covers("S3", "S12")
@pytest.mark.parametrize(
    ("days", "owner_is_told_after", "is_sign", "told", "sign_after"),
    [(20, 10, True, 10, 15), (20, None, True, 20, 25), (None, 10, False, 10, None), (None, None, False, None, None)],
)
def test_a_template_of_before_with_days_of_its_own_for_the_sign_is_read_as_one_clock(
    days: int | None, owner_is_told_after: int | None, is_sign: bool, told: int | None, sign_after: int | None
) -> None:
    settings = templates()["ite-placement"].model_dump(mode="json")
    settings["signs"]["untouched_targets"] = days
    settings["targets"]["untouched_after"] = owner_is_told_after

    template = Template.model_validate(settings)

    assert template.signs is not None
    assert (template.signs.untouched_targets, template.targets.untouched_after) == (is_sign, told)
    practice = Practice.model_validate(programme_opened(template, uuid4()).model_dump()["practice"])
    assert practice.signs is not None
    assert (practice.signs.untouched_targets, practice.targets.untouched_after) == (sign_after, told)
    # what sessions stored of a programme of before, as it was published then
    of_before = Practice.model_validate({"signs": settings["signs"], "targets": settings["targets"]})
    assert of_before.targets.untouched_after == told
