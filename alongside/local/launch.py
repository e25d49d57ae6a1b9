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

ACCOUNT = "nobody"

# From linux/prctl.h, linux/securebits.h and linux/capability.h.
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION = 0x20080522


def main(arguments: list[str]) -> None:
    parent, signal_number, owned, *command = arguments
    if owned != "-" and os.geteuid() == 0:
        try:
            stop_being_root(Path(owned))
        except (OSError, KeyError) as error:
            sys.exit(f"{command[0]} refuses to be root, and root cannot become {ACCOUNT} here: {error}")
    if sys.platform == "linux":
        # after the change of account, which would undo it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that asked for this one has died")
    try:
        os.execv(command[0], command)  # noqa: S606 - the command is the caller's, and there is no shell
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error}")


def stop_being_root(owned: Path) -> None:
    """Hand the directory over to the account `nobody` and go on as that.

    The account keeps root's right to pass any directory where the system lets it (Linux): root's own home, in which the
    state or the program may lie, is closed to all others. Root could have read everything there anyway.
    """
    account = pwd.getpwnam(ACCOUNT)
    if owned.stat().st_uid != account.pw_uid:
        for path in (owned, *owned.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    libc = ctypes.CDLL(None)
    if sys.platform == "linux":
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)  # keep rights over the change of account
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if sys.platform == "linux":
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        only = 1 << CAP_DAC_OVERRIDE
        libc.capset(header, (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0))  # effective, permitted, inheritable
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)  # and over the exec


if __name__ == "__main__":
    main(sys.argv[1:])
