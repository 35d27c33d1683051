"""Several processes: all points come back; one that dies costs its point, a kill of all nothing."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sweep_fakes import die_on_gamma_2, plan_of, speak

from interp.backends.in_process import InProcess
from interp.backends.processes import Processes
from interp.sweep.ledger import open_ledger
from interp.sweep.run import run_sweep

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
sys.path[:0] = [{fakes!r}, {root!r}]
import pickle
from pathlib import Path
from sweep_fakes import speak_and_note
from interp.backends.processes import Processes
from interp.sweep.run import run_sweep

if __name__ == "__main__":
    plan = pickle.loads(Path({plan!r}).read_bytes())
    run_sweep(plan, Path({folder!r}), lambda: Processes(2, speak_and_note), resume=True)
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_of(tmp_path_factory.mktemp("plan"))


def rows_of(folder):
    with open_ledger(folder) as ledger:
        return ledger.rows()


def test_two_processes_give_what_one_gives(plan, tmp_path):
    run_sweep(plan, tmp_path / "one", lambda: InProcess(speak))
    run_sweep(plan, tmp_path / "two", lambda: Processes(2, speak))
    one, two = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert [r.figures for r in one] == [r.figures for r in two]
    assert len({r.worker for r in two}) == 2
    assert str(os.getpid()) not in {r.worker for r in two}


def test_a_process_that_dies_costs_its_point_only(plan, tmp_path):
    counts = run_sweep(plan, tmp_path, lambda: Processes(2, die_on_gamma_2))
    failed = [r for r in rows_of(tmp_path) if r.state == "failed"]
    assert counts == {"pending": 0, "running": 0, "done": 24, "failed": 4}
    assert all(r.settings["guidance"]["gamma"] == 2 and r.seed == 7 for r in failed)
    assert {r.error for r in failed} == {"RuntimeError: its worker process died (exit code 9)"}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_sweep_that_is_killed_goes_on_without_loss_or_repeat(plan, tmp_path):
    folder, notes = tmp_path / "killed", tmp_path / "notes"
    pickled = tmp_path / "plan.pickle"
    pickled.write_bytes(pickle.dumps(plan))
    program = tmp_path / "program.py"
    places = {
        "fakes": str(Path(__file__).parent),
        "root": str(ROOT),
        "folder": str(folder),
        "plan": str(pickled),
    }
    program.write_text(PROGRAM.format(**places), encoding="utf-8")
    environment = {**os.environ, "SWEEP_TEST_NOTES": str(notes)}
    process = subprocess.Popen([sys.executable, str(program)], env=environment)
    recorded = _kill_when_some_are_recorded(process, folder)
    assert 0 < len(recorded) < 28
    subprocess.run([sys.executable, str(program)], env=environment, check=True, timeout=300)
    assert {r.number: (r.state, r.figures) for r in rows_of(folder)} == _undisturbed(plan, tmp_path)
    spoken = Counter(map(int, notes.read_text().split()))
    assert set(spoken) == set(range(1, 29))
    assert all(spoken[number] == 1 for number in recorded)


def _kill_when_some_are_recorded(process, folder):
    while process.poll() is None:
        try:
            done = [r.number for r in rows_of(folder) if r.state == "done"]
        except Exception:  # the ledger is not made yet
            done = []
        if done:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return [r.number for r in rows_of(folder) if r.state == "done"]
        time.sleep(0.02)
    raise AssertionError("it ended before it was killed")


def _undisturbed(plan, folder):
    run_sweep(plan, folder / "whole", lambda: InProcess(speak))
    return {r.number: (r.state, r.figures) for r in rows_of(folder / "whole")}
