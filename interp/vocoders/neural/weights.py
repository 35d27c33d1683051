"""The neural vocoder as a file: safetensors in half precision with its sizes, provenance beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from torch import Tensor

from interp.checkpoints.weights_file import WeightsKind
from interp.settings.resolve import settings_from
from interp.system.shipped import data_path
from interp.vocoders.neural.config import VocoderConfig
from interp.vocoders.neural.network import VocoderNetwork
from masks.errors import InterpError
from masks.grid import MelGrid

FORMAT = "interp-vocoder-1"
SHIPPED = "checkpts/vocoder.safetensors"
REMEDY = "give a file that `interp train-vocoder` wrote, or choose vocoder griffin-lim"
KIND = WeightsKind("vocoder", FORMAT, REMEDY)


def shipped_vocoder() -> Path:
    """File of the vocoder that ships.

    Raises
    ------
    InterpError
        When this installation has none.
    """
    try:
        return data_path(SHIPPED)
    except InterpError as error:
        raise InterpError(
            f"vocoder neural: {SHIPPED} is not there; train one with interp train-vocoder and put it there, "
            "or choose vocoder griffin-lim"
        ) from error


def save_vocoder(
    path: str | Path, config: VocoderConfig, weights: Mapping[str, Tensor], provenance: Mapping[str, Any]
) -> None:
    """Write weights in half precision with their sizes, and the provenance beside them.

    Raises
    ------
    InterpError
        When the folder cannot be written.
    """
    KIND.save(path, config, weights, provenance)


def load_vocoder(path: str | Path, grid: MelGrid) -> VocoderNetwork:
    """Network in float32 on the CPU, ready to speak; read once for as long as the file stays as it is.

    Raises
    ------
    InterpError
        When the file is missing, damaged, of another kind, or made for another mel.
    """
    path = Path(path)
    if not path.is_file():
        raise InterpError(f"{path}: no such vocoder; {REMEDY}")
    return _load(path, path.stat().st_mtime_ns, grid)


@lru_cache(maxsize=4)
def _load(path: Path, modified_ns: int, grid: MelGrid) -> VocoderNetwork:
    stated, weights = KIND.read(path)
    config = settings_from(VocoderConfig, stated, str(path))
    if config.n_mels != grid.n_mels:
        raise InterpError(f"{path}: made for {config.n_mels} mel bins, the mel has {grid.n_mels}; {REMEDY}")
    with KIND.fitting(path):
        network = VocoderNetwork(config, grid)
        network.load_state_dict({k: v.float() for k, v in weights.items()})
    return network.eval().requires_grad_(False)
