"""`python -m tools.reference`: write every generated document, unless an event breaks its committed schema."""

import sys

from tools.reference import documents
from tools.reference.sources import ROOT, broken_promises


def main() -> None:
    """Write the files that have changed; if an event breaks its committed schema, write nothing and exit with 1."""
    if broken := broken_promises():
        sys.exit("\n".join([*broken, "docs/how-to/change-a-public-event.md says what to do."]))
    for path, text in documents().items():
        file = ROOT / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(path)  # noqa: T201  # a command's output


if __name__ == "__main__":
    main()
