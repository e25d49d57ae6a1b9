"""`python -m tools.reference`: write every generated document; refuse to break what readers were promised."""

import sys

from tools.reference import documents
from tools.reference.sources import ROOT, broken_promises


def main() -> None:
    """Write what has changed; exit code 1, and nothing written, where a promise would be broken."""
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
