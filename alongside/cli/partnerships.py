"""Open a partnership: its name, and the account of its lead, who then invites everybody else."""

import re
import unicodedata
from typing import Annotated
from uuid import uuid4

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson, On, today
from alongside.client import PlatformClient, Refused, connect_to_platform
from alongside.demo import personas
from alongside.local.platform import PORTAL, PORTAL_URL, Addresses, NotRunning, find_addresses
from alongside.operations.services import Unknown
from shared.kernel.principal import is_tenant

app = typer.Typer()
partnership_app = typer.Typer(no_args_is_help=True, help="Partnerships, as whoever runs the platform opens them.")
app.add_typer(partnership_app, name="partnership")

LONGEST = 60
"""Characters of a tenant that is made from a name."""


@partnership_app.callback()
def partnerships() -> None:
    """Partnerships, as whoever runs the platform opens them."""


@partnership_app.command("open")
def partnership_open(
    name: Annotated[str, typer.Argument(help="The name, as people see it at the top of each page.")],
    lead: Annotated[str, typer.Option(help="The e-mail address of the partnership lead.", metavar="EMAIL")],
    lead_name: Annotated[
        str | None, typer.Option(help="The lead's name; by default what stands before the @ of their address.")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="The partnership's name for programs; by default made from its name.")
    ] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Open a partnership, and invite its lead, who signs in and invites everybody else. Repeat it to change the name.

    Example: alongside partnership open "Aire Valley" --lead name@example.org
    """
    with exit_on_error():
        opened = tenant or tenant_of(name)
        if not is_tenant(opened):
            raise Unknown(
                f"“{opened}” cannot be a partnership's name for programs: letters without accents, digits and hyphens. "
                "Choose one with --tenant."
            )
        addresses, day = find_addresses(), on or today()
        with connect_to_platform(opened) as client:
            client.put(personas.OPERATOR, PORTAL, "/api/partnership", {"name": name, "on": day})
            account_id, is_new = _invite(client, lead, lead_name or _name_of(lead), day)
        sign_in = _sign_in_address(addresses)
        if as_json:
            answer = {
                "partnership": opened,
                "name": name,
                "account_id": account_id,
                "invited": is_new,
                "sign_in": sign_in,
            }
            out.print_json(data=answer)
            return
        _print_what_follows(opened, name, lead, sign_in, is_new=is_new)


def tenant_of(name: str) -> str:
    """Return the name of a partnership for programs: of “Aire Valley”, aire-valley; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST].rstrip("-")


def _name_of(email: str) -> str:
    return re.sub(r"[._+-]+", " ", email.partition("@")[0]).strip().title() or email


def _invite(client: PlatformClient, email: str, name: str, on: str) -> tuple[str | None, bool]:
    """Invite the lead; return the account's id and whether it is new."""
    account_id = str(uuid4())
    role = {"role": "partnership_lead", "on": on, "why": "Opens the partnership."}
    body = {"name": name, "email": email, "role": role}
    try:
        client.put(personas.OPERATOR, PORTAL, f"/api/accounts/{account_id}", body)
    except Refused as refused:
        known = refused.problem.get("account_id")
        if known is None:
            raise
        return str(known), False
    return account_id, True


def _sign_in_address(addresses: Addresses) -> str:
    try:
        public = addresses[PORTAL_URL]
    except NotRunning:
        public = addresses.http(PORTAL)
    return f"{public.rstrip('/')}/sign-in"


def _print_what_follows(tenant: str, name: str, lead: str, sign_in: str, *, is_new: bool) -> None:
    def say(sentence: str) -> None:
        out.print(sentence, soft_wrap=True, highlight=False, markup=False)

    say(f"{name} is open; programs call it {tenant}.")
    if is_new:
        say(f"{lead} is invited as its lead: by mail, if a mail server is set up (ALONGSIDE_SMTP_URL).")
        say(f"Otherwise tell them to open {sign_in} and to sign in with this e-mail address.")
    else:
        say(f"{lead} had an account in it before, which was left as it is. They sign in at {sign_in}.")
    say(f"Next, bring in the schools: alongside schools import FILE --tenant {tenant}")
