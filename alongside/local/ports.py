"""Free loopback ports by name, reused at the next start if they are still free, and claimed until the process ends.

A server that is about to start, or is down for a moment, does not listen on its port. Another stack beside it
must not take that port meanwhile, so each port is claimed by a UDP socket with the same number: a second stack finds it
taken, and the system closes it however the process ends.
"""

import json
import random
import socket
import threading
import weakref
from pathlib import Path

from alongside.local.files import write_atomically

# Below the range of ephemeral ports: an outgoing connection could otherwise occupy a port that is to be reused.
RANGE = range(20_000, 32_000)


class Ports:
    """The ports of one state directory by name, stored in `ports.json`."""

    def __init__(self, state: Path) -> None:
        self._file = state / "ports.json"
        self._lock = threading.Lock()
        self._kept: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._claims: dict[int, socket.socket] = {}

    def port(self, name: str) -> int:
        """Return the port of `name`: the same as before if it is free, otherwise a new one."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and self._claim(kept):
                return kept
            taken = set(self._kept.values())
            new = next(port for port in _at_random() if port not in taken and self._claim(port))
            self._kept[name] = new
            write_atomically(self._file, json.dumps(self._kept, indent=2, sort_keys=True))
            return new

    def _claim(self, port: int) -> bool:
        """Claim a port if nobody listens on it and nobody else has claimed it."""
        if not is_free(port):
            return False
        if port not in self._claims:
            claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                return False
            self._claims[port] = claim
            weakref.finalize(self, claim.close)
        return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: a port that has just closed counts as free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _at_random() -> list[int]:
    return random.sample(RANGE, len(RANGE))
