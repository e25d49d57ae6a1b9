"""The names of the code keep to the vocabulary: no filler, no private metaphor, no bare participle for a function."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("alongside", "services", "shared", "tests/contract", "tests/faults", "tests/support")

NOT_IN_A_NAME = frozenset(
    re.findall(
        "[a-z]+",
        "base beside data helper helpers impl info manager misc said stuff thing things told util utils",
    )
)
NOT_A_FUNCTION = frozenset(
    re.findall(
        "[a-z]+",
        "begun broken brought built chosen done found given held kept known lost made running seen sent serving "
        "settling standing taken written",
    )
)
PUBLISHED = {"AppetiteSaid", "NoteTold"}
"""Events keep the names under which they are stored."""
GIVEN_WHEN_THEN = {"given", "refused"}
"""The words in which tests of deciders are written."""


def words_of(name: str) -> set[str]:
    """Return the words of a name, in lower case: of `RoundResult` round and result."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method is read like a field, so that an adjective is a good name for it."""
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def complaints(tree: ast.AST, module: str) -> Iterator[str]:
    """Yield each public name of a module that is no name, and the module's own."""
    if words_of(module) & NOT_IN_A_NAME:
        yield module
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if words_of(node.name) & NOT_IN_A_NAME and node.name not in PUBLISHED:
            yield node.name
        elif isinstance(node, ast.ClassDef) or is_property(node) or node.name in GIVEN_WHEN_THEN:
            continue
        elif node.name in NOT_A_FUNCTION or re.fullmatch(r"[a-z]+[^e]ed", node.name):
            yield node.name


def test_every_public_name_is_one() -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {name}"
        for package in CODE
        for file in sorted((ROOT / package).rglob("*.py"))
        for name in complaints(ast.parse(file.read_text(encoding="utf-8")), file.stem)
    }
    assert not wrong, "CONTRIBUTING.md, Words"


def test_a_bad_name_is_found() -> None:
    names = "class PairManager: ...\ndef settled(): ...\ndef told_of(): ...\ndef pair_up(): ...\nclass Pair: ...\n"
    assert list(complaints(ast.parse(names), "utils")) == ["utils", "PairManager", "settled", "told_of"]


def test_every_exception_from_a_check_has_its_reason_behind_it() -> None:
    bare = re.compile(r"# (?:noqa|type: ignore)[^#()\s]*(?: ?[A-Z]+\d+,?)*\s*$")
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for package in ("alongside", "bench", "services", "shared", "tests", "tools")
        for file in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert wrong == []
