"""Become another program, tied to the life of the one that asked: the first lines of every child process.

    python -I -S launch.py PARENT SIGNAL OWNED COMMAND...

PARENT is the process id of the one that asks, SIGNAL the number of the signal that this process gets when that one dies
(Linux), OWNED a directory that the program must own and not own as root (PostgreSQL refuses to be root), or `-`.
It is a program of its own, of the standard library only, because Python code between the fork and the exec of a parent
with threads may hang; run by path, it takes milliseconds.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
ACCOUNT = "nobody"


def main(arguments: list[str]) -> None:
    parent, signal_number, owned, *command = arguments
    if owned != "-" and os.geteuid() == 0:
        stop_being_root(Path(owned), command[0])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that asked for this one has died")
    os.execv(command[0], command)  # noqa: S606 - the command is the caller's, and there is no shell


def stop_being_root(owned: Path, program: str) -> None:
    """Go on as `nobody`: in name only, within a user namespace, where the system lets us, or else in earnest.

    In a namespace root's own files stay reachable and nothing changes hands. Without one the directory is handed over,
    and everything on the way to it and to the program must be open to all.
    """
    account = pwd.getpwnam(ACCOUNT)
    if _enter_user_namespace(account.pw_uid, account.pw_gid, owned):
        return
    _hand_over(owned, account.pw_uid, account.pw_gid)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if not (os.access(owned, os.R_OK | os.W_OK | os.X_OK) and os.access(program, os.X_OK)):
        sys.exit(f"{program} does not run as root, and the account {ACCOUNT} cannot reach it or {owned}")


def _enter_user_namespace(uid: int, gid: int, owned: Path) -> bool:
    if sys.platform != "linux":
        return False
    _hand_over(owned, 0, 0)  # an earlier run may have had no namespace
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{gid} 0 1")
    return True


def _hand_over(owned: Path, uid: int, gid: int) -> None:
    if owned.stat().st_uid == uid:
        return
    for path in (owned, *owned.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


if __name__ == "__main__":
    main(sys.argv[1:])
