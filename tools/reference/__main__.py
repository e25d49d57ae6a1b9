"""`python -m tools.reference`: write every generated document, unless it breaks a committed one."""

import sys

from tools.reference import documents
from tools.reference.sources import ROOT, broken_promises, committed_read_models, unordered_read_models


def main() -> None:
    """Write the files that have changed. If an event breaks its committed schema, or a read model has changed without
    a new edition, write nothing and exit with 1.
    """
    if broken := broken_promises():
        sys.exit("\n".join([*broken, "docs/how-to/change-a-public-event.md says what to do."]))
    if unordered := unordered_read_models(committed_read_models()):
        sys.exit("\n".join(unordered))
    for path, text in documents().items():
        file = ROOT / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(path)  # noqa: T201  # a command's output


if __name__ == "__main__":
    main()
