import json
from collections.abc import AsyncIterator, Iterator

import pytest

from alongside.local.issuer import portal_key
from services.portal.main import portal
from services.portal.signing_in.settings import SERVICES, PortalSettings
from shared.kernel.service.definition import Service
from tests.integration.portal.visitors import NOBODY_ANSWERS, PORTAL_URL, Portal
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, run_identity_provider
from tests.support.mail_server import MailServer, run_mail_server
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="session")
async def school_provider() -> AsyncIterator[IdentityProvider]:
    """A provider to sign in with."""
    async with run_identity_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
async def trust_provider() -> AsyncIterator[IdentityProvider]:
    """Another provider to sign in with."""
    async with run_identity_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """The mail server that the portal hands its mails to."""
    with run_mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def portal_settings(
    school_provider: IdentityProvider,
    trust_provider: IdentityProvider,
    mail_server: MailServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> PortalSettings:
    """Settings with every way to sign in; no service answers at the addresses that pages call."""
    providers = [
        {"name": name, "issuer": each.issuer, "client_id": CLIENT, "client_secret": SECRET, "button": button}
        for name, each, button in (
            ("school", school_provider, "Sign in with your school account"),
            ("trust", trust_provider, "Sign in with your trust account"),
        )
    ]
    return PortalSettings.model_validate(
        {
            "alongside_portal_key": portal_key(tmp_path_factory.mktemp("portal")).pem,
            "alongside_portal_url": PORTAL_URL,
            "alongside_providers": json.dumps(providers),
            "alongside_smtp_url": mail_server.url,
            "alongside_mail_from": "alongside@example.org",
            **{f"alongside_url_{service}": NOBODY_ANSWERS for service in SERVICES},
        }
    )


@pytest.fixture(scope="session")
def portal_service(portal_settings: PortalSettings) -> Service:
    """The portal with these settings."""
    return portal(lambda: portal_settings)


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices, portal_service: Service) -> Platform:
    """The portal, with its worker and its pages."""
    return await shared_services.of(portal_service)


@pytest.fixture
def pages(platform: Platform, portal_settings: PortalSettings, mail_server: MailServer) -> Portal:
    """The pages of the portal."""
    return Portal(platform, portal_settings, mail_server)
