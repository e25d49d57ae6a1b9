"""Write the page of settings."""

from pydantic_settings import BaseSettings

from alongside.local.platform import SERVICES
from services.portal.signing_in.settings import PortalSettings
from shared.events.schema import Schema
from shared.kernel.settings import Databases, Settings
from tools.reference.markdown import describe_type, generated_page, table

_ABOUT = """\
The environment variables of a service. Each may also be a file of the same name, in lower case, in the folder
`ALONGSIDE_SECRETS_DIR`, as orchestrators mount secrets. Secrets have no default.

Not for the rules of a programme: those are data, in `services/referral/programmes`."""
_HEADS = ("variable", "value", "default", "meaning")
_ROLES = {
    "owner": "Owns the tables; for migrations only.",
    "app": "Serves HTTP; sees only the tenant that a transaction names.",
    "worker": "Relays, consumes and projects; reads every tenant.",
}


_COMMAND_LINE = (
    (
        "`ALONGSIDE_STATE`",
        "Where the local stack keeps its data, secrets and logs; by default the user's state directory.",
    ),
    ("`ALONGSIDE_CACHE`", "Where Kafka's jars are kept; by default the user's cache directory."),
    ("`DATABASE_URL_ADMIN`", "A superuser's URL; databases are created on that server, and no local one is started."),
    ("`ALONGSIDE_URL_SERVICE`", "Where a service answers HTTP, for example `ALONGSIDE_URL_REFERRAL`."),
)


def page() -> str:
    """`docs/reference/settings.md`."""
    urls = [
        (f"`DATABASE_URL_{service.upper()}_{role.upper()}`", _ROLES[role])
        for service in SERVICES
        for role in Databases.model_fields
    ]
    return generated_page(
        "Settings",
        _ABOUT,
        "## Every service",
        table(_HEADS, _rows(Settings)),
        "## The portal",
        table(_HEADS, _rows(PortalSettings)),
        "## Databases",
        "`postgresql://USER:PASSWORD@HOST:PORT/DATABASE`. A process needs only those of the roles that it plays: `api` "
        "app, `worker` worker, `all` both, `migrate` owner, `rebuild` worker.",
        table(("variable", "role"), urls),
        "## The command line",
        "`alongside` reads the variables above too. It uses the servers that they name instead of starting its own.",
        table(("variable", "meaning"), _COMMAND_LINE),
    )


def _rows(settings: type[BaseSettings]) -> list[tuple[str, str, str, str]]:
    return [
        (f"`{name.upper()}`", _kind(one), _default(one), one["description"])
        for name, one in sorted(settings.model_json_schema()["properties"].items())
    ]


def _kind(schema: Schema) -> str:
    if schema.get("type") == "array":
        return "JSON list"
    return describe_type(
        {**schema, "anyOf": [one for one in schema.get("anyOf", ()) if one != {"type": "null"}] or [schema]}
    )


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "none" if default in (None, "", []) else f"`{default}`"
