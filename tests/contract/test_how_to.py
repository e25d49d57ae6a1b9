"""The page on changing a public event shows code that works."""

import re

from tools.reference.sources import ROOT

PAGE = ROOT / "docs" / "how-to" / "change-a-public-event.md"


def test_the_example_of_a_new_version_does_what_the_page_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    shown: dict[str, object] = {"__name__": "shown"}

    exec(compile("\n".join(blocks), str(PAGE), "exec", dont_inherit=True), shown)

    assert "assert PUBLISHED.decode" in blocks[-1]
