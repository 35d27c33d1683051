"""Another distribution's `masks` or `guidance` is never run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def import_interp(*path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, "-c", "import interp.system.ownership"]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def installed(tmp_path):
    """The three packages in one folder, as in site-packages."""
    (tmp_path / "interp").mkdir()
    for name in (
        "interp/__init__.py",
        "interp/system/__init__.py",
        "interp/system/ownership.py",
        "masks/errors.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("masks", "guidance"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
    return tmp_path


def test_own_packages_are_fine(installed):
    assert import_interp(installed).returncode == 0


@pytest.mark.parametrize("name", ["masks", "guidance"])
def test_foreign_package_earlier_on_the_path(installed, tmp_path, name):
    foreign = tmp_path / "elsewhere"
    (foreign / name).mkdir(parents=True)
    (foreign / name / "__init__.py").write_text("print('foreign code ran')")
    outcome = import_interp(foreign, installed)
    assert outcome.returncode != 0
    assert "foreign code ran" not in outcome.stdout
    assert f"pip uninstall -y {name}" in outcome.stderr.splitlines()[-1]
    assert str(foreign) in outcome.stderr


def test_foreign_distribution_installed_over_ours(installed):
    (installed / "guidance-0.2.0.dist-info").mkdir()
    outcome = import_interp(installed)
    assert outcome.returncode != 0
    assert "overwritten by guidance-0.2.0" in outcome.stderr
