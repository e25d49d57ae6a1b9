"""Take the next step of all referrals that wait for it: countersign them, accept them."""

from typing import Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import Tenant, today
from alongside.client import PlatformClient, connect_to_platform
from alongside.demo import personas
from alongside.demo.personas import Persona

app = typer.Typer()
referrals_app = typer.Typer(no_args_is_help=True, help="Referrals that wait for their next step.")
app.add_typer(referrals_app, name="referrals")

PAGE = 1000


@referrals_app.command("countersign")
def referrals_countersign(tenant: Tenant = personas.TENANT) -> None:
    """Countersign, as a tutor, every referral that waits for it. Example: alongside referrals countersign"""
    with exit_on_error(), connect_to_platform(tenant) as client:
        waiting = [one for one in _referrals(client, "referred") if one["countersignature"]]
        _take(client, personas.TUTOR, "countersignatures", waiting)
    out.print(f"{len(waiting)} referrals are countersigned.")


@referrals_app.command("accept")
def referrals_accept(tenant: Tenant = personas.TENANT) -> None:
    """Accept, as the partnership lead, every referral that has what its programme asks for.

    Example: alongside referrals accept
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        signed = _referrals(client, "countersigned")
        signed += [one for one in _referrals(client, "referred") if not one["countersignature"]]
        ready = [one for one in signed if one["consent"] is None or one["consented"]]
        _take(client, personas.LEAD, "acceptances", ready)
    rest = f" {len(signed) - len(ready)} wait for a consent." if len(ready) < len(signed) else ""
    out.print(f"{len(ready)} referrals are accepted.{rest}")


def _referrals(client: PlatformClient, status: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := client.get(
        personas.LEAD,
        "referral",
        "/referrals",
        status=status,
        limit=PAGE,
        **({"after": found[-1]["referral_id"]} if found else {}),
    ):
        found += page
    return found


def _take(client: PlatformClient, who: Persona, step: str, referrals: list[dict[str, Any]]) -> None:
    for at in range(0, len(referrals), PAGE):
        ids = [one["referral_id"] for one in referrals[at : at + PAGE]]
        client.post(who, "referral", f"/referrals/{step}", {"on": today(), "referral_ids": ids})
