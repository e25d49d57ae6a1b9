"""The programme templates: one YAML file each, validated when it is read."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import ValidationError

from services.referral.domain.templates import SENT, Template, gaps_in


class BrokenTemplate(ValueError):
    """A template's file that cannot be used; the message names the file, the place and what is wrong."""


@cache
def templates() -> dict[str, Template]:
    """Read every template of this package, by id; raises `BrokenTemplate`."""
    here = sorted(files(__name__).iterdir(), key=lambda file: file.name)
    return read({file.name: file.read_text(encoding="utf-8") for file in here if file.name.endswith(".yaml")})


def read(texts: Mapping[str, str]) -> dict[str, Template]:
    """Read templates from the texts of files; a file is named by its template's id. Raises `BrokenTemplate`.

    A file gives every setting, so that whoever reads it sees the whole programme.
    """
    return {name.removesuffix(".yaml"): _of_file(name, text) for name, text in texts.items()}


def _of_file(name: str, text: str) -> Template:
    try:
        found = Template.model_validate(yaml.safe_load(text), context=SENT)
    except yaml.YAMLError as error:
        raise BrokenTemplate(f"{name} is no YAML: {error}") from None
    except ValidationError as error:
        errors = (f"/{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise BrokenTemplate(f"{name}: {'; '.join(errors)}.") from None
    if missing := Template.model_fields.keys() - found.model_fields_set:
        raise BrokenTemplate(f"{name} does not say: {', '.join(sorted(missing))}.")
    if gaps := "; ".join(gaps_in(found)):
        raise BrokenTemplate(f"{name}: {gaps}.")
    if f"{found.id}.yaml" != name:
        raise BrokenTemplate(f"{name}: /id: the file of {found.id} is {found.id}.yaml.")
    return found
