"""A development deployment: secrets generated once into a folder, databases and roles made with them.

Nothing here is for production: there, secrets come from the orchestrator, and whoever owns the server provisions it.
"""

from pathlib import Path

from alongside.local.files import write_atomically
from alongside.local.issuer import Issuer, portal_key
from alongside.local.platform import ADMIN, PORTAL, SERVICES, Addresses
from alongside.local.secrets import Secrets
from shared.kernel.postgres.provision import ROLES, provision

READABLE = 0o644
"""The containers of one compose project run under several user ids and share the folder; nobody else sees it."""


def make_secrets(folder: Path) -> None:
    """Generate what is missing: PostgreSQL's password, the deployment's key, and signing keys with their key sets."""
    secrets = Secrets(folder)
    Issuer(folder)
    write_atomically(folder / "postgres_password", secrets.password("postgres"), mode=READABLE)
    for service in SERVICES:
        (folder / service).mkdir(exist_ok=True)
        write_atomically(folder / service / "alongside_master_key", secrets.master_key(), mode=READABLE)
    write_atomically(folder / PORTAL / "alongside_portal_key", portal_key(folder).pem, mode=READABLE)


async def provision_services(folder: Path, server: str) -> None:
    """Make each service's database and roles on `server` (host:port), and leave their URLs in the service's folder."""
    secrets = Secrets(folder)
    admin_url = f"postgresql://postgres:{secrets.password('postgres')}@{server}/postgres"
    for service in SERVICES:
        passwords = {role: secrets.password(f"{service}_{role}") for role in ROLES}
        for role, url in (await provision(admin_url, service, passwords)).items():
            write_atomically(folder / service / f"database_url_{service}_{role}", url, mode=READABLE)


async def provision_platform(addresses: Addresses, state: Path) -> None:
    """Make each service's database and roles on the server of the platform that runs on a state directory.

    Raises `NotRunning` without one.
    """
    admin_url, secrets = addresses[ADMIN], Secrets(state)
    for service in SERVICES:
        await provision(admin_url, service, {role: secrets.password(f"{service}_{role}") for role in ROLES})
