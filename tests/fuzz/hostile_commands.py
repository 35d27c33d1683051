"""The command line: options of any value and file lists, with a model so small that it speaks at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import numpy as np
import soundfile
from click.testing import CliRunner
from damage import damaged
from hostile_text import WORDS, hostile_text
from kinds import Defect, Kind
from small_models import small_speech_model

import interp.synthesis.pipeline as pipeline
from interp.checkpoints.checkpoint import save_checkpoint
from interp.cli import main
from masks.errors import InterpError

VALUES = (
    "", "0", "1", "-1", "2", "3", "0.5", "1e-9", "1e9", "1e309", "nan", "inf", "-inf", "9" * 400, "0x1",
    "1_000", "١", "x",
    "freq", "temp", "euler", "dpmpp2", "ode", "sde", "joint", "weighted", "masked", "initial", "step",
    "matched", "sequential",
    "middle", "0,1", "1,0", "5", "0,0", "-", "--", "=", "\udcff", "\x1b[31m", "a\nb", "auto", "cpu",
    "cuda:99", "meta",
    "xla", "mps", "cpu:-1", "griffin-lim", "sub/../x", "when", "boy", "99999999999999999999",
)  # fmt: skip
VALUED = (
    "--mode", "--timesteps", "--seed", "--temperature", "--length-scale", "--objective", "--scope",
    "--gamma", "--t-tal1",
    "--t-tal2", "--epochs", "--split", "--split-word", "--crossfade", "--sampler", "--solver", "--device",
    "--attend",
    "--cfg-pitch", "--cfg-rest", "--step-share", "--layers", "--vocoder", "--config", "--checkpoint",
    "--ref1", "--ref2",
    "--out", "--out-dir", "--report", "--file-list", "--text", "--unknown", "-t", "-o", "-f", "-c",
)  # fmt: skip
KEYS = (
    "guidance.max_halvings", "guidance.lookahead", "guidance.sums", "guidance.layers", "attend_log_weight",
    "split_s",
    "ref_max_seconds", "ref_level_dbfs", "speaker1", "guidance", "guidance.windows", "seed", "mode", "x",
)  # fmt: skip


def prepare(folder: Path) -> Path:
    """Two short voices and a small checkpoint."""
    save_checkpoint(folder / "small.safetensors", small_speech_model(), {})
    for name, f0 in (("a.wav", 110), ("b.wav", 190)):
        t = np.arange(16000) / 16000
        soundfile.write(
            folder / name, 0.1 * sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 8)), 16000
        )
    return folder


def attack(random: Random, shared: Path, folder: Path) -> None:
    """One command in its own folder; a file that is named on stdout is whole."""
    arguments = random.choice((_synth, _synth, _synth, _list, _list, _other))(random, shared, folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        with _quick_sound():
            result = CliRunner().invoke(
                main, arguments, input=random.choice((None, "", "Hello there.", b"\xff\xfe\x00"))
            )
    finally:
        os.chdir(before)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in (0, 2):
        raise Defect(f"exit code {result.exit_code}: {result.output[-200:]}")
    lines = result.stderr.splitlines()
    # Without a command there is the help; `check` tells of every file.
    if result.exit_code == 2 and arguments and arguments[0] != "check":
        if sum(line.startswith("interp: ") for line in lines) != 1:
            raise Defect(f"no single line of error: {result.stderr[-300:]!r}")
        raise InterpError(lines[-1])
    for line in result.stdout.splitlines():
        if arguments[:1] == ["synth"] and line.endswith(".wav"):
            assert soundfile.info(folder / line).frames > 0


@contextmanager
def _quick_sound() -> Iterator[None]:
    """Everything of a synthesis but the vocoder's iterations and the figure."""
    known = pipeline.make_vocoder

    def silent(name: str, grid: Any) -> Any:
        known(name, grid)
        return lambda mel: np.zeros(mel.shape[1] * grid.hop_length, dtype=np.float32)

    with (
        mock.patch("interp.synthesis.pipeline.make_vocoder", silent),
        mock.patch("interp.reports.receipt.write_figure"),
    ):
        yield


def _synth(random: Random, shared: Path, folder: Path) -> list[str]:
    arguments = ["synth", "--ref1", str(shared / "a.wav"), "--ref2", str(shared / "b.wav")]
    arguments += ["--checkpoint", str(shared / "small.safetensors"), "--timesteps", "2"]
    if random.random() < 0.8:
        arguments += [
            "--text",
            random.choice(
                ("The boy was there.", hostile_text(random)[:300], "".join(random.sample(WORDS, 3)))
            ),
        ]
    for _ in range(random.choice((1, 1, 2, 4))):
        arguments += [random.choice(VALUED), random.choice(VALUES)]
    if random.random() < 0.3:
        arguments += ["--set", f"{random.choice(KEYS)}={random.choice(VALUES)}"]
    if random.random() < 0.2:
        arguments += ["--report", "report"]
    if random.random() < 0.1:
        arguments.insert(random.randrange(len(arguments)), random.choice(VALUES))
    return [argument.replace("\0", "") for argument in arguments]


def _list(random: Random, shared: Path, folder: Path) -> list[str]:
    a, b = shared / "a.wav", shared / "b.wav"
    paths = (
        str(a),
        str(b),
        "",
        ".",
        "..",
        "nul\0",
        "x" * 300,
        "\ud800",
        "x/" * 3000,
        "none.wav",
        "/dev/zero",
        "~",
        str(folder),
    )
    lines = []
    for _ in range(random.choice((1, 1, 2, 5, 200))):
        good = random.random() < 0.6
        refs = (str(a), str(b)) if good else (random.choice(paths), random.choice(paths))
        text = "The boy." if good else random.choice(("", hostile_text(random)[:200].replace("\n", " ")))
        end = random.choice(("", "", "|freq", "|temp", "|x", "||", "|freq|temp", "\r"))
        lines.append(f"{text}|{refs[0]}|{refs[1]}{end}")
    data = "\n".join(lines[:3] if len(lines) < 200 else lines).encode("utf-8", "surrogatepass")
    (folder / "l.txt").write_bytes(damaged(random, data) if random.random() < 0.4 else data)
    out = random.choice((["--out-dir", "o"], [], ["--out-dir", "l.txt"], ["--report", "r"]))
    return [
        "synth",
        "-f",
        "l.txt",
        "--checkpoint",
        str(shared / "small.safetensors"),
        "--timesteps",
        "2",
        "--quiet",
        *out,
    ]


def _other(random: Random, shared: Path, folder: Path) -> list[str]:
    command = random.choice(("check", "mask", "info", "train", "", "x", "--help", "synth"))
    arguments = [command] if command else []
    for _ in range(random.randint(0, 3)):
        arguments.append(
            random.choice(
                (*VALUES, str(shared / "a.wav"), str(folder), "--out", "--plot", "--pack", "--set", "-h")
            )
        )
    return arguments


KIND = Kind("command", "command lines: options and file lists", prepare, attack, 0.1)
