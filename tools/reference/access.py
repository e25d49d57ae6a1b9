"""Find who may use a route: the sentences of the policy functions that its command or query calls.

A route authorises nothing itself, so this follows the calls from the route through the modules of its own service. It
does so by the names in the compiled functions: a rule that is only reached through an object's attribute is not found.
A policy function whose docstring begins with "Whether" answers a question and is no rule.
"""

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tools.reference.markdown import first_sentence


def who_may(endpoint: Callable[..., Any]) -> str:
    """Who may use a route, by the first sentences of the policy functions it reaches, in the order of `policy.py`.

    Empty if the route reaches none.
    """
    assert isinstance(endpoint, FunctionType)
    rules = sorted(set(_rules(endpoint, set())), key=lambda rule: rule.__code__.co_firstlineno)
    sentences = dict.fromkeys(map(first_sentence, rules))
    return " ".join(sentence for sentence in sentences if not sentence.startswith("Whether "))


def _rules(function: FunctionType, seen: set[FunctionType]) -> Iterator[FunctionType]:
    """The policy functions that a function calls, itself or through its own service's modules."""
    seen.add(function)
    service = ".".join(function.__module__.split(".")[:2])
    names = set(_names(function.__code__))
    for called in _called(function, names):
        if called.__module__ == f"{service}.policy":
            yield called
        elif called not in seen and called.__module__.startswith(f"{service}."):
            yield from _rules(called, seen)


def _called(function: FunctionType, names: set[str]) -> Iterator[FunctionType]:
    """The functions that a function may call: globals of its module, and attributes of modules among these."""
    globals_ = vars(sys.modules[function.__module__])
    for name in sorted(names & globals_.keys()):
        match globals_[name]:
            case FunctionType() as called:
                yield called
            case ModuleType() as module:
                yield from (one for one in map(vars(module).get, sorted(names)) if isinstance(one, FunctionType))


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function uses, with those of the functions defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
