"""The npm packages that build the assets: installed once into the cache directory, as package-lock.json says."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from alongside.local.cache import cache_directory
from alongside.local.files import hold_lock
from tools.assets.paths import HERE

LOCK = HERE / "package-lock.json"
OLDEST_BROWSERS = "es2020"


class PackagesUnavailable(Exception):
    """The npm packages could not be installed; the message says why and what to do."""


class Packages:
    """An installed `node_modules` folder."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules

    def read(self, path: str) -> bytes:
        """Return the content of a file of a package: `htmx.org/LICENSE`."""
        return (self._modules / path).read_bytes()

    def compile_styles(self, source: Path) -> str:
        """Return a Sass file and what it uses as compressed CSS."""
        govuk = f"--load-path={self._modules / 'govuk-frontend' / 'dist'}"
        return (
            self._run("sass", "--style=compressed", "--no-source-map", govuk, str(source))
            .decode()
            .removeprefix("\ufeff")
        )

    def bundle(self, script: Path, **constants: str) -> bytes:
        """Return a script with everything that it imports, minified; each constant's value is JavaScript."""
        kind = "iife" if script.stem.endswith("worker") else "esm"
        defined = [f"--define:{name}={value}" for name, value in constants.items()]
        return self._run(
            "esbuild",
            str(script),
            "--bundle",
            "--minify",
            f"--format={kind}",
            f"--target={OLDEST_BROWSERS}",
            "--legal-comments=none",
            *defined,
        )

    def _run(self, program: str, *arguments: str) -> bytes:
        command = [str(self._modules / ".bin" / program), *arguments]
        environment = {**os.environ, "NODE_PATH": str(self._modules)}
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout  # noqa: S603 - ours


def install_packages(cache: Path | None = None) -> Packages:
    """Return the packages of package-lock.json, installed if they are not yet. npm checks their hashes.

    Raises PackagesUnavailable where there is no npm, or where it fails.
    """
    cache = cache or cache_directory()
    folder = cache / f"assets-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    with hold_lock(cache / "assets.lock"):
        if not (folder / "installed").exists():
            _install(folder)
    return Packages(folder / "node_modules")


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise PackagesUnavailable("npm is needed to build the assets: install Node.js 20 or newer, and try again.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", LOCK.name):
        shutil.copy(HERE / name, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.call(command, cwd=folder):  # noqa: S603 - the command is ours
        raise PackagesUnavailable("npm could not install what the assets are built with. Its message above says why.")
    (folder / "installed").touch()
