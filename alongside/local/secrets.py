"""The generated secrets of one state directory, stored in `secrets.json`, which only its owner may read."""

import base64
import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from alongside.local.files import write_atomically


class Secrets:
    """Secrets by name; each is generated at its first use and stored."""

    def __init__(self, state: Path) -> None:
        self._file = state / "secrets.json"
        self._lock = threading.Lock()
        self._kept: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def master_key(self) -> str:
        """32 random bytes in base64: the key that encrypts the keys of persons."""
        return self._get("master_key", lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    def password(self, role: str) -> str:
        """Return the password of a database role; needs no escaping in a URL."""
        return self._get(f"password:{role}", lambda: secrets.token_urlsafe(24))

    def _get(self, name: str, make: Callable[[], str]) -> str:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = make()
                write_atomically(self._file, json.dumps(self._kept, indent=2, sort_keys=True))
            return self._kept[name]
