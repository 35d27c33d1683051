"""The picture of a run's losses: what was logged, and a mean that leaves out what is not a number."""

import json

import numpy as np

from interp.train.run_log import PANELS, draw_losses

NAMES = [name for names in PANELS.values() for name in names]


def curves(tmp_path, rows):
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = [line for axes in draw_losses(log).axes for line in axes.lines]
    return {name: lines[2 * i : 2 * i + 2] for i, name in enumerate(NAMES)}


def row(step, **changed):
    return {"step": step, **dict.fromkeys(NAMES, 1.0), **changed}


def test_every_loss_is_drawn_as_logged_and_smoothed(tmp_path):
    found = curves(tmp_path, [row(50 * k, score=float(k)) for k in range(1, 8)])
    logged, smooth = found["score"]
    np.testing.assert_allclose(logged.get_xdata(), [50 * k for k in range(1, 8)])
    np.testing.assert_allclose(logged.get_ydata(), range(1, 8))
    np.testing.assert_allclose(smooth.get_ydata(), [2, 2.5, 3, 4, 5, 5.5, 6])
    assert smooth.get_label() == "score"


def test_a_loss_that_was_not_a_number_is_left_out_of_the_mean(tmp_path):
    found = curves(tmp_path, [row(1), row(2, rest_late=float("nan")), row(3, rest_late=3.0)])
    np.testing.assert_allclose(found["rest_late"][1].get_ydata(), [2.0, 2.0, 2.0])


def test_one_line_is_enough(tmp_path):
    assert curves(tmp_path, [row(50, pitch=0.3)])["pitch"][1].get_ydata() == 0.3
