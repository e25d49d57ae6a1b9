"""The page of settings."""

from alongside.local.platform import SERVICES
from shared.events.schema import Schema
from shared.kernel.settings import Databases, Settings
from tools.reference.markdown import kind, table, whole

_ABOUT = """\
What a service reads from its environment. Any of it may also stand in a file of that name, in lower case, in the folder
that `ALONGSIDE_SECRETS_DIR` names, as orchestrators mount secrets. Secrets have no default.

Not for the rules of a programme: those are data, in `services/referral/programmes`."""
_ROLES = {
    "owner": "Owns the tables: migrations only.",
    "app": "Serves HTTP: sees only the tenants that a transaction has named.",
    "worker": "Relays, consumes and projects: reads every tenant.",
}


_COMMAND_LINE = (
    (
        "`ALONGSIDE_STATE`",
        "Where the local stack keeps its data, secrets and logs; by default the user's state directory.",
    ),
    ("`ALONGSIDE_CACHE`", "Where Kafka's jars are kept; by default the user's cache directory."),
    ("`DATABASE_URL_ADMIN`", "A superuser's URL: databases are made on that server and none is started."),
    ("`ALONGSIDE_URL_SERVICE`", "Where a service answers HTTP, for example `ALONGSIDE_URL_REFERRAL`."),
)


def page() -> str:
    """`docs/reference/settings.md`."""
    rows = [
        (f"`{name.upper()}`", _kind(one), _default(one), one["description"])
        for name, one in sorted(Settings.model_json_schema()["properties"].items())
    ]
    urls = [
        (f"`DATABASE_URL_{service.upper()}_{role.upper()}`", _ROLES[role])
        for service in SERVICES
        for role in Databases.model_fields
    ]
    return whole(
        "Settings",
        _ABOUT,
        "## Every service",
        table(("variable", "value", "default", "meaning"), rows),
        "## Databases",
        "`postgresql://USER:PASSWORD@HOST:PORT/DATABASE`. A process needs only those of the roles that it plays: `api` "
        "app, `worker` worker, `all` both, `migrate` owner, `rebuild` worker.",
        table(("variable", "role"), urls),
        "## The command line",
        "`alongside` reads the variables above too: a server that they name is used and not started.",
        table(("variable", "meaning"), _COMMAND_LINE),
    )


def _kind(schema: Schema) -> str:
    return kind({**schema, "anyOf": [one for one in schema.get("anyOf", ()) if one != {"type": "null"}] or [schema]})


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "none" if default in (None, "") else f"`{default}`"
