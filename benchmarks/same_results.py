"""What the program says, as hashes: samples and mels of every kind of synthesis, on fixed seeds.

Run it before a change that must not be heard and again after it. It needs nothing but the shipped model and
the demo voices, and takes two or three minutes on one CPU core:

    python benchmarks/same_results.py before.json
    python benchmarks/same_results.py after.json --compare before.json

Hashes hold on one machine with one version of torch; both are written beside them. Names of modules are used
nowhere but in `weights_of_gradtts`, so that code may move.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# One thread: sums of several threads may round differently from run to run.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
os.environ.update(ONE_THREAD)

import click  # noqa: E402
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import torch  # noqa: E402

import interp  # noqa: E402
from interp import Synthesizer, SynthSettings  # noqa: E402

REF1, REF2 = (ROOT / "resources" / f"demo_ref{n}.wav" for n in (1, 2))
TEXT = "The sun rose."
LONGER = "Good morning, how are you? He told them to wait."
QUICK = {"n_timesteps": 6, "ref_max_seconds": 2.0, "seed": 3}
Found = dict[str, Any]

# Changes of the settings, guidance's own under "guidance".
SYNTHESES: Mapping[str, Mapping[str, Any]] = {
    "freq": {},
    "temp": {"mode": "temp"},
    "temp, word": {"mode": "temp", "split_word": "rose", "crossfade_s": 0.05},
    "temp, seconds": {"mode": "temp", "split_s": 0.3, "solver": "euler"},
    "sequential": {"guidance": {"objective": "sequential"}},
    "simultaneous": {"guidance": {"objective": "simultaneous", "t_tal1": 0.2, "t_tal2": 0.4}},
    "sequential, linear": {"guidance": {"objective": "sequential", "sums": "linear", "gamma": 0.5}},
    "initial": {"guidance": {"scope": "initial", "epochs": 2}},
    "initial, lookahead": {"guidance": {"scope": "initial", "epochs": 2, "lookahead": 2, "t_tal2": 0.6}},
    "trajectory": {"guidance": {"scope": "trajectory", "epochs": 2, "t_tal2": 0.4}},
    "trajectory, sde": {"sampler": "sde", "guidance": {"scope": "trajectory", "epochs": 2, "t_tal2": 0.4}},
    "trajectory, temp": {"mode": "temp", "guidance": {"scope": "trajectory", "epochs": 2}},
    "sde": {"sampler": "sde"},
    "sde, euler": {"sampler": "sde", "solver": "euler"},
    "ode, euler": {"solver": "euler"},
    "weighted": {"attend": "weighted"},
    "weighted, temp": {"attend": "weighted", "mode": "temp", "attend_log_weight": 1.0},
    "masked": {"attend": "masked", "guidance": {"enabled": False}},
    "masked, temp": {"attend": "masked", "mode": "temp", "guidance": {"enabled": False}},
    "plain": {"guidance": {"enabled": False}},
    "plain, temp": {"mode": "temp", "guidance": {"enabled": False}},
    "classifier-free": {"cfg_pitch": 1.5, "cfg_rest": 2.0},
    "predicted cells": {"guidance": {"target_cells": "x0", "x0_from": 0.0, "t_tal2": 0.4}},
    "second half of the layers": {"guidance": {"layers": "second-half", "epochs": 2}},
    "slower": {"length_scale": 1.3, "temperature": 2.0, "ref_level_dbfs": None},
    "griffin-lim": {"vocoder": "griffin-lim", "guidance": {"enabled": False}},
}
SEVERAL = ((TEXT, REF1, REF2, 5), (LONGER, REF2, REF1, None), ("No, thank you very much.", REF2, REF1, 7))
GRADTTS: Mapping[str, Mapping[str, Any]] = {
    "freq": {},
    "temp": {"mode": "temp"},
    "plain": {"guidance": {"enabled": False}},
    "initial": {"guidance": {"scope": "initial", "epochs": 2}},
}
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "freq": ("--mode", "freq", "--sampler", "sde", "--solver", "euler"),
    "temp": ("--mode", "temp", "--split-word", "rose"),
    "masked": ("--config", "configs/synth/masked.yaml"),
}
CONDITIONS = (
    "guided", "unguided", "unguided_other_seed", "random_displacement", "best_of_2", "random_mask",
    "shuffled_f0", "swapped", "weighted", "masked", "ref1_only", "mean_attention", "mel_splice", "psola",
)  # fmt: skip
EXPERIMENT = f"""
title: Same results
runs: runs
docs: docs
device: cpu
base: {{n_timesteps: 4, ref_max_seconds: 2}}
cases:
  listed:
    - {{text: {TEXT}, ref1: "{REF1}", ref2: "{REF2}", seed: 1, same_gender: false}}
    - {{text: No thank you., ref1: "{REF2}", ref2: "{REF1}", seed: 2, same_gender: false}}
