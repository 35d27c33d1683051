"""The receipt of a synthesis: config.yaml, report.json, trace.jsonl, mel.npz and figure.png in one folder."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from guidance.readout import MassReadout
from interp.audio.pitch_statistics import pitch_statistics
from interp.reports.figure import draw_synthesis
from interp.settings.resolve import mapping_of
from interp.settings.strict_yaml import dump_yaml
from interp.synthesis.result import GuidanceResult, ReferenceResult, Synthesis
from interp.system.files import (
    whole_folder,
    write_figure,
    write_json,
    write_json_lines,
    write_npz,
    write_text,
)
from interp.system.version import __version__
from masks.grid import MelGrid
from masks.spans import WordSpan


def write_report(folder: str | Path, synthesis: Synthesis) -> Path:
    """Write all files of the report, or none of them.

    Raises
    ------
    InterpError
        When the folder cannot be written.
    """
    with whole_folder(folder) as target:
        write_text(
            target / "config.yaml",
            _command(synthesis, Path(folder) / "config.yaml") + dump_yaml(mapping_of(synthesis.settings)),
        )
        write_json(target / "report.json", report_of(synthesis))
        write_json_lines(target / "trace.jsonl", synthesis.guidance.trace if synthesis.guidance else ())
        write_npz(target / "mel.npz", **_arrays(synthesis))
        write_figure(target / "figure.png", draw_synthesis(synthesis))
    return Path(folder)


def report_of(synthesis: Synthesis) -> dict[str, Any]:
    """What ``report.json`` holds; its keys are an interface and do not change."""
    settings = synthesis.settings
    output = pitch_statistics(synthesis.f0_hz)
    split = synthesis.split_frame
    return {
        "mode": settings.mode,
        "text": synthesis.text,
        "phonemes": list(synthesis.phonemes),
        "durations": synthesis.durations.tolist(),
        "words": [_word(span, synthesis.grid) for span in synthesis.words],
        "seed": settings.seed,
        "n_timesteps": settings.n_timesteps,
        "split_s": None if split is None else split / synthesis.grid.frame_rate_hz,
        "vocoder": settings.vocoder,
        "guided": synthesis.guidance is not None,
        "attend": settings.attend,
        "seconds_audio": synthesis.seconds_audio,
        "seconds_wall": synthesis.seconds_wall,
        "rtf": synthesis.real_time_factor,
        "refs": [_reference(reference, synthesis.sample_rate) for reference in synthesis.references],
        "output": {"f0_median_hz": output.median_hz, "voiced_share": output.voiced_share},
        "guidance": _guidance(synthesis.guidance) if synthesis.guidance else None,
        "notes": list(synthesis.notes),
        "checkpoint": {"name": settings.checkpoint, "sha256": synthesis.checkpoint_sha256},
        "versions": {"interp": __version__, "torch": version("torch")},
    }


def _reference(reference: ReferenceResult, rate: int) -> dict[str, Any]:
    pitch = pitch_statistics(reference.f0_hz)
    return {
        "path": reference.path,
        "seconds": len(reference.wav) / rate,
        "f0_median_hz": pitch.median_hz,
        "voiced_share": pitch.voiced_share,
        "mask_share": float(reference.mask.mean()),
    }


def _guidance(guidance: GuidanceResult) -> dict[str, Any]:
    summary = guidance.summary
    return {
        "objective": guidance.objective,
        "scope": guidance.scope,
        "windows": [list(window) for window in guidance.windows],
        "iterations": summary.iterations,
        "accepted": summary.accepted,
        "loss_first": summary.loss_first,
        "loss_last": summary.loss_last,
        "mass_before": _raw(guidance.mass_before),
        "mass_after": _raw(guidance.mass_after),
        "mass_before_relative": _relative(guidance.mass_before),
        "mass_after_relative": _relative(guidance.mass_after),
        "displacement": {"share": summary.displacement_share, "sigmas": summary.displacement_sigma},
    }


def _raw(masses: MassReadout | None) -> dict[str, float] | None:
    return dict(masses.raw) if masses else None


def _relative(masses: MassReadout | None) -> dict[str, float] | None:
    return dict(masses.relative) if masses else None


def _word(span: WordSpan, grid: MelGrid) -> dict[str, Any]:
    start_s, end_s = (round(frame / grid.frame_rate_hz, 4) for frame in (span.start_frame, span.end_frame))
    return {"word": span.word, "start_s": start_s, "end_s": end_s}


def _arrays(synthesis: Synthesis) -> dict[str, np.ndarray]:
    arrays = {
        "mel": synthesis.mel,
        "mu": synthesis.mu,
        "f0_hz": synthesis.f0_hz,
        "target_mask": synthesis.target_mask,
        "durations": synthesis.durations,
        "phonemes": np.array(synthesis.phonemes, dtype=np.str_),
        "times_s": synthesis.grid.frame_times_s(synthesis.mel.shape[1]),
        "mel_frequencies_hz": synthesis.grid.centres_hz,
    }
    for number, reference in enumerate(synthesis.references, start=1):
        arrays[f"ref{number}_mel"] = reference.mel
        arrays[f"ref{number}_f0_hz"] = reference.f0_hz
        arrays[f"ref{number}_mask"] = reference.mask
    return arrays


def _command(synthesis: Synthesis, config: Path) -> str:
    """The line that makes the same audio again, as a comment."""
    paths = [str(Path(ref.path).resolve()) for ref in synthesis.references]
    refs = [f"--ref{i} {shlex.quote(path)}" for i, path in enumerate(paths, start=1)]
    text = shlex.quote(" ".join(synthesis.text.split()))
    settings = shlex.quote(str(config.resolve()))
    return f"# interp synth --config {settings} {' '.join(refs)} --text {text} --out again.wav\n"
