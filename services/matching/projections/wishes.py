"""What people said of whom they would like to be with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.matching.domain import known, wishes
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class SaidRow:
    """Names in their order, None where nothing was said; `_passed_on` is what a lead said for the person."""

    person_id: UUID
    wishes: tuple[str, ...] | None = None
    wishes_passed_on: tuple[str, ...] | None = None
    vetoes: tuple[str, ...] | None = None
    vetoes_passed_on: tuple[str, ...] | None = None
    choices: tuple[str, ...] | None = None
    choices_passed_on: tuple[str, ...] | None = None


def _said(kind: wishes.Kind) -> Callable[[SaidRow | None, wishes.Events], SaidRow]:
    def fold(row: SaidRow | None, event: wishes.Events) -> SaidRow:
        names: dict[str, Any] = {kind if event.themselves else f"{kind}_passed_on": event.names}
        return replace(row or SaidRow(event.person_id), **names)

    return fold


SAID = ReadModel(
    name="said",
    row=SaidRow,
    key=("person_id",),
    on={
        wishes.WishesSaid: Step(key_from("person_id"), _said("wishes")),
        wishes.VetoesSaid: Step(key_from("person_id"), _said("vetoes")),
        wishes.ChoicesSaid: Step(key_from("person_id"), _said("choices")),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)
