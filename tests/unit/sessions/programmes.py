"""Every programme of the platform and the tenth, as sessions knows them."""

from services.referral.domain.templates import Template
from services.referral.programmes import templates
from services.sessions.domain.programmes import Programme, ProgrammeKnown
from shared.kernel.decider import build_from
from tests.support.tenth_programme import TENTH, programme_opened
from tests.unit.sessions.examples import PROGRAMME_ID


def programme_known(template: Template) -> ProgrammeKnown:
    """Return the event by which sessions keeps a programme that was opened from a template."""
    return build_from(ProgrammeKnown, programme_opened(template, PROGRAMME_ID))


def programme(template: Template) -> Programme:
    """A programme that was opened from a template."""
    event = programme_known(template)
    return Programme(event.title, event.practice, event.assesses)


EVERY_TEMPLATE = {**templates(), TENTH.id: TENTH}
RETURN = programme(TENTH)
"""The tenth programme."""
