"""Every text of a SQL function is listed, so that each version can tell an older text from a newer one."""

from hashlib import sha256
from pathlib import Path

import pytest

from shared.kernel.postgres.migrate import UnlistedFunction, kernel_schema, read_functions

TEXT = "create or replace function answer() returns int language sql return 42;\n"


def checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def folder(path: Path, *lines: str) -> Path:
    (path / "answer.sql").write_text(TEXT)
    (path / "checksums.txt").write_text("".join(f"{line}\n" for line in lines))
    return path


def test_the_functions_of_the_kernel_are_listed_in_their_present_text() -> None:
    assert {function.name for function in kernel_schema().functions} == {
        "append",
        "append_each",
        "kept",
        "missing",
        "read_streams",
    }


def test_a_function_knows_every_text_that_it_has_had(tmp_path: Path) -> None:
    lines = ("answer before", "other something", f"answer {checksum(TEXT)}")
    (function,) = read_functions(folder(tmp_path, *lines))
    assert function.checksums == ("before", checksum(TEXT))
    assert function.checksum == checksum(TEXT)


@pytest.mark.parametrize("lines", [(), ("answer before",), (f"answer {checksum(TEXT)}", "answer after")])
def test_a_text_that_is_not_the_last_one_listed_is_refused_with_the_line_to_add(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    with pytest.raises(UnlistedFunction, match=f"answer {checksum(TEXT)}"):
        read_functions(folder(tmp_path, *lines))
