"""The names of code and tests keep to the vocabulary: no filler, no private metaphor, no participle for a function."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("alongside", "services", "shared", "tests")

NOT_IN_A_NAME = frozenset(
    re.findall(
        "[a-z]+",
        "base beside data helper helpers impl info manager misc said stuff thing things told util utils",
    )
)
NOT_A_FUNCTION = frozenset(
    re.findall(
        "[a-z]+",
        "begun bound broken brought built caught chosen done drawn found forgotten given gone heard held "
        "hidden kept known laid left lent lost made met paid proven running said seen sent serving settling "
        "shown spoken standing stood struck taken thrown told understood unheard withdrawn won written",
    )
)
PUBLISHED = {"AppetiteSaid", "NoteTold"}
"""Events keep the names under which they are stored."""
GIVEN_WHEN_THEN = {"given", "refused"}
"""The words in which tests of deciders are written."""
ADJECTIVES = {"shared"}
"""Words that look like a participle and are none."""
NAMES_OF_THE_STORE = {"parked_streams", "stored_answer"}
"""Methods of the kernel's store, which the store in memory has too."""


def words_of(name: str) -> set[str]:
    """Return the words of a name, in lower case: of `RoundResult` round and result."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method is read like a field, so that an adjective is a good name for it."""
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def is_participle(word: str) -> bool:
    """Whether a word is a participle: it says neither what a function does nor what it returns."""
    return word in NOT_A_FUNCTION or (bool(re.fullmatch(r"[a-z]+[^e]ed", word)) and word not in ADJECTIVES)


def complaints(tree: ast.AST, module: str) -> Iterator[str]:
    """Yield each public name of a module that is no name, and the module's own."""
    if words_of(module) & NOT_IN_A_NAME:
        yield module
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith(("_", "test_")):
            continue
        if words_of(node.name) & NOT_IN_A_NAME and node.name not in PUBLISHED:
            yield node.name
        elif isinstance(node, ast.ClassDef) or is_property(node) or node.name in GIVEN_WHEN_THEN:
            continue
        elif is_participle(node.name):
            yield node.name


def participles(tree: ast.AST) -> Iterator[str]:
    """Yield each function of a module whose name begins with a participle; fields and names of tests may."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_property(node):
            continue
        name = node.name.strip("_")
        if is_participle(name.split("_")[0]) and name not in GIVEN_WHEN_THEN | NAMES_OF_THE_STORE:
            yield node.name


def test_every_public_name_is_one() -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {name}"
        for package in CODE
        for file in sorted((ROOT / package).rglob("*.py"))
        for name in complaints(ast.parse(file.read_text(encoding="utf-8")), file.stem)
    }
    assert not wrong, "CONTRIBUTING.md, Words"


def test_no_function_in_tests_begins_with_a_participle() -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for name in participles(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not wrong, "CONTRIBUTING.md, Words: a verb for what it does, a noun for what it returns, is_ for a condition"


def test_a_participle_is_found_wherever_the_function_stands() -> None:
    names = """
class Season:
    def told(self): ...
    @property
    def closed(self): ...
def _drawn_round():
    async def said_so(): ...
def test_settled(): ...
def given(): ...
def feed_all(): ...
"""
    assert sorted(participles(ast.parse(names))) == ["_drawn_round", "said_so", "told"]


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
