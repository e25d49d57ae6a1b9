"""Read model of the names of partnerships."""

from dataclasses import dataclass
from datetime import date

from services.portal.domain.partnerships import PartnershipNamed
from shared.kernel.readmodel import ReadModel, Step, row_of


@dataclass(frozen=True, slots=True)
class NameRow:
    """The name of the partnership: one row of each tenant."""

    own: bool
    name: str
    named_on: date


def _name(_: NameRow | None, event: PartnershipNamed) -> NameRow:
    return row_of(NameRow, event, own=True, named_on=event.happened_on)


NAMES = ReadModel(
    name="partnership_names", row=NameRow, key=("own",), on={PartnershipNamed: Step(lambda _: (True,), _name)}
)
