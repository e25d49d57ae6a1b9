"""Write the generated part of `docs/reference` and the committed event schemas from the code."""

import json
from collections.abc import Mapping
from typing import Any

from shared.events import PUBLISHED
from shared.events.catalogue import type_of, version_of
from shared.events.schema import file_name, schema_of
from tools.reference import cli, errors, events, http, permissions, reports, settings
from tools.reference.asyncapi import asyncapi
from tools.reference.sources import READ_MODELS, ROOT, read_models, services


def documents() -> dict[str, str]:
    """Every generated file, by its path from the project's root."""
    here = "docs/reference"
    pages = {
        f"{here}/asyncapi.yaml": asyncapi(),
        f"{here}/cli.md": cli.page(),
        f"{here}/errors.md": errors.page(),
        f"{here}/events.md": events.page(),
        f"{here}/http.md": http.page(),
        f"{here}/permissions.md": permissions.page(),
        f"{here}/settings.md": settings.page(),
    }
    interfaces = {f"{here}/openapi/{one.name}.json": _json(http.openapi(one)) for one in services()}
    schemas = {
        f"shared/events/schemas/{file_name(type_of(event), version_of(event))}": _json(schema_of(event))
        for event in PUBLISHED.classes.values()
    }
    editions = "".join(f"{name} {edition} {definition}\n" for name, (edition, definition) in read_models().items())
    return {**pages, **reports.pages(), **interfaces, **schemas, f"{READ_MODELS.relative_to(ROOT)}": editions}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
