"""The names of code and tests keep to the vocabulary: no filler, no private metaphor, no participle for a function."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
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


COUNTED = frozenset(
    re.findall(
        "[a-z]+",
        "bytes cells characters columns days digits errors events files functions hours items lessons meetings "
        "megabytes mentees mentors migrations minutes mistakes months pairs partitions people placements "
        "places proposals pupils records referrals relationships rounds rows schools seconds services sheets "
        "statements targets terms things trainees weeks years",
    )
)
"""What sentences count."""
NO_NUMBERS = {"command.phase schools", "self.phase schools"}
"""Values before such a noun that are no number."""


def counts_without_a_singular(tree: ast.AST) -> Iterator[str]:
    """Yield each value of an f-string with the plural noun after it: of 1 it would read "1 rows".

    A constant may stay: it is never 1.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in pairwise(node.values):
            if not (isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant)):
                continue
            words = re.match(r" (?:(?!that|has)[a-z]+ )?([a-z]+)\b", str(after.value))
            if words is None or words[1] not in COUNTED:
                continue
            names = [name.id for name in ast.walk(value.value) if isinstance(name, ast.Name)]
            found = ast.unparse(value.value) + words[0]
            if not all(name.isupper() for name in names) and found not in NO_NUMBERS:
                yield found


def test_a_plural_after_a_value_is_found() -> None:
    sentences = (
        'f"{n} rows"\nf"{len(found)} good rows."\nf"at most {MOST} rows"\nf"{name} is here"\nf"{a} of {b} rows"\n'
    )
    assert list(counts_without_a_singular(ast.parse(sentences))) == ["n rows", "len(found) good rows", "b rows"]


def test_a_number_in_a_sentence_has_the_singular_too() -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {words}"
        for package in ("alongside", "services", "shared")
        for file in sorted((ROOT / package).rglob("*.py"))
        for words in counts_without_a_singular(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not wrong, "shared.wording.counted_noun says 1 row and 2 rows"


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
