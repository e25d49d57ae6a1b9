"""Make every colour of the stylesheet a custom property, so that dark mode and a trust's brand reach all of them.

govuk-frontend writes a good part of its colours as constants, and the others as properties with a constant to fall
back on. Browsers without custom properties run none of its scripts either, so the second kind loses its constants.
"""

import re

COLOUR = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
FALLBACK = re.compile(r"var\((--[a-z0-9-]+), ?#[0-9a-f]{3,8}\)")
TWICE = re.compile(r"(?<=[{;])([a-z-]+):[^;{}]*#[0-9a-f]{3,8}[^;{}]*;(?=\1:[^;{}]*var\()")
DECLARATION = re.compile(r"(?<=[{;])([a-z-]+):([^;{}]*)(?=[;}])")

TEXT = {
    "#fff": "--govuk-inverse-text-colour",
    "#0b0c0c": "--govuk-text-colour",
    "#0f385c": "--al-blue-ink",
    "#083d29": "--al-green-ink",
    "#2a1950": "--al-purple-ink",
    "#651b1b": "--al-red-ink",
    "#7a3c1c": "--al-orange-ink",
    "#0b4144": "--al-teal-ink",
    "#651b3e": "--al-magenta-ink",
}
GROUND = {
    "#fff": "--al-field",
    "#f4f8fb": "--al-field",
    "#f3f3f3": "--al-quiet",
    "#cecece": "--al-quiet-hover",
    "#0f7a52": "--alongside-brand",
    "#0b5c3e": "--al-brand-hover",
    "#1d70b8": "--alongside-brand",
    "#ca3535": "--govuk-error-colour",
    "#982828": "--al-error-hover",
    "#d2e2f1": "--al-blue-tint",
    "#cfe4dc": "--al-green-tint",
    "#ddd6ec": "--al-purple-tint",
    "#f4d7d7": "--al-red-tint",
    "#fde4d7": "--al-orange-tint",
    "#d0e6e7": "--al-teal-tint",
    "#f4d7e5": "--al-magenta-tint",
    "#ffee80": "--al-yellow-tint",
}
LINE = {
    "#0b0c0c": "--govuk-text-colour",
    "#cecece": "--govuk-border-colour",
    "#858686": "--govuk-input-border-colour",
}
SHADOW = {
    "#0b0c0c": "--govuk-text-colour",
    "#083d29": "--al-brand-shade",
    "#0f385c": "--al-brand-shade",
    "#858686": "--al-quiet-shade",
    "#651b1b": "--al-error-shade",
}
ROLES = {"color": TEXT, "background-color": GROUND, "background": GROUND, "box-shadow": SHADOW}
"""Which table replaces the constants of a property; lines are the rest."""


def replace_constants(css: str) -> str:
    """Return compressed CSS in which only custom properties are set to constant colours.

    Raises KeyError for a constant that no table names, as a new version of govuk-frontend may bring.
    """
    return DECLARATION.sub(_without_constants, TWICE.sub("", FALLBACK.sub(r"var(\1)", css)))


def _without_constants(declaration: re.Match[str]) -> str:
    name, value = declaration.groups()
    if name.startswith("--"):
        return declaration[0]
    table = ROLES.get(name, LINE)

    def replace(colour: re.Match[str]) -> str:
        constant = colour[0].lower()
        constant = "#fff" if constant == "#ffffff" else constant
        if constant not in table:
            raise KeyError(f"{constant} of `{declaration[0]}` stands in no table: give it a custom property")
        return f"var({table[constant]})"

    return f"{name}:{COLOUR.sub(replace, value)}"
