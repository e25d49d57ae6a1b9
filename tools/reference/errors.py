"""Write the page of problem types."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from alongside.local.platform import SERVICES
from shared.kernel.decider import DomainError
from shared.kernel.http.problems import kebab
from tools.reference.markdown import docstring_of, generated_page, table

_ABOUT = """\
Every error is a problem document (RFC 9457, `application/problem+json`). `type` is stable and meant for programs,
`detail` is a sentence for people, and `errors` points to the wrong fields or cells (`pointer`, `detail`). A 429 or 503
carries `Retry-After`, and nothing was stored. `draft`, where it is there, is the path of the draft that holds what was
sent.

Do not distinguish refusals by their `detail`: its wording may change, the `type` does not."""
_TYPE = "urn:alongside:problem:"
_NOT_RAISED = (
    ("bad-request", "400", "The body cannot be read: it is not text in UTF-8, or nested too deeply.", "every"),
    ("http-error", "4xx", "The request is not valid HTTP for this service.", "every"),
    (
        "method-not-allowed",
        "405",
        "The path exists, but not with this method; `Allow` lists those that it has.",
        "every",
    ),
    ("stalled", "503", "`/health/ready`: a relay, consumer or projection makes no progress.", "every"),
    (
        "too-large",
        "413",
        "The body is larger than the route takes at once: 1 MB of JSON, a file as the settings say.",
        "every",
    ),
    (
        "unavailable",
        "503",
        "The database does not answer; the command was not carried out, and nothing was lost.",
        "every",
    ),
    ("unforeseen", "500", "An unforeseen error in the service; nothing was stored.", "every"),
)
"""Problems without an error class of their own."""


def page() -> str:
    """`docs/reference/errors.md`."""
    for package in ("shared.kernel", *(f"services.{name}" for name in SERVICES)):
        _import_all(package)
    raised = [
        (kebab(one.__name__), str(one.status), docstring_of(one), _where(one)) for one in set(_below(DomainError))
    ]
    rows = [(f"`{_TYPE}{kind}`", *rest) for kind, *rest in sorted([*raised, *_NOT_RAISED])]
    return generated_page("Problem types", _ABOUT, table(("type", "status", "meaning", "service"), rows))


def _import_all(package: str) -> None:
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        import_module(module.name)


def _below(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for one in error.__subclasses__():
        if one.__module__.startswith(("shared.kernel.", "services.")):
            yield one
        yield from _below(one)


def _where(error: type[DomainError]) -> str:
    room, name, *_ = error.__module__.split(".")
    return name if room == "services" else "every"
