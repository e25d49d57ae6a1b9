"""Write the portal's assets anew. Needs npm; the versions and hashes of its packages are in package-lock.json."""

import json
import sys

from tools.assets.folder import AssetFolder, digest_of_sources
from tools.assets.icons import BRAND, draw_png, draw_svg
from tools.assets.npm import Packages, PackagesUnavailable, install_packages
from tools.assets.paths import ASSETS, GOVUK_LICENCE, SCRIPTS, STYLES
from tools.assets.stylesheet import replace_constants

WORKER = "service-worker.js"
"""Served under this name at the root, since its address decides which pages it serves."""
APPLE, LARGEST = 180, 512
SIZES = (192, LARGEST)
"""Widths of the icons of an installed page, in pixels."""


def main() -> int:
    """Build every asset, and remove those of earlier builds. Returns an exit code."""
    try:
        packages = install_packages()
    except PackagesUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    folder = AssetFolder()
    folder.add("portal.css", replace_constants(packages.compile_styles(STYLES / "portal.scss")).encode())
    for script in sorted(SCRIPTS.glob("*.js")):
        if script.name != WORKER:
            folder.add(script.name, packages.bundle(script))
    folder.add("htmx.js", packages.read("htmx.org/dist/htmx.min.js"))
    add_icons(folder)
    if (worker := SCRIPTS / WORKER).exists():
        folder.add(WORKER, packages.bundle(worker, ASSETS=json.dumps(folder.names)), hashed=False)
    add_licences(folder, packages)
    folder.write(ASSETS, digest_of_sources())
    for name, size in folder.sizes():
        sys.stdout.write(f"{name:<24} {size / 1000:6.1f} kB compressed\n")
    return 0


def add_icons(folder: AssetFolder) -> None:
    """Add the icon as SVG and as PNG, and the description of the portal as something to install."""
    folder.add("icon.svg", draw_svg().encode())
    folder.add(f"icon-{APPLE}.png", draw_png(APPLE))
    icons = []
    for size in SIZES:
        name = folder.add(f"icon-{size}.png", draw_png(size))
        icons.append({"src": name, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"})
    about = {
        "name": "Alongside",
        "short_name": "Alongside",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": BRAND,
        "background_color": "#fbfaf7",
        "icons": icons,
    }
    folder.add("portal.webmanifest", json.dumps(about, indent=1).encode())


def add_licences(folder: AssetFolder, packages: Packages) -> None:
    """Add the licences of the packages that the assets have parts of. That of govuk-frontend is in no package."""
    folder.add("LICENCE-govuk-frontend.txt", GOVUK_LICENCE.read_bytes(), hashed=False)
    folder.add("LICENCE-htmx.txt", packages.read("htmx.org/LICENSE"), hashed=False)


if __name__ == "__main__":
    sys.exit(main())
