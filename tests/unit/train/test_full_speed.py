"""Training at full speed is the same training: drawn elsewhere, compiled, in stacks, by time."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from interp.backends.place import Place
from interp.backends.run import results_in_order
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
from interp.train.batch import BatchMaker
from interp.train.draws import LONG_CROPS, StepDraws, noise_like
from interp.train.estimator import train_estimator
from interp.train.examples import ExampleDrawer, ExampleShares
from interp.train.loss import bin_losses
from interp.train.optimizer import optimizers_of, rate_at
from interp.train.settings import EstimatorTraining
from interp.train.stacked_muon import StackedMuon
from interp.train.state import move_average
from masks.errors import InterpError
from masks.reduce import PatchGrid

SETTINGS = EstimatorTraining(
    n_steps=4, batch_size=6, frames=16, ref_frames=12, warmup_steps=2, long_every=2, log_every=100,
    shares=ExampleShares(factorised=0.3),
)  # fmt: skip
MEAN, STD, SEED = -5.5, 1.2, 3


def trained(bank, config, folder, settings=SETTINGS, **how):
    folder.mkdir(exist_ok=True)
    torch.manual_seed(SEED)
    return train_estimator(
        BinEstimator(config), bank, settings, folder, process=DiffusionProcess(), mel_mean=MEAN, mel_std=STD,
        seed=SEED, report=lambda step, figures: None, **how,
    )  # fmt: skip


def plainly_trained(bank, config):
    """The same run written out: one process, one step after another, everything at once."""
    torch.manual_seed(SEED)
    model = BinEstimator(config)
    torch.manual_seed(SEED)
    optimizers = optimizers_of(model, "muon", SETTINGS.learning_rate)
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    grid = PatchGrid(config.row_heights, config.patch_frames)
    for step in range(1, SETTINGS.n_steps + 1):
        crops = LONG_CROPS if step % SETTINGS.long_every == 0 else 1
        n, frames, ref_frames = 6 // crops, 16 * crops, 12 * crops
        rng = np.random.default_rng((SEED, step, 0))
        drawer = ExampleDrawer(bank, SETTINGS.shares, frames, ref_frames)
        batch = BatchMaker(bank, grid, frames, ref_frames, MEAN, STD).make(
            [drawer.draw(rng) for _ in range(n)]
        )
        u = (rng.permutation(n) + rng.random(n)) / n
        t = torch.from_numpy((1e-3 + (1 - 1e-3) * u).astype(np.float32))
        noise = torch.from_numpy(rng.standard_normal(batch.y0.shape, dtype=np.float32))
        bin_losses(model, batch, t, noise, DiffusionProcess()).total(SETTINGS.auxiliary).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            share = rate_at(step, 4, SETTINGS.warmup_steps, SETTINGS.decay_share, least=1e-3)
            optimizer.param_groups[0]["lr"] = SETTINGS.learning_rate * share
            optimizer.step()
            optimizer.zero_grad()
        move_average(average, model, step, SETTINGS.ema_decay)
    return model.state_dict(), average


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(v, b[k]) for k, v in a.items())


def test_a_run_is_the_plain_loop_bit_for_bit(bank, small_bin, tmp_path):
    weights, average = plainly_trained(bank, small_bin)
    state = trained(bank, small_bin, tmp_path / "run")
    assert same(state.model.state_dict(), weights)
    assert same(state.average, average)


def test_other_processes_draw_the_same_steps(bank):
    draws = StepDraws(bank, SETTINGS, SEED)
    coming = results_in_order(draws, range(1, 7), Place(workers=2))
    y0 = torch.zeros(2, 3)
    for step, drawn in zip(range(1, 7), coming, strict=True):
        here = draws(step)
        for name, values in vars(here.places).items():
            assert np.array_equal(getattr(drawn.places, name), values), name
        assert np.array_equal(drawn.t, here.t)
        assert torch.equal(noise_like(y0, drawn.rng), noise_like(y0, here.rng))


def test_draws_travel_without_the_frames(bank):
    draws = StepDraws(bank, SETTINGS, SEED)
    assert len(pickle.dumps(draws)) < 0.2 * bank.mel.nbytes


def test_by_time_training_ends_in_time_and_goes_on(bank, small_bin, tmp_path):
    started = time.monotonic()
    first = trained(bank, small_bin, tmp_path / "run", until=started + 3.0)
    took = time.monotonic() - started
    assert first.step >= 1
    assert 3.0 <= took < 60.0, "the last step, and the state"
    then = trained(bank, small_bin, tmp_path / "run", until=time.monotonic() + 1.0)
    assert then.step > first.step
    assert trained(bank, small_bin, tmp_path / "run", until=time.monotonic()).step == then.step


def test_clocks_of_several_processes_are_not_trusted(bank, small_bin, tmp_path, monkeypatch):
    monkeypatch.setattr("interp.train.estimator.Accelerator.num_processes", 2)
    with pytest.raises(InterpError, match="--seconds"):
        trained(bank, small_bin, tmp_path / "run", until=time.monotonic() + 1.0)


def test_stacked_matrices_move_as_single_ones_do():
    def moved(kind):
        torch.manual_seed(0)
        shapes = [(6, 9), (9, 6), (6, 9), (5, 5), (9, 6)]
        matrices = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
        optimizer = kind(matrices, 0.02, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw")
        for _ in range(3):
            for matrix in matrices[:-1]:
                matrix.grad = torch.randn(matrix.shape)
            optimizer.step()
        return matrices, optimizer.state_dict()["state"]

    (ours, state), (theirs, their_state) = moved(StackedMuon), moved(torch.optim.Muon)
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, atol=2e-3)
    assert state.keys() == their_state.keys()
    for at, slots in state.items():
        assert torch.allclose(slots["momentum_buffer"], their_state[at]["momentum_buffer"])


COMPILED = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from test_batch_and_loss import GRID, plans_of
import numpy as np, pickle
from interp.train.batch import BatchMaker
from interp.train.loss import bin_losses
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
bank, config = pickle.load(open(sys.argv[2], "rb"))
batch = BatchMaker(bank, GRID, 16, 12, -5.5, 1.2).make(plans_of(bank))
torch.manual_seed(0)
model, noise, t = BinEstimator(config), torch.randn(batch.y0.shape), torch.linspace(0.1, 0.9, 6)
compiled = torch.compile(bin_losses, fullgraph=True, dynamic=False, backend="aot_eager")
found = []
for losses in (bin_losses, compiled):
    model.zero_grad()
    losses(model, batch, t, noise, DiffusionProcess()).total(0.1).backward()
    found.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
assert len(found[0]) == len(found[1]) > 20
assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-6) for a, b in zip(*found))
print("traced")
"""


def test_the_loss_is_one_graph(bank, small_bin, tmp_path):
    """In a process of its own: here jaxtyping checks every call, which no graph can hold."""
    (tmp_path / "bank").write_bytes(pickle.dumps((bank, replace(small_bin, n_layers=2, cross_layers=(1,)))))
    command = (sys.executable, "-W", "ignore", "-c", COMPILED, __file__.rsplit("/", 1)[0], tmp_path / "bank")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.stdout == "traced\n", done.stderr[-2000:]
