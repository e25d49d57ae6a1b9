"""Take the next step of all referrals that wait for it: countersign them, accept them."""

from typing import Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import On, Tenant, today
from alongside.client import PlatformClient, connect_to_platform
from alongside.demo import personas
from alongside.demo.personas import Persona
from shared.wording import counted_noun

app = typer.Typer()
referrals_app = typer.Typer(no_args_is_help=True, help="Referrals that wait for their next step.")
app.add_typer(referrals_app, name="referrals")

PAGE = 1000


@referrals_app.command("countersign")
def referrals_countersign(on: On = None, tenant: Tenant = personas.TENANT) -> None:
    """Countersign, as a tutor, every referral that waits for it. Example: alongside referrals countersign"""
    with exit_on_error(), connect_to_platform(tenant) as client:
        waiting = [one for one in _referrals(client, "referred") if one["countersignature"]]
        _take(client, personas.TUTOR, "countersignatures", waiting, on)
    out.print(f"{counted_noun(len(waiting), 'referral is', 'referrals are')} countersigned.")


@referrals_app.command("accept")
def referrals_accept(on: On = None, tenant: Tenant = personas.TENANT) -> None:
    """Accept, as the partnership lead, every referral that has what its programme asks for.

    Example: alongside referrals accept
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        referred = _referrals(client, "referred")
        unsigned = [one for one in referred if one["countersignature"]]
        signed = [*_referrals(client, "countersigned"), *(one for one in referred if not one["countersignature"])]
        ready = [one for one in signed if one["consent"] is None or one["consented"]]
        _take(client, personas.LEAD, "acceptances", ready, on)
    print_accepted(len(ready), unsigned=len(unsigned), without_consent=len(signed) - len(ready))


def print_accepted(accepted: int, *, unsigned: int, without_consent: int) -> None:
    """Print how many referrals are accepted, and what the others wait for."""
    rest = (
        f" {counted_noun(without_consent, 'referral waits', 'referrals wait')} for a consent."
        if without_consent
        else ""
    )
    if unsigned:
        waiting = counted_noun(unsigned, "referral waits", "referrals wait")
        rest += f" {waiting} for a countersignature: `alongside referrals countersign` gives it."
    out.print(f"{counted_noun(accepted, 'referral is', 'referrals are')} accepted.{rest}", soft_wrap=True)


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


def _take(client: PlatformClient, who: Persona, step: str, referrals: list[dict[str, Any]], on: str | None) -> None:
    for at in range(0, len(referrals), PAGE):
        ids = [one["referral_id"] for one in referrals[at : at + PAGE]]
        client.post(who, "referral", f"/referrals/{step}", {"on": on or today(), "referral_ids": ids})
