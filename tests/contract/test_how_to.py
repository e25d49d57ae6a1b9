"""The page on changing a public event shows code that works, and code that is there."""

import inspect
import re
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import computed_field

from shared.events import Catalogue, PublicEvent
from shared.events.sessions import RelationshipOpened, hours_to_minutes
from shared.events.words import MentoringRole
from tools.reference.sources import ROOT

PAGE = ROOT / "docs" / "how-to" / "change-a-public-event.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
IMPORTED: dict[str, object] = {
    "Any": Any,
    "Catalogue": Catalogue,
    "ClassVar": ClassVar,
    "MentoringRole": MentoringRole,
    "PublicEvent": PublicEvent,
    "UUID": UUID,
    "computed_field": computed_field,
    "date": date,
}


def test_the_example_of_a_new_version_does_what_the_page_says() -> None:
    shown: dict[str, object] = {"__name__": "shown", **IMPORTED}

    exec(compile("\n".join(BLOCKS), str(PAGE), "exec", dont_inherit=True), shown)

    assert "assert opened." in BLOCKS[-2]
    assert "assert read." in BLOCKS[-1]


def test_the_class_and_the_upcaster_on_the_page_are_those_of_the_code() -> None:
    assert BLOCKS[:2] == [inspect.getsource(RelationshipOpened), inspect.getsource(hours_to_minutes)]
