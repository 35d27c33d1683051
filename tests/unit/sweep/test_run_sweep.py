"""A sweep stopped anywhere goes on where it was; failures are recorded; other inputs are not mixed in."""

import sqlite3
from dataclasses import replace

import pytest
from sweep_fakes import SPEC, outcome, plan_of, speak, speak_but_gamma_2

from interp.backends.in_process import InProcess
from interp.sweep.ledger import FILE, create_ledger, has_ledger, open_ledger
from interp.sweep.run import run_sweep
from interp.system.lock import only_run
from masks.errors import InterpError


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_of(tmp_path_factory.mktemp("plan"))


def figures_in(folder):
    with open_ledger(folder) as ledger:
        return {row.number: (row.state, dict(row.figures)) for row in ledger.rows()}


class Counting:
    """Speaks, remembers the points, and stops the process's world after some batches."""

    def __init__(self, stop_after=None):
        self.spoken, self._stop_after = [], stop_after

    def __call__(self, batch):
        if self._stop_after == 0:
            raise KeyboardInterrupt
        if self._stop_after is not None:
            self._stop_after -= 1
        self.spoken += [p.number for p in batch.points]
        return speak(batch)


def test_every_point_is_spoken_once_and_recorded(plan, tmp_path):
    speaker = Counting()
    counts = run_sweep(plan, tmp_path, lambda: InProcess(speaker))
    assert counts == {"pending": 0, "running": 0, "done": 28, "failed": 0}
    assert sorted(speaker.spoken) == list(range(1, 29))
    with open_ledger(tmp_path) as ledger:
        row = ledger.rows()[-1]
    assert row.settings["guidance"]["gamma"] == 2.0
    assert row.axes == {"guidance.gamma": 2, "tau": [0.3, 0.6]}
    assert (row.seconds, row.versions, row.error, row.seed) == (0.1, {"interp": "0"}, None, 7)
    assert row.figures["pitch.ref1.semitones"] == pytest.approx(2 - 0.6 + 0.07)


def test_a_sweep_stopped_after_any_batch_loses_and_repeats_nothing(plan, tmp_path):
    run_sweep(plan, tmp_path / "whole", lambda: InProcess(speak))
    for stop in range(len(plan.batches())):
        folder, first, second = tmp_path / str(stop), Counting(stop), Counting()
        with pytest.raises(KeyboardInterrupt):
            run_sweep(plan, folder, lambda first=first: InProcess(first))
        run_sweep(plan, folder, lambda second=second: InProcess(second), resume=True)
        assert sorted(first.spoken + second.spoken) == list(range(1, 29))
        assert figures_in(folder) == figures_in(tmp_path / "whole")


def test_points_that_fail_are_recorded_and_the_sweep_goes_on(plan, tmp_path):
    counts = run_sweep(plan, tmp_path, lambda: InProcess(speak_but_gamma_2))
    assert (counts["done"], counts["failed"]) == (20, 8)
    with open_ledger(tmp_path) as ledger:
        errors = {row.error for row in ledger.rows() if row.settings["guidance"]["gamma"] == 2}
    assert errors == {"gamma 2: no"}


def test_failed_points_are_tried_again_only_when_asked_for(plan, tmp_path):
    run_sweep(plan, tmp_path, lambda: InProcess(speak_but_gamma_2))
    resumed, retried = Counting(), Counting()
    assert run_sweep(plan, tmp_path, lambda: InProcess(resumed), resume=True)["failed"] == 8
    assert resumed.spoken == []
    assert run_sweep(plan, tmp_path, lambda: InProcess(retried), retry_failed=True)["done"] == 28
    assert len(retried.spoken) == 8


def test_a_finished_sweep_makes_no_workers(plan, tmp_path):
    run_sweep(plan, tmp_path, lambda: InProcess(speak))
    assert run_sweep(plan, tmp_path, lambda: pytest.fail("asked for workers"), resume=True)["done"] == 28


def test_a_sweep_that_is_there_is_not_touched_without_resume(plan, tmp_path):
    run_sweep(plan, tmp_path, lambda: InProcess(speak))
    with pytest.raises(InterpError, match=r"28 of 28 points done; add --resume"):
        run_sweep(plan, tmp_path, lambda: InProcess(speak))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SPEC.replace("[0.5, 1, 2]", "[0.5, 1, 3]"), "guidance.gamma of point 21 was 2.0 and is 3.0"),
        (SPEC.replace("[0, 7]", "[0]"), "it has 28 points, the file now gives 14"),
        (SPEC.replace("He left", "She left"), "text of point"),
    ],
)
def test_changed_settings_are_refused_and_named(plan, tmp_path, text, said):
    run_sweep(plan, tmp_path, lambda: InProcess(speak))
    with pytest.raises(InterpError) as error:
        run_sweep(plan_of(tmp_path, text), tmp_path, lambda: InProcess(speak), resume=True)
    assert said in str(error.value)


def test_a_changed_checkpoint_is_refused_and_named(plan, tmp_path):
    run_sweep(plan, tmp_path, lambda: InProcess(speak))
    other = replace(plan, points=tuple(replace(p, checkpoint_sha256="0" * 64) for p in plan.points))
    with pytest.raises(InterpError, match=r"checkpoint default was [0-9a-f]{12} and is 000000000000"):
        run_sweep(other, tmp_path, lambda: InProcess(speak), resume=True)


def test_two_processes_do_not_share_a_folder(plan, tmp_path):
    with only_run(tmp_path), pytest.raises(InterpError, match="another process works in this folder"):
        run_sweep(plan, tmp_path, lambda: InProcess(speak))
    assert run_sweep(plan, tmp_path, lambda: InProcess(speak))["done"] == 28


def test_kept_sound_lies_beside_the_ledger(plan, tmp_path):
    loud = replace(plan, spec=replace(plan.spec, plain=replace(plan.spec.plain, keep_audio=True)))
    run_sweep(loud, tmp_path, lambda: InProcess(speak))
    with open_ledger(tmp_path) as ledger:
        assert {(tmp_path / row.audio).read_bytes() for row in ledger.rows()} == {b"OggS"}
    assert len(list((tmp_path / "audio").iterdir())) == 28


def test_a_batch_is_recorded_whole_or_not_at_all(plan, tmp_path):
    create_ledger(tmp_path, plan.points, [1.0] * 28, {})
    broken = [outcome(plan.points[0]), replace(outcome(plan.points[1]), figures={"x": object()})]
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(TypeError):
            ledger.finish(broken, {})
        assert ledger.counts()["done"] == 0
        with pytest.raises(sqlite3.Error):
            ledger.finish([outcome(plan.points[0]), replace(outcome(plan.points[1]), worker=object())], {})
        assert ledger.counts()["done"] == 0


def test_the_ledger_writes_ahead(plan, tmp_path):
    create_ledger(tmp_path, plan.points, [1.0] * 28, {})
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_a_kill_while_the_ledger_is_made_leaves_none(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("interp.sweep.ledger._new_row", lambda point, cost: {"number": None, "no_column": 1})
    with pytest.raises(sqlite3.Error):
        create_ledger(tmp_path, plan.points, [1.0] * 28, {})
    assert not has_ledger(tmp_path)


def test_a_folder_without_a_sweep_is_named(tmp_path):
    with pytest.raises(InterpError, match="holds no sweep"), open_ledger(tmp_path / "none"):
        pass
    (tmp_path / FILE).write_text("no database")
    with pytest.raises(InterpError, match="cannot be used as a ledger"), open_ledger(tmp_path):
        pass
