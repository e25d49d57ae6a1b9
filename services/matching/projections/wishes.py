"""Wishes, vetoes and choices as a read model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.matching.domain import wishes
from services.matching.domain.people import PersonForgotten
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class WishesRow:
    """Names in their order, None if none were stated; `_passed_on` are names that a lead passed on."""

    person_id: UUID
    wishes: tuple[str, ...] | None = None
    wishes_passed_on: tuple[str, ...] | None = None
    vetoes: tuple[str, ...] | None = None
    vetoes_passed_on: tuple[str, ...] | None = None
    choices: tuple[str, ...] | None = None
    choices_passed_on: tuple[str, ...] | None = None


def _stated(kind: wishes.Kind) -> Callable[[WishesRow | None, wishes.Events], WishesRow]:
    def fold(row: WishesRow | None, event: wishes.Events) -> WishesRow:
        names: dict[str, Any] = {kind if event.themselves else f"{kind}_passed_on": event.names}
        return replace(row or WishesRow(event.person_id), **names)

    return fold


WISHES = ReadModel(
    name="said",
    row=WishesRow,
    key=("person_id",),
    on={
        wishes.WishesStated: Step(key_from("person_id"), _stated("wishes")),
        wishes.VetoesStated: Step(key_from("person_id"), _stated("vetoes")),
        wishes.ChoicesStated: Step(key_from("person_id"), _stated("choices")),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)
