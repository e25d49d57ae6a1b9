"""The portal's committed assets: complete, small, of this project's look, and built from the sources as they are."""

import gzip
import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest

from services.portal.pages.brand import contrast
from tools.assets.folder import BUILT_FROM, MANIFEST, digest_of_sources, hashed_name
from tools.assets.paths import ASSETS

NAMES: dict[str, str] = json.loads((ASSETS / MANIFEST).read_text(encoding="utf-8"))
LICENCES = {"LICENCE-govuk-frontend.txt": "MIT License", "LICENCE-htmx.txt": "Zero-Clause BSD"}
UNHASHED = {MANIFEST, BUILT_FROM, "service-worker.js", *LICENCES}
LIMITS = {"portal.css": 20_000, "portal.js": 15_000, "htmx.js": 15_000}
"""Bytes as gzip sends them. A first page has 60,000 in all."""
GOVERNMENTS_OWN = ("crest", "crown", "transport", "#1d70b8", "#ffdd00", "#fd0")
"""Emblems, font and colours of GOV.UK's brand."""
NO_ADDRESSES = {"http://www.w3.org/"}
"""Names of XML namespaces, which nothing fetches."""


def content(name: str) -> str:
    """Return the text of the asset with a logical name."""
    return (ASSETS / NAMES[name]).read_text(encoding="utf-8")


def size_on_the_wire(name: str) -> int:
    return len(gzip.compress((ASSETS / NAMES[name]).read_bytes(), mtime=0))


def test_the_assets_are_built_from_the_sources_as_they_are() -> None:
    built_from = (ASSETS / BUILT_FROM).read_text(encoding="utf-8").strip()
    assert built_from == digest_of_sources(), "run `python -m tools.assets`: a source of the assets has changed"


def test_every_name_of_the_manifest_is_a_file_whose_hash_fits_and_no_other_file_is_there() -> None:
    for name, stored in NAMES.items():
        assert hashed_name(name, (ASSETS / stored).read_bytes()) == stored
    assert {path.name for path in ASSETS.iterdir()} - UNHASHED == set(NAMES.values())


def test_a_hash_in_a_name_is_that_of_the_content() -> None:
    digest = hashlib.sha256(b"a{}").hexdigest()
    assert hashed_name("portal.css", b"a{}") == f"portal-{digest[:12]}.css"


@pytest.mark.parametrize("name", LIMITS)
def test_an_asset_is_small(name: str) -> None:
    assert size_on_the_wire(name) <= LIMITS[name]


def texts() -> list[tuple[str, str]]:
    """Return every asset that is a text, with its logical name."""
    return [(name, content(name)) for name in NAMES if not name.endswith(".png")]


def test_no_asset_names_another_host() -> None:
    addresses = [
        (name, address)
        for name, text in texts()
        for address in re.findall(r"https?://[^\s\"'`)]+", text)
        if not address.startswith(tuple(NO_ADDRESSES))
    ]
    assert not addresses
    assert not re.search(r"@import|url\(", content("portal.css")), (
        "the policy for content allows no data: addresses either"
    )


def test_no_asset_bears_the_governments_brand() -> None:
    assert not [(name, word) for name, text in texts() for word in GOVERNMENTS_OWN if word in text.lower()]


@pytest.mark.parametrize(("name", "words"), LICENCES.items())
def test_the_licences_of_what_is_built_in_lie_with_it(name: str, words: str) -> None:
    assert words in (ASSETS / name).read_text(encoding="utf-8")


def test_the_icons_of_the_web_manifest_are_assets() -> None:
    icons = json.loads(content("portal.webmanifest"))["icons"]
    assert icons
    assert {icon["src"] for icon in icons} <= set(NAMES.values())


def colours(*, dark: bool) -> dict[str, str]:
    """Return the constant colours of the stylesheet's custom properties in one mode."""
    css = re.sub(r"@media print\{(?:[^{}]*\{[^{}]*\})*\}", "", content("portal.css"))
    night = re.search(r"\(prefers-color-scheme: ?dark\)\{:root\{([^}]*)\}", css)
    assert night is not None
    day = css[: night.start()]
    properties = r"(--[a-z0-9-]+): ?(#[0-9a-f]{6}|#[0-9a-f]{3})\b"
    found = dict(re.findall(properties, day)) | (dict(re.findall(properties, night[1])) if dark else {})
    return {
        name: colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        for name, colour in found.items()
    }


GROUNDS = [
    "--govuk-body-background-colour",
    "--govuk-surface-background-colour",
    "--govuk-template-background-colour",
    "--al-field",
    "--al-quiet",
]
TEXTS = [
    "--govuk-text-colour",
    "--govuk-secondary-text-colour",
    "--govuk-error-colour",
    "--govuk-success-colour",
    "--govuk-link-colour",
    "--govuk-link-visited-colour",
    "--govuk-link-hover-colour",
    "--govuk-link-active-colour",
    "--al-due",
]
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *(
        (f"--al-{name}-ink", f"--al-{name}-tint")
        for name in ("blue", "green", "purple", "red", "orange", "teal", "magenta")
    ),
    ("--al-orange-ink", "--al-yellow-tint"),
    ("--govuk-text-colour", "--al-quiet-hover"),
    ("--govuk-focus-text-colour", "--govuk-focus-colour"),
    ("--govuk-inverse-text-colour", "--govuk-error-colour"),
    ("--govuk-inverse-text-colour", "--al-error-hover"),
    ("--govuk-inverse-text-colour", "--govuk-success-colour"),
    ("--al-inverse", "--govuk-error-colour"),
    ("--alongside-on-brand", "--alongside-brand"),
]
SHAPES = [
    *((f"--al-series-{number}", "--govuk-surface-background-colour") for number in (1, 2, 3, 4)),
    *(("--govuk-input-border-colour", ground) for ground in GROUNDS),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(dark: bool) -> None:
    found = colours(dark=dark)
    pale = [pair for pair in PAIRS if contrast(found[pair[0]], found[pair[1]]) < 4.5]
    assert not pale + [pair for pair in SHAPES if contrast(found[pair[0]], found[pair[1]]) < 3]


def test_only_custom_properties_are_set_to_constant_colours() -> None:
    constants = re.findall(r"[;{]([a-z-]+:[^;{}]*#[0-9a-f]{3,8}\b[^;{}]*)[;}]", content("portal.css"))
    assert not [declaration for declaration in constants if not declaration.startswith("--")]


def test_the_stylesheet_serves_what_people_ask_of_their_device() -> None:
    css = content("portal.css").replace(" ", "")
    for preference in ("prefers-color-scheme:dark", "prefers-reduced-motion:reduce", "forced-colors:active"):
        assert f"({preference})" in css


def test_the_wheel_holds_the_assets(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ASSETS.parents[3])).build(directory=str(tmp_path), versions=["standard"])
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"services/portal/pages/assets/{path.name}" for path in ASSETS.iterdir()} <= inside
