"""What a template says of people working together reaches sessions, whichever template it is."""

import pytest

from services.sessions.domain.programmes import PROGRAMME, LearnProgramme, ProgrammeNotKnown, require_known
from shared.events.practices import Practice
from shared.events.words import Side
from shared.kernel.decider import build_from
from tests.support.given import given
from tests.support.tenth_programme import TENTH
from tests.unit.sessions.examples import MONDAY
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme, programme_known

pytestmark = pytest.mark.covers("S1", "R1")
LEARN = build_from(LearnProgramme, programme_known(TENTH), on=programme_known(TENTH).happened_on)


def test_a_programme_is_remembered_with_its_roles_steps_forms_and_survey() -> None:
    given(PROGRAMME).when(LEARN).then(programme_known(TENTH))


def test_recording_a_programme_again_emits_no_event() -> None:
    given(PROGRAMME, programme_known(TENTH)).when(LEARN).then()


def test_a_programme_recorded_without_a_practice_gains_one() -> None:
    old = programme_known(TENTH).model_copy(update={"practice": Practice()})
    given(PROGRAMME, old).when(LEARN.model_copy(update={"on": MONDAY})).then(
        programme_known(TENTH).model_copy(update={"happened_on": MONDAY})
    )


def test_the_error_for_a_programme_that_is_not_known_yet_asks_to_try_again() -> None:
    with pytest.raises(ProgrammeNotKnown, match="try again in a minute"):
        require_known(None)


@pytest.mark.parametrize("template", EVERY_TEMPLATE.values(), ids=EVERY_TEMPLATE)
def test_every_programme_has_an_agreement_that_both_sides_fill_in_and_sign(template: object) -> None:
    each = programme(template)  # type: ignore[arg-type]  # the parameter is a template
    agreement = each.step("agreement")
    assert agreement is not None
    form = each.form_of(agreement)
    assert {*each.sides_of(agreement.signed_by)} == {"mentor", "trainee"}
    assert {*each.sides_of(form.read_by)} == {"mentor", "trainee"}
    assert all(each.fillers(agreement, field) for field in form.fields)
    assert each.practice.safe_contact is not None


@pytest.mark.parametrize(
    ("field", "sides"),
    [("between_us", {"mentor", "trainee"}), ("years_away", {"trainee"}), ("can_show", {"mentor"})],
)
def test_a_field_is_filled_in_by_those_whom_the_template_names(field: str, sides: set[Side]) -> None:
    step = RETURN.step("agreement")
    assert step is not None
    (found,) = (each for each in RETURN.form_of(step).fields if each.id == field)
    assert RETURN.fillers(step, found) == sides


def test_a_mentor_has_the_role_that_the_template_has_for_their_mentoring() -> None:
    newcomers = programme(EVERY_TEMPLATE["new-to-school"])
    assert newcomers.mentors_role("buddy") == "buddy"
    assert newcomers.mentors_role("structural") == "mentor"
    assert RETURN.mentors_role("lead") == "companion"
