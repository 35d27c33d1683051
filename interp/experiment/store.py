"""The runs folder: sound, arrays and figures of every condition and case, and what they were made with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from interp.audio.write import save_wav
from interp.experiment.made import Cost, Made, Masses
from interp.experiment.plan import Arm
from interp.experiment.trial import Trial
from interp.system.files import require_writable, write_json, write_npz
from masks.errors import InterpError

MADE_WITH = "experiment.json"
Figures = dict[str, float | None]


class Store:
    """Files of an experiment; each is whole, and the ``.npz``, written last, says that a case is made."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs

    def sound(self, arm: str, trial: str) -> Path:
        """Where the sound of a case lies."""
        return self.runs / arm / f"{trial}.flac"

    def is_made(self, arm: str, trial: str) -> bool:
        """Whether a case was synthesised."""
        return self._arrays(arm, trial).is_file()

    def keep(self, arm: str, trial: str, made: Made, sample_rate: int) -> None:
        """Write what was made of a case.

        Raises
        ------
        InterpError
            When the folder cannot be written.
        """
        save_wav(self.sound(arm, trial), made.wav, sample_rate)
        arrays: dict[str, Any] = {"mel": made.take.mel.astype(np.float16), **asdict(made.take.cost)}
        if made.take.masses is not None:
            arrays |= {f"masses_{k}": v for k, v in vars(made.take.masses).items()}
        if made.split_s is not None:
            arrays["split_s"] = made.split_s
        self._failure(arm, trial).unlink(missing_ok=True)
        write_npz(self._arrays(arm, trial), **{k: np.asarray(v) for k, v in arrays.items()})

    def keep_failure(self, arm: str, trial: str, error: str) -> None:
        """Note why a case could not be made; it is tried again the next time."""
        write_json(self._failure(arm, trial), {"error": error})

    def failure(self, arm: str, trial: str) -> str | None:
        """Why a case could not be made; None where it was made or not tried."""
        path = self._failure(arm, trial)
        return str(_read(path)["error"]) if path.is_file() else None

    def details(self, arm: str, trial: str) -> tuple[Masses | None, Cost, float | None]:
        """Masses, cost and seconds of the switch."""
        with np.load(self._arrays(arm, trial)) as file:
            cost = Cost(*(float(file[name]) for name in ("evaluations", "gradients", "seconds")))
            names = ("t", "raw", "relative", "loss")
            masses = Masses(*(file[f"masses_{n}"] for n in names)) if "masses_t" in file else None
            return masses, cost, float(file["split_s"]) if "split_s" in file else None

    def figures(self, arm: str, trial: str) -> Figures:
        """What was measured so far."""
        path = self.runs / arm / f"{trial}.json"
        return _read(path) if path.is_file() else {}

    def add_figures(self, arm: str, trial: str, figures: Mapping[str, float | None]) -> None:
        """Put figures beside those that are there."""
        write_json(self.runs / arm / f"{trial}.json", {**self.figures(arm, trial), **figures})

    def require_same(self, arms: Sequence[Arm], trials: Sequence[Trial], checkpoint_sha256: str) -> None:
        """Refuse to mix results; conditions and cases may be added, none may differ from what is there.

        Raises
        ------
        InterpError
            Naming what differs.
        """
        require_writable(self.runs)
        now = {
            "checkpoint": checkpoint_sha256,
            "conditions": {arm.name: arm.identity for arm in arms},
            "cases": {trial.name: trial.identity for trial in trials},
        }
        path = self.runs / MADE_WITH
        before = _read(path) if path.is_file() else {"conditions": {}, "cases": {}}
        now = json.loads(json.dumps(now))
        if different := _difference(before, now):
            raise InterpError(
                f"{self.runs}: was begun with another {different}; results are not mixed: give another "
                "folder (--set runs=FOLDER), or restore what was changed"
            )
        merged = {k: {**before[k], **now[k]} for k in ("conditions", "cases")}
        write_json(path, {"checkpoint": checkpoint_sha256, **merged})

    def _arrays(self, arm: str, trial: str) -> Path:
        return self.runs / arm / f"{trial}.npz"

    def _failure(self, arm: str, trial: str) -> Path:
        return self.runs / arm / f"{trial}.failed.json"


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    if before.get("checkpoint", now["checkpoint"]) != now["checkpoint"]:
        return f"checkpoint ({before['checkpoint'][:12]}, now {now['checkpoint'][:12]})"
    for kind in ("conditions", "cases"):
        for name, value in now[kind].items():
            if name in before[kind] and before[kind][name] != value:
                return f"{kind[:-1]} {name}: {_changed(before[kind][name], value)}"
    return None


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The first value that differs, by its dotted name."""
    for key in {**before, **now}:
        old, new = before.get(key), now.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and old != new:
            return f"{key}.{_changed(old, new)}"
        if old != new:
            return f"{key} was {old!r} and is {new!r}"
    raise AssertionError("called for equal mappings")


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InterpError(f"{path}: is damaged ({error}); delete it, it is made again") from error
