"""`--report`: five files with stable keys."""

import json
from pathlib import Path

import numpy as np
import pytest
from spoken import GROUPS, PHONEMES, make_synthesis, read_npz

from guidance.settings import GuidanceSettings
from interp.reports.receipt import report_of, write_report
from interp.settings.resolve import resolve
from interp.settings.synth import SynthSettings
from masks.errors import InterpError

TOP = {"mode", "text", "phonemes", "seed", "n_timesteps", "guided", "seconds_audio", "seconds_wall", "rtf"}
REFERENCE = {"path", "seconds", "f0_median_hz", "voiced_share", "mask_share"}
GUIDANCE = {
    *("objective", "scope", "windows", "iterations", "accepted", "loss_first", "loss_last"),
    *("mass_before", "mass_after", "displacement"),
}
TRACE = {
    *("step", "progress", "t", "iteration", "window", "loss_before", "loss_after"),
    *("accepted", "step_size", "grad_norm", "mass", "noise"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("report")
    write_report(target, make_synthesis(settings=SynthSettings(seed=5)))
    return target


def test_five_files(folder):
    expected = ["config.yaml", "figure.png", "mel.npz", "report.json", "trace.jsonl"]
    assert sorted(p.name for p in folder.iterdir()) == expected


def test_a_report_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def no_room(path, figure):
        raise InterpError(f"{path}: cannot be written")

    monkeypatch.setattr("interp.reports.receipt.write_figure", no_room)
    with pytest.raises(InterpError):
        write_report(tmp_path / "r/s", make_synthesis())
    assert list(tmp_path.iterdir()) == []


def test_config_makes_the_same_settings(folder):
    assert resolve(SynthSettings, folder / "config.yaml") == SynthSettings(seed=5)
    command = (folder / "config.yaml").read_text().splitlines()[0]
    assert f"--config {folder / 'config.yaml'}" in command
    assert f"--ref1 {Path('a.wav').resolve()} --ref2 {Path('b.wav').resolve()}" in command


def test_report_keys_and_numbers(folder):
    report = json.loads((folder / "report.json").read_text())
    assert report.keys() >= TOP | {"refs", "output", "guidance"}
    assert report["refs"][1].keys() >= REFERENCE
    assert report["refs"][1]["f0_median_hz"] == pytest.approx(190)
    assert report["refs"][0]["voiced_share"] == pytest.approx(0.8)
    assert report["refs"][0]["seconds"] == pytest.approx(256 * 50 / 22050)
    assert report["output"] == {"f0_median_hz": pytest.approx(115), "voiced_share": 1.0}
    assert report["guidance"].keys() >= GUIDANCE
    assert set(report["guidance"]["mass_before"]) == set(GROUPS)
    assert report["guidance"]["mass_after_relative"]["ref1.pitch"] == 0.5
    assert report["guidance"]["displacement"] == {"share": 0.006, "sigmas": 1.0}
    assert report["rtf"] == pytest.approx(1.4 / (60 * 256 / 22050))
    assert report["phonemes"] == list(PHONEMES)
    assert report["guided"] is True
    assert report["words"][1] == {"word": "boy", "start_s": 0.3483, "end_s": 0.5805}


def test_trace_lines(folder):
    lines = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
    assert len(lines) == 3
    assert all(line.keys() >= TRACE for line in lines)


def test_arrays(folder):
    arrays = read_npz(folder / "mel.npz")
    assert arrays["mel"].shape == arrays["mu"].shape == (80, 60)
    assert arrays["ref1_mask"].dtype == bool
    assert arrays["ref2_mel"].shape == (80, 50)
    assert arrays["durations"].sum() == 60
    assert np.median(arrays["ref2_f0_hz"]) == 190


def test_without_guidance():
    report = report_of(make_synthesis(settings=SynthSettings(guidance=GuidanceSettings(enabled=False))))
    assert report["guidance"] is None
    assert report["guided"] is False


def texts_of(synthesis):
    from interp.reports.figure import draw_synthesis

    figure = draw_synthesis(synthesis)
    figure.draw_without_rendering()
    return figure


def test_figure_says_what_it_shows():
    figure = texts_of(make_synthesis())
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    titles = " | ".join(axes.get_title(loc="left") for axes in panels)
    assert [word in titles for word in ("Reference 1", "Reference 2", "Output", "F0", "Attention mass")] == [
        True
    ] * 5
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in panels)
    output = next(axes for axes in panels if axes.get_title(loc="left").startswith("Output"))
    assert [label.get_text() for label in output.get_xticklabels()] == list(PHONEMES)
    seconds = 60 * 256 / 22050
    assert output.get_xticks().tolist() == pytest.approx([(i + 0.5) * seconds / 6 for i in range(6)])
    labels = [text.get_text() for text in panels[-1].get_legend().get_texts()]
    assert {*GROUPS, "window 1", "window 2"} <= set(labels)


def test_figure_in_temp_mode_marks_the_switch():
    figure = texts_of(make_synthesis(settings=SynthSettings(mode="temp")))
    legends = [
        t.get_text() for axes in figure.axes if axes.get_legend() for t in axes.get_legend().get_texts()
    ]
    assert "switch at 0.35 s" in legends


def test_figure_without_voice_or_guidance():
    from dataclasses import replace

    plain = make_synthesis(settings=SynthSettings(guidance=GuidanceSettings(enabled=False)))
    texts_of(replace(plain, f0_hz=np.zeros(60), target_mask=np.zeros((80, 60), dtype=bool)))
