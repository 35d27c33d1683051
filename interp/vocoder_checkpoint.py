"""The neural vocoder as a file: safetensors in half precision with its sizes, provenance beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from interp.config import mapping_of, settings_from
from interp.data import data_path
from interp.files import whole_file, write_json
from interp.models.vocoder import VocoderNetwork
from interp.models.vocoder_config import VocoderConfig
from masks.errors import InterpError
from masks.grid import MelGrid

FORMAT = "interp-vocoder-1"
SHIPPED = "checkpts/vocoder.safetensors"
REMEDY = "give a file that `interp train-vocoder` wrote, or choose vocoder griffin-lim"
UNFIT = (RuntimeError, ValueError, TypeError, AssertionError, ArithmeticError)


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
    half = {k: v.detach().cpu().half().contiguous() for k, v in weights.items()}
    metadata = {"format": FORMAT, "config": json.dumps(mapping_of(config))}
    with whole_file(path) as temporary:
        temporary.write_bytes(save(half, metadata=metadata))
        write_json(Path(path).with_suffix(".provenance.json"), provenance)


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
    metadata, weights = _read(path)
    if metadata.get("format") != FORMAT:
        raise InterpError(f"{path}: no vocoder of this program (format {metadata.get('format')!r}); {REMEDY}")
    config = settings_from(VocoderConfig, _config(path, metadata), str(path))
    if config.n_mels != grid.n_mels:
        raise InterpError(f"{path}: made for {config.n_mels} mel bins, the mel has {grid.n_mels}; {REMEDY}")
    try:
        network = VocoderNetwork(config, grid)
        network.load_state_dict({k: v.float() for k, v in weights.items()})
    except UNFIT as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InterpError(f"{path}: weights do not fit the configuration ({reason}); {REMEDY}") from error
    return network.eval().requires_grad_(False)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise InterpError(f"{path}: not a readable vocoder ({error}); {REMEDY}") from error


def _config(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(metadata["config"])
    except (KeyError, ValueError) as error:
        raise InterpError(f"{path}: its config is missing or damaged; {REMEDY}") from error
    if not isinstance(found, dict):
        raise InterpError(f"{path}: its config is no mapping; {REMEDY}")
    return found
