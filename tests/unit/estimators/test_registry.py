"""The network and the engine of a model are those of the estimator that its configuration names."""

import pytest
from torch import nn

from interp.estimators import registry
from interp.estimators.bin.engine import BinEngine
from interp.estimators.bin.network import BinEstimator
from interp.estimators.gradtts.engine import GradTTSEngine
from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.registry import Estimator, SpeechModelConfig, build, engine_of
from masks.errors import InterpError


def test_the_network_has_the_sizes_that_are_given(small_bin):
    network = build(SpeechModelConfig(bin=small_bin)).estimator
    assert isinstance(network, BinEstimator)
    assert network.config == small_bin


def test_another_name_is_another_network_and_another_engine(monkeypatch, small_bin):
    other = Estimator(lambda sizes: nn.Linear(sizes.width, 1), lambda model: ("engine of", model))
    monkeypatch.setattr(registry, "ESTIMATORS", {**registry.ESTIMATORS, "other": other})
    monkeypatch.setattr(SpeechModelConfig, "other", small_bin, raising=False)
    model = build(SpeechModelConfig("other"))
    assert model.estimator.in_features == small_bin.width
    assert engine_of(model) == ("engine of", model)


def test_engines(speech_model):
    assert isinstance(engine_of(speech_model), BinEngine)
    assert isinstance(engine_of(GradTTS(GradTTSConfig())), GradTTSEngine)


def test_an_unknown_name_is_refused():
    with pytest.raises(InterpError, match="estimator: 'unet' is unknown, allowed: bin"):
        SpeechModelConfig("unet")
