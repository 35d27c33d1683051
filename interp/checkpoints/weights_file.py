"""Weights as a file: safetensors in half precision with their configuration, the provenance beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from interp.settings.resolve import mapping_of
from interp.system.files import whole_file, write_json
from masks.errors import InterpError

# What layers raise for sizes that make no layer, and a state dict for names and shapes of another model.
UNFIT = (RuntimeError, ValueError, TypeError, AssertionError, ArithmeticError)


@dataclass(frozen=True)
class WeightsKind:
    """A kind of file: its name in messages, its format's, and the remedy where another was given."""

    name: str
    format: str
    remedy: str

    def save(
        self, path: str | Path, config: Any, weights: Mapping[str, Tensor], provenance: Mapping[str, Any]
    ) -> None:
        """Write weights, configuration and provenance, or none of them.

        Raises
        ------
        InterpError
            When the folder cannot be written.
        """
        half = {k: v.detach().cpu().half().contiguous() for k, v in weights.items()}
        metadata = {"format": self.format, "config": json.dumps(mapping_of(config))}
        with whole_file(path) as temporary:
            temporary.write_bytes(save(half, metadata=metadata))
            write_json(Path(path).with_suffix(".provenance.json"), provenance)

    def read(self, path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The configuration, unchecked, and the weights as they are stored.

        Raises
        ------
        InterpError
            When the file is damaged or of another kind.
        """
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                weights = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            raise self._error(f"{path}: not a readable {self.name} ({_last_line(error)})") from error
        if metadata.get("format") != self.format:
            found = str(metadata.get("format"))[:40]
            raise self._error(f"{path}: no {self.name} of this program (format {found!r})")
        return self._config(path, metadata), weights

    @contextmanager
    def fitting(self, path: Path) -> Iterator[None]:
        """Where a model is built and its weights are put in.

        Raises
        ------
        InterpError
            When they do not fit the configuration.
        """
        try:
            yield
        except UNFIT as error:
            said = f"{path}: weights do not fit the configuration ({_last_line(error)})"
            raise self._error(said) from error

    def _config(self, path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
        try:
            found = json.loads(metadata["config"])
        except (KeyError, ValueError, RecursionError) as error:
            raise self._error(f"{path}: its config is missing or damaged") from error
        if not isinstance(found, dict):
            raise self._error(f"{path}: its config is no mapping")
        return found

    def _error(self, said: str) -> InterpError:
        return InterpError(f"{said}; {self.remedy}")


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
