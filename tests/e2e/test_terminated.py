"""SIGTERM in the middle of writing leaves the old file and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, click
from interp.cli.one_line_errors import OneLineErrors
from interp.system.files import whole_file

@click.group(cls=OneLineErrors)
def main(): pass

@main.command()
@click.argument("path")
def write(path):
    with whole_file(path) as temporary:
        temporary.write_text("half")
        os.kill(os.getpid(), signal.SIGTERM)

main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_nothing_half_written_is_left(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", PROGRAM, "write", str(path)], check=False)
    assert done.returncode == 128 + signal.SIGTERM
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]
    assert path.read_text() == "old"
