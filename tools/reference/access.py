"""Find who may use a route: the sentences of the policy functions that its command or query calls.

A route authorises nothing itself, so this follows the calls from the route through the modules of its own service. It
does so by the names in the compiled functions: a rule that is only reached through an object's attribute is not found.
A policy function whose docstring begins with "Whether" or "Return" answers a question and is no rule. Of two rules of
which one asks the other, the one that asks is narrower, and is shown alone. A rule that returns the id of the person,
whose own records are then read, is shown where it is the only one. A route names its rule itself (`asks`) if it is made
from a declaration, or if parts of its answer have rules of their own.
"""

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

from tools.reference.markdown import first_sentence

_SEES = ("may_see", "visible_", "readable_", "reading_")
"""How the names of rules begin that say who sees something."""


def who_may(endpoint: Callable[..., Any], *, reads: bool) -> str:
    """Who may use a route, by the first sentences of the policy functions it reaches, in the order of the policy.

    Of a route that changes something, rules about who sees it are left out where it has others. Empty if the route
    reaches none.
    """
    assert isinstance(endpoint, FunctionType)
    reached = {vars(endpoint)["asks"]} if "asks" in vars(endpoint) else set(_rules(endpoint, set()))
    rules = {rule for rule in reached if not first_sentence(rule).startswith(("Whether ", "Return "))}
    narrowest = rules - {asked for rule in rules for asked in _asked_by(rule)}
    shown = {rule for rule in narrowest if rule.__annotations__.get("return") != UUID | None} or narrowest
    if not reads:
        shown = {rule for rule in shown if not rule.__name__.startswith(_SEES)} or shown
    return " ".join(dict.fromkeys(map(first_sentence, sorted(shown, key=_place))))


def _place(rule: FunctionType) -> int:
    """Where a rule stands in its policy: in a module by its line, in a package by the order of its `__all__`."""
    policy = sys.modules[str(_policy_of(rule))]
    return list(getattr(policy, "__all__", vars(policy))).index(rule.__name__)


def _asked_by(rule: FunctionType) -> set[FunctionType]:
    """The rules of the same policy that a rule asks, itself or through others."""
    asked: set[FunctionType] = set()
    left = [rule]
    while left:
        current = left.pop()
        for called in _called(current):
            if _policy_of(called) == _policy_of(rule) and called not in asked:
                asked.add(called)
                left.append(called)
    return asked


def _rules(function: FunctionType, seen: set[FunctionType]) -> Iterator[FunctionType]:
    """The policy functions that a function calls, itself or through its own service's modules."""
    seen.add(function)
    service = ".".join(function.__module__.split(".")[:2])
    for called in _called(function):
        if _policy_of(called) == f"{service}.policy":
            yield called
        elif called not in seen and called.__module__.startswith(f"{service}."):
            yield from _rules(called, seen)


def _policy_of(function: FunctionType) -> str | None:
    """The policy, a module or a package, in which a function stands; None for a function of another room."""
    path = function.__module__.split(".")[:3]
    return ".".join(path) if path[2:] == ["policy"] else None


def _called(function: FunctionType) -> Iterator[FunctionType]:
    """The functions that a function may call: globals of its module, and attributes of modules among these."""
    globals_ = vars(sys.modules[function.__module__])
    names = sorted(set(_names(function.__code__)))
    for name in names:
        match globals_.get(name):
            case FunctionType() as called:
                yield called
            case ModuleType() as module:
                yield from (one for one in map(vars(module).get, names) if isinstance(one, FunctionType))


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function uses, with those of the functions defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
