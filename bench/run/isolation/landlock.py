"""Landlock: a Linux process gives up its access to files for good, without any privilege.

Salaün (2021), the kernel's `Documentation/userspace-api/landlock.rst`, Linux 5.13 and later. What
a process may reach is a list of files and folders with all below them; no privilege, that of root
included, brings back the rest. A process under Landlock cannot read the memory or the environment
of processes outside (by `ptrace`, `/proc` or `process_vm_readv`), nor mount, nor (since Linux
6.12) send them signals.
"""

from __future__ import annotations

import ctypes
import functools
import os
import stat
import sys
from collections.abc import Iterable

# The numbers of the calls are the same on every processor.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1  # flag of the first: return the version of the interface
_PATH_BENEATH = 1  # type of rule
_PR_SET_NO_NEW_PRIVS = 38

# From linux/landlock.h.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_FIRST = (1 << 13) - 1  # what version 1 knows: these, and making and removing anything
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # since versions 2 and 3
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_SCOPED = 0b11  # abstract sockets and signals, since version 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Return the version of the interface that this kernel offers, 0 for none."""
    if sys.platform != "linux":
        return 0
    found: int = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    return max(0, found)


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """Leave this process, and what it will start, some files and folders and nothing else.

    Parameters
    ----------
    read, write
        What may be read and run, and what may be changed as well; each with all below it. What
        does not exist or cannot be opened is passed over.

    Raises
    ------
    OSError
        If this kernel does not know Landlock or does not allow it.
    """
    known = version()
    everything = _FIRST | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    ruleset = _Ruleset(everything, 0, _SCOPED if known >= 6 else 0)
    # Older kernels know the first member alone.
    size = ctypes.sizeof(ruleset) if known >= 6 else 8
    rules = _call(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    try:
        for path in read:
            _allow(rules, path, _EXECUTE | _READ_FILE | _READ_DIR)
        for path in write:
            _allow(rules, path, everything)
        # Without it a program that is run with more rights would keep them.
        if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _OF_FILES
        rule = _PathBeneath(access, descriptor)
        _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result: int = _libc().syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
