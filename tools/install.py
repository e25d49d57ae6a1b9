"""Install the locked packages into a virtual environment, and show meanwhile how far it is.

    python tools/install.py .venv

Only the standard library: nothing is installed yet. Every package is checked against its hash, by uv where it is at
hand, otherwise by pip.
"""

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
EVERY = 20
"""Packages after which a line is written where there is no terminal."""


def main(environment: Path) -> int:
    """Install everything, and return the exit code of the first command that fails."""
    count = len(re.findall(r"^[a-zA-Z0-9][^ ]*==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Setting up: {count} Python packages go into {environment}. The first time, this takes some minutes.\n")
    python = environment / "bin" / "python"
    locked, own = ["--require-hashes", "-r", str(LOCK)], ["--quiet", "--no-deps", "--no-build-isolation", "-e", "."]
    if uv := shutil.which("uv"):
        pip = [uv, "pip", "install", "--python", str(python)]
        made = run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(environment))
        return made or run(*pip, *locked) or run(*pip, *own)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    venv.create(environment, with_pip=True, symlinks=True)
    with subprocess.Popen([*pip, *locked], stdout=subprocess.PIPE, text=True) as fetching:  # noqa: S603 - the command is ours
        assert fetching.stdout is not None
        show_progress(fetching.stdout, count, terminal=sys.stdout.isatty())
    return fetching.returncode or run(*pip, *own)


def run(*command: str) -> int:
    """Run a command and return its exit code."""
    return subprocess.call(command)  # noqa: S603 - the command is ours


def show_progress(lines: Iterable[str], count: int, *, terminal: bool) -> None:
    """Show in place of pip's lines how many packages it has fetched, and when it installs them."""
    fetched = 0
    for line in lines:
        if line.startswith("Collecting "):
            fetched += 1
            if terminal:
                say(f"\rFetching packages: {fetched} of {count}")
            elif fetched % EVERY == 0:
                say(f"Fetching packages: {fetched} of {count}\n")
        elif line.startswith("Installing "):
            end_of_line = "\n" if terminal else ""
            say(f"{end_of_line}Installing {fetched} packages\n")


def say(text: str) -> None:
    """Write to standard output at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
