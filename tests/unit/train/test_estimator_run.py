from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from accelerate.state import AcceleratorState

from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
from interp.train.estimator import train_estimator
from interp.train.examples import ExampleShares
from interp.train.loss import bin_losses
from interp.train.settings import EstimatorTraining
from interp.train.state import TrainState, load_newest, load_state, save_half, save_state
from masks.errors import InterpError

SETTINGS = EstimatorTraining(
    n_steps=4,
    batch_size=8,
    frames=16,
    ref_frames=12,
    warmup_steps=2,
    save_every=2,
    log_every=100,
    shares=ExampleShares(factorised=0.3),
)


@pytest.fixture
def run(bank, small_bin, tmp_path):
    def train(name, stop_at=None, seed=0):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        torch.manual_seed(seed)
        return train_estimator(
            BinEstimator(small_bin),
            bank,
            SETTINGS,
            folder,
            process=DiffusionProcess(),
            mel_mean=-5.5,
            mel_std=1.2,
            seed=seed,
            report=lambda step, figures: None,
            stop_at=stop_at,
        )

    return train


def same(a, b):
    return all(torch.equal(v, b[k]) for k, v in a.items())


def test_a_resumed_run_is_the_run_bit_for_bit(run):
    whole = run("whole")
    assert run("parts", stop_at=2).step == 2
    resumed = run("parts", seed=0)
    assert whole.step == resumed.step == 4
    assert same(whole.model.state_dict(), resumed.model.state_dict())
    assert same(whole.average, resumed.average)
    slots = [[o.state_dict()["state"] for o in s.optimizers] for s in (whole, resumed)]
    assert len(slots[0]) == 2
    assert all(same(a[i], b[i]) for a, b in zip(*slots, strict=True) for i in a)


def test_every_step_draws_its_own_times_whatever_was_run_before(run, monkeypatch):
    seen = []

    def losses(model, batch, t, noise, process):
        seen.append((t.tolist(), noise.sum().item(), batch.y0.sum().item()))
        return bin_losses(model, batch, t, noise, process)

    monkeypatch.setattr("interp.train.loss.bin_losses", losses)
    run("whole")
    whole, seen[:] = list(seen), []
    assert all(a != b for step in range(4) for a, b in zip(whole[step], whole[step - 1], strict=True))
    run("parts", stop_at=1)
    run("parts")
    assert seen == whole


def test_training_moves_weights_and_their_average(run, small_bin):
    state = run("one")
    torch.manual_seed(0)
    start = BinEstimator(small_bin).state_dict()
    moved = [k for k, v in state.model.state_dict().items() if not torch.equal(v, start[k])]
    assert len(moved) > 0.9 * len(start)
    name = moved[0]
    assert not torch.equal(state.average[name], state.model.state_dict()[name])


def test_another_seed_is_another_run(run):
    assert not same(run("a").model.state_dict(), run("b", seed=1).model.state_dict())


def test_a_finished_run_does_nothing_more(run):
    assert same(run("a").model.state_dict(), run("a").model.state_dict())


@pytest.fixture
def state(run):
    return run("saved")


def fresh(small_bin):
    model = BinEstimator(small_bin)
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    return TrainState(model, average, [torch.optim.AdamW(model.parameters())])


def test_half_precision_is_enough_to_go_on(state, small_bin, tmp_path):
    folder = tmp_path / "half"
    folder.mkdir()
    save_half(folder, state)
    found = fresh(small_bin)
    load_newest(folder, found)
    assert found.step == 4
    for k, v in state.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[k], v.half().float())
        assert torch.equal(found.average[k], state.average[k].half().float())


def test_the_full_state_goes_before_half_precision(state, small_bin, tmp_path):
    folder = tmp_path / "both"
    folder.mkdir()
    save_state(folder / "state.safetensors", state)
    state.step = 9
    save_half(folder, state)
    found = fresh(small_bin)
    load_newest(folder, found)
    assert found.step == 4


def test_nothing_there_is_a_new_run(small_bin, tmp_path):
    found = fresh(small_bin)
    load_newest(tmp_path, found)
    assert found.step == 0


def test_damaged_and_foreign_states(state, small_bin, tmp_path):
    path = tmp_path / "state.safetensors"
    save_state(path, state)
    other = TrainState(torch.nn.Linear(2, 2), {}, [torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])])
    with pytest.raises(InterpError, match="another model"):
        load_state(path, other)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InterpError, match=r"state\.safetensors"):
        load_state(path, fresh(small_bin))
    path.write_text(json.dumps({}))
    with pytest.raises(InterpError, match=r"state\.safetensors"):
        load_state(path, fresh(small_bin))


def test_bfloat16_learns_what_float32_learns(bank, small_bin, tmp_path):
    def figures(precision):
        AcceleratorState._reset_state(reset_partial_state=True)  # a process has one precision
        seen = []
        (tmp_path / precision).mkdir()
        torch.manual_seed(0)
        train_estimator(
            BinEstimator(small_bin), bank, replace(SETTINGS, precision=precision, log_every=2),
            tmp_path / precision, process=DiffusionProcess(), mel_mean=-5.5, mel_std=1.2, seed=0,
            report=lambda step, found: seen.append(found),
        )  # fmt: skip
        return seen

    for low, full in zip(figures("bf16"), figures("no"), strict=True):
        assert low["score"] == pytest.approx(full["score"], rel=0.02)
        assert low["score"] != full["score"]
    AcceleratorState._reset_state(reset_partial_state=True)
