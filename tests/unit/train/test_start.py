"""Weights to go on from: eight bits hold them closely, and a run takes text encoder, estimator and step."""

from __future__ import annotations

import pytest
import torch

from interp.estimators.bin.network import BinEstimator
from interp.estimators.parts.text_encoder import TextEncoder
from interp.train.start import encoder_of_start, go_on_from, save_start
from interp.train.state import TrainState
from masks.errors import InterpError


def fresh(small_bin, seed):
    torch.manual_seed(seed)
    model = BinEstimator(small_bin)
    return TrainState(model, {k: v.detach().clone() for k, v in model.state_dict().items()}, [])


@pytest.fixture
def saved(tmp_path, text_encoder, small_bin):
    state = fresh(small_bin, 1)
    state.step = 7
    save_start(tmp_path / "start.safetensors", text_encoder, state)
    return tmp_path / "start.safetensors", state


def test_a_run_goes_on_with_the_average(saved, small_bin):
    path, wanted = saved
    found = fresh(small_bin, 2)
    go_on_from(path, found)
    assert found.step == 7
    for name, value in wanted.average.items():
        least = value.flatten(1).abs().amax(1) if value.ndim > 1 else value.abs().max()
        wrong = (found.average[name] - value).abs()
        assert wrong.max() <= 0.006 * least.max()
        torch.testing.assert_close(found.model.state_dict()[name], found.average[name])


def test_a_row_of_small_weights_is_as_close_as_one_of_large(tmp_path, text_encoder, small_bin):
    state = fresh(small_bin, 1)
    name = next(k for k, v in state.average.items() if v.ndim == 2 and len(v) > 1)
    state.average[name][0] *= 1e-3
    save_start(tmp_path / "start.safetensors", text_encoder, state)
    found = fresh(small_bin, 2)
    go_on_from(tmp_path / "start.safetensors", found)
    row = state.average[name][0]
    assert (found.average[name][0] - row).abs().max() <= 0.006 * row.abs().max()


def test_the_text_encoder_comes_back(saved, text_encoder, text_config):
    torch.manual_seed(5)
    other = TextEncoder(text_config)
    encoder_of_start(saved[0], other)
    for name, value in text_encoder.state_dict().items():
        assert (other.state_dict()[name] - value).abs().max() <= 0.006 * value.abs().max()


def test_a_file_is_under_half_of_single_precision(saved, text_encoder, small_bin):
    weights = [*text_encoder.state_dict().values(), *saved[1].average.values()]
    assert saved[0].stat().st_size < 0.5 * sum(4 * v.numel() for v in weights) + 20_000


def test_another_model_or_none_is_told(saved, tmp_path, text_config):
    other = TrainState(torch.nn.Linear(2, 2), {}, [])
    with pytest.raises(InterpError, match="weights of another model"):
        go_on_from(saved[0], other)
    (tmp_path / "torn").write_bytes(saved[0].read_bytes()[:1000])
    with pytest.raises(InterpError, match="torn: no weights to go on from"):
        go_on_from(tmp_path / "torn", other)
