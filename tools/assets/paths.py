"""Where the sources of the assets are, and where the results go."""

from pathlib import Path

HERE = Path(__file__).parent
STYLES = HERE / "scss"
SCRIPTS = HERE / "js"
GOVUK_LICENCE = HERE / "LICENCE-govuk-frontend.txt"
ASSETS = HERE.parents[1] / "services" / "portal" / "pages" / "assets"
