"""A disk that can be filled: a small file system of its own, which is gone when the process that holds it ends."""

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

from alongside.local import launch
from alongside.local.processes import Child, Children

# The mount is seen by the holder and nobody else; others come to it by way of /proc/PID/root. An ordinary user may make
# one in a user namespace of their own, where the system lets them.
_HOLD = 'mount -t tmpfs -o size="$1",mode=777 tmpfs "$2" && touch "$2/mounted" && shift 2 && exec "$@"'


class Disk:
    """`directory` is on a file system of `size` bytes, in memory."""

    def __init__(self, holder: Child, mounted: Path) -> None:
        self._holder = holder
        self.directory = Path(f"/proc/{holder.process.pid}/root{mounted}")

    @classmethod
    def mount(cls, children: Children, size: int) -> "Disk | None":
        """A new one, or None where this system lets nobody mount anything."""
        unshare = shutil.which("unshare")
        if unshare is None:
            return None
        alone = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps", "--mount"]
        mounted = children.state / "disk"
        mounted.mkdir(mode=0o777)
        # no more root than PostgreSQL, which comes by way of the holder, will be
        goes_on = [sys.executable, "-I", "-S", launch.__file__, os.getpid(), int(signal.SIGTERM), mounted]
        command = [unshare, *alone, "/bin/sh", "-c", _HOLD, "hold", size, mounted, *goes_on, "/bin/sleep", "infinity"]
        holder = children.start(
            "disk",
            [str(word) for word in command],
            {"PATH": os.environ.get("PATH", os.defpath)},
        )
        disk = cls(holder, mounted)
        holder_ends = False

        def ready() -> bool:
            nonlocal holder_ends
            holder_ends = not holder.is_alive
            return holder_ends or (disk.directory / "mounted").exists()

        holder.wait_until(ready, 10)
        return None if holder_ends else disk

    def fill(self) -> None:
        """Take all the room that is left."""
        with (self.directory / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(bytes(1 << 20)):  # the last one is cut short, the one after it fails
                pass

    def empty(self) -> None:
        """Give the room back."""
        (self.directory / "ballast").unlink(missing_ok=True)
