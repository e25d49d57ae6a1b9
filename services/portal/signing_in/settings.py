"""Settings of the portal alone, from the environment and mounted secrets."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kernel.settings import MissingSetting, secrets_directory

SERVICES = ("referral", "matching", "sessions", "reporting")
"""The services that pages call."""


class PortalSettings(BaseSettings):
    """What the portal reads from the environment besides what every service reads."""

    model_config = SettingsConfigDict(extra="ignore")

    alongside_env: Annotated[
        Literal["production", "local"],
        Field(description="`local`: whoever opens the page signs in as anybody, for a demonstration on one machine."),
    ] = "production"
    alongside_portal_key: Annotated[
        SecretStr | None,
        Field(description="Signs the tokens by which services know who looks at a page: an EC P-256 key, PEM."),
    ] = None
    alongside_portal_issuer: Annotated[
        str, Field(description="The `iss` of the portal's tokens, one of ALONGSIDE_ISSUERS of every service.")
    ] = "https://portal.local.alongside.example"
    alongside_url_referral: Annotated[str, Field(description="Where referral answers HTTP.")] = ""
    alongside_url_matching: Annotated[str, Field(description="Where matching answers HTTP.")] = ""
    alongside_url_sessions: Annotated[str, Field(description="Where sessions answers HTTP.")] = ""
    alongside_url_reporting: Annotated[str, Field(description="Where reporting answers HTTP.")] = ""
    alongside_brand_colour: Annotated[
        str,
        Field(description="The colour of the band at the top of each page, as #rrggbb.", pattern="^#[0-9a-fA-F]{6}$"),
    ] = "#17524c"
    alongside_session_idle_minutes: Annotated[
        int, Field(description="Minutes without a page after which a sign-in ends.", gt=0)
    ] = 120
    alongside_session_hours: Annotated[int, Field(description="Hours after which every sign-in ends.", gt=0)] = 12

    @classmethod
    def read(cls) -> "PortalSettings":
        """Read the settings from the environment and the folder of secrets."""
        return cls(_secrets_dir=secrets_directory())

    def urls(self) -> dict[str, str]:
        """Return the base URL of each service; raises `MissingSetting`."""
        found = {service: str(getattr(self, f"alongside_url_{service}")) for service in SERVICES}
        for service, url in found.items():
            if not url:
                raise MissingSetting(f"ALONGSIDE_URL_{service.upper()}")
        return found

    def key(self) -> str:
        """Return the key that signs tokens; raises `MissingSetting`."""
        if self.alongside_portal_key is None:
            raise MissingSetting("ALONGSIDE_PORTAL_KEY")
        return self.alongside_portal_key.get_secret_value()
