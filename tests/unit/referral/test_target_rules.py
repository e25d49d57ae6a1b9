"""What a template says of targets has to make sense before a programme is opened from it."""

import pytest
from pydantic import ValidationError

from services.referral.domain.templates import Template
from services.referral.programmes import templates
from shared.events.practices import Practice


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
        Template.model_validate(templates()["ite-placement"].model_dump() | {"targets": targets})
