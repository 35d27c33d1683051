"""Every estimator by name: the sizes it is given, its network, and the engine that speaks with it.

A new estimator is a folder, a field of `SpeechModelConfig` by its name, and a line in `ESTIMATORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import nn

from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.network import BinEstimator
from interp.estimators.gradtts.model import GradTTS
from interp.estimators.speech_model import SpeechConfig, SpeechModel
from masks.errors import InterpError
from masks.shown import shown

if TYPE_CHECKING:
    from interp.estimators.contract import Engine


@dataclass(frozen=True)
class SpeechModelConfig(SpeechConfig):
    """Everything that is needed to build a model: what all have, and the sizes of the one that is named.

    Raises
    ------
    InterpError
        When no estimator has that name.
    """

    estimator: str = "bin"
    bin: BinConfig = field(default_factory=BinConfig)

    def __post_init__(self) -> None:
        """Check the name."""
        if self.estimator not in ESTIMATORS:
            known = ", ".join(ESTIMATORS)
            raise InterpError(f"estimator: {shown(self.estimator)} is unknown, allowed: {known}")

    @property
    def sizes(self) -> Any:
        """Those of the estimator that is named."""
        return getattr(self, self.estimator)


@dataclass(frozen=True)
class Estimator:
    """How an estimator's network is made of its sizes, and the engine of a model that has it."""

    network: Callable[[Any], nn.Module]
    engine: Callable[[SpeechModel], Engine]


def build(config: SpeechModelConfig) -> SpeechModel:
    """A model of fresh weights with the estimator that its configuration names."""
    return SpeechModel(config, ESTIMATORS[config.estimator].network(config.sizes))


def engine_of(model: SpeechModel | GradTTS) -> Engine:
    """The model as the pipeline knows it."""
    if isinstance(model, GradTTS):
        from interp.estimators.gradtts.engine import GradTTSEngine

        return GradTTSEngine(model)
    return ESTIMATORS[model.config.estimator].engine(model)


def _bin_engine(model: SpeechModel) -> Engine:
    # Imported here: engines read sound files, and training from a pack has no library for that.
    from interp.estimators.bin.engine import BinEngine

    return BinEngine(model)


ESTIMATORS: Mapping[str, Estimator] = {
    "bin": Estimator(BinEstimator, _bin_engine),
}
