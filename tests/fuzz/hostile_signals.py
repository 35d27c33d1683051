"""SIGTERM and SIGKILL in the middle of writing: the old file or the new one, never a torn one."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path
from random import Random

import hostile_disks
from hostile_disks import Writer
from kinds import Defect, Kind

MOST_SECONDS = 5.0
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
NAMES = ("text", "json", "npz", "wav", "state", "pack")


def prepare(folder: Path) -> dict[str, tuple[Writer, frozenset[str]]]:
    """Writers that give the same bytes for a version, with the digests of the two versions."""
    writers = hostile_disks.prepare(folder)
    found = {}
    for name in NAMES:
        digests = set()
        for version in (1, 2):
            (file,) = writers[name](folder / f"{name}{version}", version)
            digests.add(_digest(file))
        found[name] = (writers[name], frozenset(digests))
    return found


def attack(random: Random, shared: dict[str, tuple[Writer, frozenset[str]]], folder: Path) -> None:
    """A child writes two versions in turn until it is killed; what lies there is one of them."""
    write, digests = shared[random.choice(NAMES)]
    path = folder / "a.out"
    (path,) = write(path, 1)
    child = os.fork()
    if child == 0:
        _write_for_ever(write, path)
    time.sleep(random.uniform(0.001, 0.04))
    os.kill(child, random.choice(SIGNALS))
    _wait_for(child)
    if _digest(path) not in digests:
        raise Defect("a torn file")
    for rest in folder.glob(".*.part"):  # a killed process cannot clean up; the next run is not disturbed
        rest.unlink()


def _wait_for(child: int) -> None:
    """Until it has ended; a SIGTERM that is lost is followed by SIGKILL."""
    end = time.monotonic() + MOST_SECONDS
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.001)


def _write_for_ever(write: Writer, path: Path) -> None:
    try:
        while True:
            write(path, 2)
            write(path, 1)
    finally:
        os._exit(1)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


KIND = Kind("signal", "SIGKILL and SIGTERM while a file is written", prepare, attack, 0.02)
