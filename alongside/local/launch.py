"""Replace this process by a command that ends when its parent dies: the first step of every child process.

    python -I -S launch.py PARENT SIGNAL OWNED COMMAND...

PARENT is the id of the parent process, SIGNAL the number of the signal to receive when it dies (Linux), and OWNED a
directory that the command must own as an ordinary user (PostgreSQL refuses to run as root), or `-`.
This is a separate program that uses only the standard library: Python code between fork and exec of a parent with
threads may hang. Run by its path, it takes milliseconds.
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
            sys.exit(
                f"{command[0]} refuses to run as root, and root cannot switch to the account {ACCOUNT} here: {error}"
            )
    end_with_parent(int(signal_number))  # after the change of account, which would undo it
    if os.getppid() != int(parent):
        sys.exit("the parent process has died")
    try:
        os.execv(command[0], command)  # noqa: S606 - the command is the caller's, and there is no shell
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error}")


def end_with_parent(signal_number: int) -> None:
    """Ask the system to send this process a signal when its parent dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def stop_being_root(owned: Path) -> None:
    """Give the directory to the account `nobody` and continue as that account.

    On Linux it keeps root's right to enter any directory: the state or the program may lie in root's home, which is
    closed to others. Root could have read everything there anyway.
    """
    account = pwd.getpwnam(ACCOUNT)
    if owned.stat().st_uid != account.pw_uid:
        for path in (owned, *owned.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    libc = ctypes.CDLL(None)
    if sys.platform == "linux":
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)  # keep capabilities when the account changes
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if sys.platform == "linux":
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        only = 1 << CAP_DAC_OVERRIDE
        libc.capset(header, (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0))  # effective, permitted, inheritable
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)  # and across exec


if __name__ == "__main__":
    main(sys.argv[1:])