measures: {{all: [pitch, energy], some: []}}
conditions: {{{", ".join(f"{name}: {{}}" for name in CONDITIONS)}}}
"""
SWEEP = f"""
base: {{n_timesteps: 3, ref_max_seconds: 2}}
grid:
  guidance.gamma: [0.5, 2]
  tau: [[0.2, 0.6]]
baseline: {{guidance.enabled: false}}
references: [["{REF1}", "{REF2}"]]
sentences: [{TEXT}]
seeds: [3, 4]
keep_audio: true
"""


def settings_with(changes: Mapping[str, Any]) -> SynthSettings:
    base = SynthSettings()
    own = {**QUICK, **changes}
    if "guidance" in own:
        own["guidance"] = replace(base.guidance, **own["guidance"])
    return replace(base, **own)


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def of_file(path: Path) -> str:
    """Of the samples: the bytes of an OGG file hold a random serial number."""
    samples, rate = soundfile.read(path, dtype="int16" if path.suffix != ".ogg" else "float32")
    return f"{sha256(samples)} {rate}"


def of_synthesis(spoken: Any) -> Found:
    found: Found = {"mel": sha256(spoken.mel), "wav": sha256(spoken.wav), "samples": len(spoken.wav)}
    found |= {"f0": sha256(spoken.f0_hz), "durations": sha256(spoken.durations)}
    for when in ("before", "after"):
        masses = spoken.guidance and getattr(spoken.guidance, f"mass_{when}")
        if masses:
            found[f"masses {when}"] = {k: float(v) for k, v in masses.relative.items()}
    return found


def syntheses() -> Found:
    synthesizer = Synthesizer.load("default", device="cpu")
    found: Found = {}
    for name, changes in SYNTHESES.items():
        spoken = synthesizer(TEXT, REF1, REF2, settings_with(changes), for_report=name in ("freq", "temp"))
        found[name] = of_synthesis(spoken)
    request = request_of(synthesizer)
    requests = [request(*one) for one in SEVERAL]
    for mode in ("freq", "temp"):
        together = synthesizer.batch(requests, settings_with({"mode": mode}), for_report=True)
        found |= {f"batch {mode}, {n}": of_synthesis(spoken) for n, spoken in enumerate(together, start=1)}
    return found


def request_of(synthesizer: Synthesizer) -> Callable[..., Any]:
    """The class of a request lives beside the synthesizer, wherever that is."""
    return getattr(sys.modules[type(synthesizer).__module__], "Request")  # noqa: B009 (mypy knows no such name)


def of_gradtts(folder: Path) -> Found:
    """Random weights: what is spoken is noise, so only the mel is worth a hash."""
    found: Found = {}
    for n_speakers in (1, 3):
        path = folder / f"gradtts{n_speakers}.pt"
        torch.save(weights_of_gradtts(n_speakers), path)
        synthesizer = Synthesizer.load(path, device="cpu")
        speakers = {} if n_speakers == 1 else {"speaker1": 2, "speaker2": 1}
        for name, changes in GRADTTS.items():
            if n_speakers == 1 and name != "plain":
                continue
            for sampler in ("ode", "sde"):
                own = {"sampler": sampler, "solver": "euler", "n_timesteps": 4, **speakers, **changes}
                spoken = synthesizer(TEXT, REF1, REF2, settings_with({"vocoder": "griffin-lim", **own}))
                found[f"{n_speakers} speakers, {name}, {sampler}"] = {"mel": sha256(spoken.mel)}
    return found


def weights_of_gradtts(n_speakers: int) -> Mapping[str, torch.Tensor]:
    """A small Grad-TTS. Each weight is drawn by its name, whatever the order in which a model makes them.

    This is the one place that names modules; when they move, put the new place in front.
    """
    model = first_of("interp.estimators.gradtts.model", "interp.models.gradtts")
    unet = first_of("interp.estimators.gradtts.network", "interp.models.gradtts_estimator")
    encoder = first_of("interp.estimators.parts.text_encoder", "interp.models.text_encoder")
    channels = 4 if n_speakers > 1 else 0
    config = model.GradTTSConfig(
        n_speakers,
        4,
        encoder.TextEncoderConfig(149, 80, 8, 8, 8, n_heads=2, n_layers=1),
        unet.GradTTSEstimatorConfig(dim=8, n_feats=80, spk_emb_dim=channels),
    )
    return {name: drawn(name, weight) for name, weight in model.GradTTS(config).state_dict().items()}


def first_of(*modules: str) -> Any:
    for name in modules:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(", ".join(modules))


def drawn(name: str, weight: torch.Tensor) -> torch.Tensor:
    if name.endswith("encoder.proj_w.proj.bias"):
        return torch.full_like(weight, 0.8)  # about two frames a symbol
    if name.endswith("fn.g"):
        return torch.full_like(weight, 0.5)
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
    noise = torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed))
    scale = weight[0].numel() ** -0.5 if weight.ndim > 1 else 0.3
    return 0.5 * scale * noise


def run(*arguments: object, cwd: Path = ROOT) -> None:
    command = [sys.executable, "-m", "interp", *map(str, arguments)]
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(Path(interp.__file__).parents[1])}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(f"interp {' '.join(command[3:])}: {done.stderr}")


def of_commands(folder: Path) -> Found:
    found: Found = {}
    for name, options in COMMANDS.items():
        for ending in (".wav", ".flac"):
            out = folder / f"{name}{ending}"
            if ending == ".wav" or name == "freq":
                fixed = ("--seed", 3, "--timesteps", 4, "--set", "ref_max_seconds=2", "--set", "device=cpu")
                run("synth", *options, *fixed, "--text", TEXT, "--ref1", REF1, "--ref2", REF2, "--out", out)
                found[f"{name}{ending}"] = of_file(out)
    return found


def of_experiment(folder: Path) -> Found:
    """Sounds, mels and figures of every condition; seconds are left out."""
    folder.mkdir()
    (folder / "same.yaml").write_text(EXPERIMENT, encoding="utf-8")
    run("eval", "--experiment", folder / "same.yaml", cwd=folder)
    found: Found = {}
    for name in CONDITIONS:
        for sound in sorted((folder / "runs" / name).glob("*.flac")):
            found[f"{name}, {sound.stem}"] = of_file(sound)
            with np.load(sound.with_suffix(".npz")) as arrays:
                kept = [key for key in arrays.files if key != "seconds"]
                found |= {f"{name}, {sound.stem}, {key}": sha256(arrays[key]) for key in kept}
        if not any(key.startswith(f"{name},") for key in found):
            failures = [p.read_text() for p in (folder / "runs" / name).glob("*.failed.json")]
            found[name] = failures or "nothing made"
    with (folder / "docs" / "cases.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            figures = {k: v for k, v in row.items() if "seconds" not in k}
            found[f"{row['condition']}, {row['case']}, figures"] = figures
    return found


def of_sweep(folder: Path) -> Found:
    folder.mkdir()
    (folder / "same.yaml").write_text(SWEEP, encoding="utf-8")
    run("sweep", folder / "same.yaml", "--out", folder / "out", "--quiet", "--workers", 1, cwd=folder)
    database = sqlite3.connect(folder / "out" / "ledger.sqlite")
    rows = database.execute("SELECT number, state, figures FROM points ORDER BY number").fetchall()
    database.close()
    found: Found = {}
    for number, state, figures in rows:
        kept = {k: v for k, v in json.loads(figures or "{}").items() if k != "rtf"}
        found[f"point {number}"] = {"state": state, "figures": kept}
        found[f"point {number}, sound"] = of_file(folder / "out" / "audio" / f"{number:06d}.ogg")
    return found


def record() -> Found:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "machine": {"torch": torch.__version__, "numpy": np.__version__, "cpu": platform.machine()},
            "synthesis": syntheses(),
            "gradtts": of_gradtts(folder),
            "commands": of_commands(folder),
            "experiment": of_experiment(folder / "experiment"),
            "sweep": of_sweep(folder / "sweep"),
        }


def differences(here: Any, there: Any, where: str = "") -> Iterator[str]:
    if not (isinstance(here, dict) and isinstance(there, dict)):
        if here != there:
            yield f"{where}: {there} before, {here} now"
        return
    for key in {**there, **here}:
        yield from differences(here.get(key), there.get(key), f"{where} / {key}" if where else key)


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--compare", type=click.Path(path_type=Path, exists=True), help="A record made earlier.")
def main(out: Path, compare: Path | None) -> None:
    torch.set_num_threads(1)
    found = json.loads(json.dumps(record()))
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    parts = {name: len(part) for name, part in found.items() if name != "machine"}
    click.echo(f"{out}: {', '.join(f'{name} {count}' for name, count in parts.items())}")
    if compare is not None:
        told = list(differences(found, json.loads(compare.read_text(encoding="utf-8"))))
        click.echo("\n".join(told) if told else f"equal to {compare}")
        raise SystemExit(1 if told else 0)


if __name__ == "__main__":
    main()
