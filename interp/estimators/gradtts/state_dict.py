"""Grad-TTS checkpoints of others: a state dict read without unpickling, its sizes read off the shapes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.gradtts.network import GradTTSEstimatorConfig, Padding
from interp.estimators.parts.text_encoder import TextEncoderConfig
from masks.errors import InterpError

Shapes = Mapping[str, Sequence[int]]

_REMEDY = "give a state dict of huawei-noah/Speech-Backbones' Grad-TTS, such as grad-tts-libri-tts.pt"


def load_gradtts(path: str | Path, padding: Padding = "exact", pe_scale: float = 1000.0) -> GradTTS:
    """Load a published Grad-TTS checkpoint, on the CPU, in float32 and evaluation mode.

    Parameters
    ----------
    path : a ``.pt`` file holding a state dict; nothing in it is unpickled but tensors
    padding : ``exact``, or ``official`` to reproduce Grad-TTS's leak of padding
    pe_scale : float, 1000, but 1 for ``grad-tts-old.pt``: the one number that shapes do not tell

    Raises
    ------
    InterpError
        where the file is missing, unreadable or no state dict of Grad-TTS, or a weight is not finite.
    """
    state = _read_state(Path(path))
    config = config_of_shapes({name: tuple(w.shape) for name, w in state.items()}, path, padding, pe_scale)
    bad = [name for name, w in state.items() if w.is_complex() or not bool(w.isfinite().all())]
    if bad:
        raise InterpError(
            f"{path}: {bad[0]} holds NaN, infinite or complex weights, finite real ones are needed; {_REMEDY}"
        )
    with torch.device("meta"):
        model = GradTTS(config)
    model.load_state_dict({name: weight.float() for name, weight in state.items()}, assign=True)
    return model.eval()


def config_of_shapes(
    shapes: Shapes, path: str | Path, padding: Padding = "exact", pe_scale: float = 1000.0
) -> GradTTSConfig:
    """Sizes of the Grad-TTS model whose parameters have these names and shapes.

    Parameters
    ----------
    shapes : name -> shape
    path : named in errors
    padding, pe_scale : as in `load_gradtts`

    Raises
    ------
    InterpError
        where a model of the sizes found has other parameters.
    """
    found = _Shapes(shapes, path)
    config = _infer(found, padding, pe_scale)
    try:
        with torch.device("meta"):
            model = GradTTS(config)
    except (ValueError, RuntimeError, ZeroDivisionError, AssertionError) as error:
        raise found.unlike("its sizes fit no such model") from error
    found.compare({name: tuple(weight.shape) for name, weight in model.state_dict().items()})
    return config


@dataclass(frozen=True)
class _Shapes:
    """Names and shapes found in a file, and the error that says what is wrong with them."""

    shapes: Shapes
    path: str | Path

    def size(self, name: str, axis: int) -> int:
        if name not in self.shapes:
            raise self.unlike(f"it has no parameter {name!r}")
        if axis >= len(self.shapes[name]):
            raise self.unlike(f"{name!r} has shape {tuple(self.shapes[name])}")
        return int(self.shapes[name][axis])

    def count(self, prefix: str) -> int:
        """How many different list indices follow a prefix."""
        rests = (name[len(prefix) :] for name in self.shapes if name.startswith(prefix))
        return len({rest.split(".")[0] for rest in rests})

    def compare(self, expected: Shapes) -> None:
        missing = sorted(set(expected) - set(self.shapes))
        unknown = sorted(set(self.shapes) - set(expected))
        if missing:
            raise self.unlike(
                f"{len(missing)} of {len(expected)} parameters are missing, such as {missing[0]!r}"
            )
        if unknown:
            raise self.unlike(f"{len(unknown)} parameters are unknown, such as {unknown[0]!r}")
        for name, shape in expected.items():
            if tuple(self.shapes[name]) != tuple(shape):
                raise self.unlike(f"{name!r} has shape {tuple(self.shapes[name])}, not {tuple(shape)}")

    def unlike(self, found: str) -> InterpError:
        return InterpError(f"{self.path}: not a Grad-TTS checkpoint, {found}; {_REMEDY}")


def _infer(found: _Shapes, padding: Padding, pe_scale: float) -> GradTTSConfig:
    encoder = _infer_encoder(found)
    has_speakers = "spk_emb.weight" in found.shapes
    spk_emb_dim = found.size("spk_emb.weight", 1) if has_speakers else 0
    estimator = GradTTSEstimatorConfig(
        dim=found.size("decoder.estimator.final_conv.weight", 1),
        n_feats=encoder.n_feats,
        spk_emb_dim=spk_emb_dim,
        pe_scale=pe_scale,
        padding=padding,
    )
    n_spks = found.size("spk_emb.weight", 0) if has_speakers else 1
    return GradTTSConfig(n_spks=n_spks, spk_emb_dim=spk_emb_dim, encoder=encoder, estimator=estimator)


def _infer_encoder(found: _Shapes) -> TextEncoderConfig:
    n_channels = found.size("encoder.emb.weight", 1)
    width = found.size("encoder.proj_m.weight", 1)
    return TextEncoderConfig(
        n_vocab=found.size("encoder.emb.weight", 0),
        n_feats=found.size("encoder.proj_m.weight", 0),
        n_channels=n_channels,
        filter_channels=found.size("encoder.encoder.ffn_layers.0.conv_1.weight", 0),
        filter_channels_dp=found.size("encoder.proj_w.conv_1.weight", 0),
        n_heads=width // max(1, found.size("encoder.encoder.attn_layers.0.emb_rel_k", 2)),
        n_layers=found.count("encoder.encoder.attn_layers."),
        kernel_size=found.size("encoder.proj_w.conv_1.weight", 2),
        window_size=found.size("encoder.encoder.attn_layers.0.emb_rel_k", 1) // 2,
        spk_emb_dim=width - n_channels,
    )


def _read_state(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise InterpError(f"{path}: there is no such file; {_REMEDY}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickle protocols; the error below says it all
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or hostile file can make the reader fail in any way
        raise InterpError(
            f"{path}: cannot be read as a PyTorch file of tensors ({type(error).__name__}): it is cut short, "
            f"damaged or something else; download it again, or {_REMEDY}"
        ) from error
    if not isinstance(state, dict) or not state or not all(map(_is_parameter, state.items())):
        raise InterpError(f"{path}: holds {_described(state)}, not a state dict of named tensors; {_REMEDY}")
    return state


def _is_parameter(item: tuple[object, object]) -> bool:
    name, weight = item
    return isinstance(name, str) and isinstance(weight, Tensor) and _is_held(weight)


def _is_held(weight: Tensor) -> bool:
    """Whether its numbers are in the file: one number can pose as a tensor of terabytes."""
    if weight.layout != torch.strided or weight.is_quantized or weight.is_meta:
        return False
    return weight.numel() * weight.element_size() <= weight.untyped_storage().nbytes()


def _described(state: object) -> str:
    if not isinstance(state, dict):
        return f"a {type(state).__name__}"
    return f"a dict with keys {', '.join(map(repr, list(state)[:3]))}" if state else "an empty dict"
