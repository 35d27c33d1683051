"""``interp sweep`` as a user runs it: the shipped model, four points of two steps."""

import sqlite3

import pytest

SPEC = """
base: {n_timesteps: 2, ref_max_seconds: 1.5}
grid:
  guidance.gamma: [0.5, 2]
  tau: [[0.2, 0.6]]
sentences: [He left.]
seeds: [3, 4]
best: {figure: guidance.loss_last, aim: low}
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_a_sweep_is_checked_run_resumed_and_reported_on(interp, spec, tmp_path):
    out = tmp_path / "out"
    dry = interp("sweep", spec, "--dry-run", "--out", out)
    assert dry.exit_code == 0
    assert "4 points in 2 batches: 2 settings" in dry.stdout
    assert not out.exists()

    ran = interp("sweep", spec, "--out", out, "--quiet")
    assert (ran.exit_code, ran.stdout) == (0, f"{out}\n")
    with sqlite3.connect(out / "ledger.sqlite") as db:
        rows = db.execute("SELECT state, figures, checkpoint_sha256 FROM points").fetchall()
    db.close()
    assert [row[0] for row in rows] == ["done"] * 4
    assert all("guidance.ref1_pitch_after" in row[1] and len(row[2]) == 64 for row in rows)

    again = interp("sweep", spec, "--out", out, "--quiet")
    assert again.exit_code == 2
    assert "add --resume" in again.stderr
    assert interp("sweep", spec, "--out", out, "--quiet", "--resume").exit_code == 0
    dry = interp("sweep", spec, "--out", out, "--resume", "--dry-run")
    assert (dry.exit_code, dry.stdout.splitlines()[-1]) == (0, "4 points done, about 0 s left")
    spec.write_text(SPEC.replace("n_timesteps: 2", "n_timesteps: 3"), encoding="utf-8")
    changed = interp("sweep", spec, "--out", out, "--resume", "--dry-run")
    assert changed.exit_code == 2
    assert "n_timesteps of point 1 was 2 and is 3" in changed.stderr

    assert "4 points: 0 pending, 0 running, 4 done, 0 failed" in interp("sweep", "status", out).stdout
    reported = interp("sweep", "report", out)
    assert reported.exit_code == 0
    assert "guidance.loss_last" in (out / "report" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--address", "auto"], "only with --backend ray"),
        (["--backend", "ray", "--workers", "2"], "not with --backend ray"),
        (["--backend", "ray", "--cpus", "0"], "must take something"),
        (["--sed", "1"], "No such option"),
    ],
)
def test_options_that_contradict_each_other_are_one_line(interp, spec, arguments, said):
    result = interp("sweep", spec, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_mistake_in_the_file_is_one_line(interp, spec):
    spec.write_text(SPEC.replace("guidance.gamma", "gamma"), encoding="utf-8")
    result = interp("sweep", spec)
    assert result.exit_code == 2
    assert "gamma: unknown setting, did you mean guidance.gamma?" in result.stderr
