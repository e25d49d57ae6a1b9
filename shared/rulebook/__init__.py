"""Numbers that regulation sets, each with its dates and its source.

A fact is judged by the rule of its day. The YAML files beside this module are the only place for such a number. If no
rule is known for a day, a route or a phase, there is no verdict, and a total is shown as it is. Editions of a rule that
overlap, or that leave days between them without a rule, are refused when the files are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.calendar import day_after

Bound = Literal["at_least", "at_most", "exactly"]


class Rule(BaseModel):
    """A number that holds from one day to another, both included; without a last day it holds until further notice.

    `route` and `phase` are None if the rule holds for all of them. `verified_on` is when somebody last compared the
    rule with its source, None if nobody did. `unsure` rules are for planning, not for an inspector.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    edition: str = Field(min_length=1)
    about: str = Field(min_length=1)
    effective_from: date
    effective_to: date | None
    route: str | None
    phase: Literal["primary", "secondary"] | None
    bound: Bound
    quantity: float = Field(ge=0)
    unit: str = Field(min_length=1)
    source: str = Field(min_length=1)
    paragraph: str | None
    verified_on: date | None
    confidence: Literal["sure", "fair", "unsure"]

    def stands_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A total compared with the rule of its day; without a rule `met` is None, which is neither a verdict nor a
    failure.
    """

    total: float
    rule: Rule | None
    met: bool | None


class BrokenRulebook(ValueError):
    """A file of rules that cannot be used; the message names the file and what is wrong."""


@cache
def rules() -> tuple[Rule, ...]:
    """Read every rule of the rulebook; raises `BrokenRulebook`."""
    here = sorted(files(__name__).iterdir(), key=lambda file: file.name)
    return read({file.name: file.read_text(encoding="utf-8") for file in here if file.name.endswith(".yaml")})


def read(texts: Mapping[str, str]) -> tuple[Rule, ...]:
    """Read rules from the texts of files, by file name; raises `BrokenRulebook` for broken or contradictory rules."""
    found = [rule for name, text in texts.items() for rule in _of_file(name, text)]
    _refuse_overlaps_and_gaps(found)
    return tuple(found)


def rule(id_: str, on: date, *, route: str | None = None, phase: str | None = None) -> Rule | None:
    """Find the rule of a day, None if none is known; a rule for this route and phase goes before a general rule."""
    return of_its_day(rules(), id_, on, route=route, phase=phase)


def of_its_day(
    editions: Iterable[Rule], id_: str, on: date, *, route: str | None = None, phase: str | None = None
) -> Rule | None:
    """Find the rule of a day as `rule` does, among these rules."""
    fitting = [
        edition
        for edition in editions
        if edition.id == id_
        and edition.stands_on(on)
        and edition.route in (None, route)
        and edition.phase in (None, phase)
    ]
    return max(fitting, key=lambda edition: (edition.route is not None, edition.phase is not None), default=None)


def judge(total: float, by: Rule | None) -> Judgement:
    """Judge a total by a rule; without a rule there is no verdict."""
    if by is None:
        return Judgement(total, None, None)
    met = {"at_least": total >= by.quantity, "at_most": total <= by.quantity, "exactly": total == by.quantity}
    return Judgement(total, by, met[by.bound])


def _of_file(name: str, text: str) -> list[Rule]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BrokenRulebook(f"{name} is no YAML: {error}") from None
    if not isinstance(content, list):
        raise BrokenRulebook(f"{name} is not a list of rules.")
    rules_of_file = []
    for nth, fields in enumerate(content):
        try:
            rules_of_file.append(Rule.model_validate(fields))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = "/".join(str(part) for part in (nth, *first["loc"]))
            raise BrokenRulebook(f"{name}: /{where}: {first['msg']}.") from None
        last = rules_of_file[-1]
        if last.effective_to is not None and last.effective_to < last.effective_from:
            raise BrokenRulebook(f"{name}: /{nth}/effective_to: {last.id} ends before it begins.")
    return rules_of_file


def _refuse_overlaps_and_gaps(found: Iterable[Rule]) -> None:
    """Raise `BrokenRulebook` unless each edition of a rule begins on the day after the one before it ends."""
    alike = defaultdict(list)
    for edition in found:
        alike[edition.id, edition.route, edition.phase].append(edition)
    for (id_, *_), editions in alike.items():
        in_order = sorted(editions, key=lambda edition: edition.effective_from)
        for earlier, later in pairwise(in_order):
            if earlier.stands_on(later.effective_from):
                raise BrokenRulebook(
                    f"{id_}: editions {earlier.edition} and {later.edition} both hold on {later.effective_from}."
                )
            assert earlier.effective_to is not None  # or it would hold on every later day
            first, last = day_after(earlier.effective_to), day_after(later.effective_from, -1)
            if first <= last:
                raise BrokenRulebook(
                    f"{id_}: no edition holds from {first} to {last}, between {earlier.edition} and {later.edition}."
                )
