"""The tuner on a toy attention: the true gradient, a falling loss, typical noise, batches as single runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
import torch

from guidance.masses import AttentionMasses
from guidance.readout import read_masses
from guidance.terms import Objective, Term
from guidance.tuner import StepLandscape
from interp.diffusion.noise import draw_noise
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import sample
from masks.errors import InterpError

ROW_SUM = Objective("rows", "linear", every_window=(Term("pitch", ("ref1", "ref2", "null")),))


@pytest.mark.parametrize("sums", ["log", "linear"])
@pytest.mark.parametrize("name", ["matched", "sequential", "simultaneous", "temp"])
def test_gradient_is_the_finite_difference(bench, name, sums):
    toy = bench.toy((1, 2), (8, 6))
    bound = bench.bound(toy, name, gamma=0.7, sums=sums)
    state = toy.state(spread=0.8)
    landscape = StepLandscape(bound, state, bound.objective.terms(2))
    slope = landscape.slope(state.z, ())
    direction = torch.randn(state.z.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    direction = direction * state.frame_mask[:, None]
    h = 1e-5
    high, low = (landscape.evaluate(state.z + s * h * direction, slope.readings).loss for s in (1, -1))
    expected = (slope.gradient * direction).sum((1, 2))
    assert expected.abs().min() > 1e-3
    torch.testing.assert_close((high - low) / (2 * h), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["matched", "sequential", "simultaneous", "temp"])
def test_loss_falls_and_noise_stays_on_its_shell(bench, name):
    toy = bench.toy((1, 2, 3), (8, 6, 4))
    tuner, rows = bench.tuner(toy, name)
    state = toy.state()
    z, _ = tuner(state)
    assert [row.outcome for row in rows] == ["accepted"] * 3
    assert all(row.loss_after < row.loss_before for row in rows)
    norm = torch.linalg.vector_norm(state.z, dim=(1, 2))
    torch.testing.assert_close(torch.linalg.vector_norm(z, dim=(1, 2)), norm, rtol=1e-6, atol=0)
    moved = torch.linalg.vector_norm(z - state.z, dim=(1, 2))
    torch.testing.assert_close(moved, torch.tensor([row.displacement_sigma for row in rows]).double())
    # Along the shell the chord of an angle whose tangent is the share.
    torch.testing.assert_close(moved / norm, torch.full_like(norm, 0.0997), rtol=1e-2, atol=0)


def test_matched_moves_both_masses_their_way(bench):
    toy = bench.toy((1,), (8,))
    tuner, rows = bench.tuner(toy, epochs=10)
    tuner(toy.state())
    before, after = rows[0].mass.relative, rows[-1].mass.relative
    assert after["ref1.pitch"] > before["ref1.pitch"] + 0.05
    assert after["ref2.rest"] > before["ref2.rest"] + 0.05
    assert after["ref1.pitch"] + after["ref2.pitch"] == pytest.approx(1)


def test_gamma_zero_leaves_the_rest_alone(bench):
    toy = bench.toy((1,), (8,))
    both, _ = bench.tuner(toy, gamma=1.0)
    pitch, _ = bench.tuner(toy, gamma=0.0)
    state = toy.state()
    bounds = [tuner.bound for tuner in (both, pitch)]
    slopes = [StepLandscape(b, state, b.objective.terms(1)).slope(state.z, ()) for b in bounds]
    # Row 3 is read by rest queries of the fine layers and the coarse rest row alone.
    assert slopes[1].gradient[0, 3].abs().max() == 0
    assert slopes[0].gradient[0, 3].abs().max() > 0


def test_score_belongs_to_the_tuned_point(bench):
    toy = bench.toy((1, 2), (8, 6))
    tuner, _ = bench.tuner(toy)
    state = toy.state(spread=0.5, mean=0.3)
    z, score = tuner(state)
    assert torch.equal(score, toy.score(replace(state, z=z).x_t, state.times))
    assert not score.requires_grad
    assert not z.requires_grad


def test_padding_is_not_touched(bench):
    toy = bench.toy((1, 2), (8, 4))
    tuner, _ = bench.tuner(toy)
    state = toy.state()
    marked = replace(state, z=torch.where(state.frame_mask[:, None], state.z, 7.0))
    z, _ = tuner(marked)
    assert (z[1, :, 4:] == 7).all()
    torch.testing.assert_close(z[1, :, :4], tuner(state)[0][1, :, :4])


def test_caller_may_forbid_gradients(bench):
    toy = bench.toy((1,), (6,))
    tuner, _ = bench.tuner(toy)
    state = toy.state()
    expected, _ = tuner(state)
    with torch.no_grad():
        z, _ = tuner(state)
    assert torch.equal(z, expected)


def run(toy, tuner, seeds=None, n_timesteps=6):
    """The real sampler around the toy, from normals that depend on the sample's seed alone."""
    noise = draw_noise(toy.seeds, toy.lengths, n_timesteps, n_mels=4)
    mu = torch.zeros(len(toy.seeds), 4, max(toy.lengths), dtype=toy.dtype)
    process = DiffusionProcess()
    with torch.no_grad():
        return sample(
            toy.score, mu, toy.frame_mask, noise, process=process, n_timesteps=n_timesteps, tuner=tuner
        )


@pytest.mark.parametrize(
    "settings", [{"step_share": 0.0}, {"t_tal1": 0.0, "t_tal2": 0.0}, {"enabled": False}], ids=str
)
def test_nothing_to_do_changes_no_bit(bench, settings):
    toy = bench.toy((1, 2), (8, 6), torch.float32)
    tuner, rows = bench.tuner(toy, **settings)
    assert torch.equal(run(toy, tuner), run(toy, None))
    assert not rows


def test_batch_equals_one_by_one(bench):
    def settings():
        return {"epochs": 2, "step_share": 0.9, "max_halvings": 2, "t_tal2": 0.7}

    together, rows = bench.tuner(toy := bench.toy((1, 2, 3), (8, 6, 4), torch.float32), **settings())
    batch = run(toy, together)
    halvings = {row.step_size for row in rows}
    assert len(halvings) > 1, "the steps must be halved differently for this test to mean something"
    for i, (seed, length) in enumerate(zip(toy.seeds, toy.lengths, strict=True)):
        single = bench.toy((seed,), (length,), torch.float32)
        tuner, alone = bench.tuner(single, **settings())
        torch.testing.assert_close(batch[i : i + 1, :, :length], run(single, tuner), rtol=0, atol=1e-4)
        assert [r.step_size for r in rows if r.sample == i] == [r.step_size for r in alone]


def test_guidance_acts_inside_its_windows_alone(bench):
    toy = bench.toy((1,), (6,))
    tuner, rows = bench.tuner(toy, t_tal1=0.3, t_tal2=0.6)
    run(toy, tuner, n_timesteps=10)
    assert {row.window for row in rows} == {1, 2}
    assert all((row.progress < 0.3) == (row.window == 1) for row in rows)
    assert max(row.progress for row in rows) < 0.6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_row_sums_are_degenerate(bench, dtype):
    toy = bench.toy((1, 2), (8, 6), dtype)
    tuner, _ = bench.tuner(toy, ROW_SUM)
    with pytest.raises(InterpError, match=r"objective 'rows'.*no attention changes it.*choose other groups"):
        tuner(toy.state())


def test_saturated_sample_stops_while_others_go_on(bench):
    toy = bench.toy((1, 2), (8, 6))
    tuner, rows = bench.tuner(toy, epochs=2)
    state = toy.state()
    # Far out every tanh is flat, though another attention would have another loss.
    far = state.mean + torch.tensor([200.0, 0.0], dtype=torch.float64)[:, None, None]
    z, _ = tuner(replace(state, mean=far))
    assert torch.equal(z[0], state.z[0])
    assert [(r.sample, r.outcome) for r in rows] == [(0, "saturated"), (1, "accepted"), (1, "accepted")]
    assert rows[0].loss_after == rows[0].loss_before
    assert rows[0].step_size == 0


def test_all_saturated_leaves_the_step_to_the_sampler(bench):
    toy = bench.toy((1,), (8,))
    tuner, rows = bench.tuner(toy, epochs=3)
    assert tuner(toy.state(mean=200.0)) is None
    assert [row.outcome for row in rows] == ["saturated"]


@dataclass(frozen=True)
class NeverBetter:
    """Whatever was tried, sample 0 is told that all attention went astray."""

    toy: object

    def masses(self, x_t, t):
        return self.toy.masses(x_t, t)

    def score_and_masses(self, x_t, t):
        score, found = self.toy.score_and_masses(x_t, t)
        astray = torch.tensor([0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0], dtype=torch.float64)
        mass = tuple(torch.cat([astray.expand_as(m[:1]), m[1:]]) for m in found.mass)
        return score, replace(found, mass=mass)


def test_rejected_sample_keeps_its_noise_and_gets_its_score(bench):
    toy = bench.toy((1, 2), (8, 6))
    tuner, rows = bench.tuner(toy, epochs=3, max_halvings=2)
    tuner = replace(tuner, bound=replace(tuner.bound, model=NeverBetter(toy)))
    state = toy.state()
    z, score = tuner(state)
    assert torch.equal(z[0], state.z[0])
    assert not torch.equal(z[1], state.z[1])
    assert torch.equal(score, toy.score(replace(state, z=z).x_t, state.times))
    assert [row.outcome for row in rows if row.sample == 0] == ["rejected"], (
        "a rejected sample is not tried again"
    )
    assert [row.outcome for row in rows if row.sample == 1] == ["accepted"] * 3


def test_epochs_go_further(bench):
    toy = bench.toy((1,), (8,))
    tuner, rows = bench.tuner(toy, epochs=4)
    tuner(toy.state())
    assert [row.iteration for row in rows] == [0, 1, 2, 3]
    assert all(b.loss_before == pytest.approx(a.loss_after) for a, b in pairwise(rows))


def test_layer_weights_are_fixed_for_the_step(bench):
    toy = bench.toy((1,), (8,))
    state = toy.state()
    slope = landscape_of(bench, toy, state).slope(state.z, ())
    shrunk = landscape_of(bench, toy, state, Reweighted(toy))
    assert torch.equal(shrunk.evaluate(state.z, slope.readings).loss, slope.loss)
    assert not torch.equal(shrunk.slope(state.z, ()).loss, slope.loss)


def landscape_of(bench, toy, state, model=None):
    """Of the terms of window 1, on the toy or another model with its queries."""
    bound = replace(bench.bound(toy), model=model or toy)
    return StepLandscape(bound, state, bound.objective.terms(1))


@dataclass(frozen=True)
class Reweighted:
    """The toy with branches of other strength."""

    toy: object

    def masses(self, x_t, t) -> AttentionMasses:
        return replace(self.toy.masses(x_t, t), weight=torch.tensor([5.0, 0.1, 0.1]))

    def score_and_masses(self, x_t, t):
        return self.toy.score(x_t, t), self.masses(x_t, t)


def test_loss_is_float32_when_the_model_is_not(bench):
    toy = bench.toy((1,), (8,), torch.float32)
    state = toy.state()
    expected = landscape_of(bench, toy, state).slope(state.z, ())
    halved = landscape_of(bench, toy, state, HalfMasses(toy))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = halved.slope(state.z, ())
    assert found.loss.dtype == torch.float32
    # The masses lost bits, the logs and means did not: the loss is that of the rounded masses, to float32.
    rounded = landscape_of(bench, toy, state, RoundedMasses(toy)).slope(state.z, ())
    torch.testing.assert_close(found.loss, rounded.loss, rtol=1e-6, atol=0)
    torch.testing.assert_close(found.loss, expected.loss, rtol=1e-2, atol=0)


@dataclass(frozen=True)
class HalfMasses:
    """Masses as a bfloat16 model would hand them over."""

    toy: object

    def masses(self, x_t, t) -> AttentionMasses:
        with torch.autocast("cpu", enabled=False):
            found = self.toy.masses(x_t, t)
        return replace(found, mass=tuple(m.bfloat16() for m in found.mass))


@dataclass(frozen=True)
class RoundedMasses:
    """The same masses, handed over in float32."""

    toy: object

    def masses(self, x_t, t) -> AttentionMasses:
        found = HalfMasses(self.toy).masses(x_t, t)
        return replace(found, mass=tuple(m.float() for m in found.mass))


def test_not_finite_is_an_error(bench):
    toy = bench.toy((1, 2), (8, 6))
    tuner, _ = bench.tuner(toy)
    state = toy.state()
    state.mean[1] = float("nan")
    with pytest.raises(InterpError, match=r"objective 'matched': not finite for sample 1"):
        tuner(state)


def test_trace_row_is_one_line_of_json(bench):
    toy = bench.toy((1,), (8,))
    tuner, rows = bench.tuner(toy)
    tuner(toy.state(index=4, t=0.8))
    line = json.dumps(rows[0].as_dict(), allow_nan=False)
    found = json.loads(line)
    named = "step progress t iteration window loss_before loss_after accepted step_size grad_norm mass noise"
    assert set(named.split()) <= set(found)
    assert (found["step"], found["t"], found["window"], found["accepted"]) == (4, 0.8, 1, True)
    assert set(found["mass"]["raw"]) == {"ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest"}
    assert found["noise"]["norm"] == pytest.approx(float(torch.linalg.vector_norm(toy.state(index=4).z)))


def test_mode_without_the_objectives_queries_is_named(bench):
    toy = bench.toy((1,), (8,))
    bound = bench.bound(toy)
    spans = tuple({k: v for k, v in s.items() if k.startswith("span")} for s in bound.queries.sets)
    bound = replace(bound, queries=replace(bound.queries, sets=spans))
    state = toy.state()
    with pytest.raises(InterpError, match=r"'pitch' do not exist in this mode \(there are: span1, span2, "):
        StepLandscape(bound, state, bound.objective.terms(1)).slope(state.z, ())


def test_the_predicted_decrease_is_that_of_a_short_step(bench):
    toy = bench.toy((1,), (8,))
    tuner, rows = bench.tuner(toy, step_share=1e-4)
    tuner(toy.state())
    assert rows[0].loss_before - rows[0].loss_after == pytest.approx(rows[0].predicted_decrease, rel=1e-3)


def test_temp_masses_are_read_over_the_span_that_wants_them(bench):
    """Reference 1 over the first span, reference 2 over the second: each the objective's own share."""
    toy = bench.toy((1,), (8,))
    bound = bench.bound(toy, "temp")
    state = toy.state()
    masses = toy.masses(state.x_t, state.times)
    (found,) = read_masses(bound.objective.terms(1), masses, bound.reading(masses))
    reading = bound.reading(masses)
    for group, span in (("ref1.pitch", "span1.pitch"), ("ref2.rest", "span2.rest")):
        per_layer = []
        for layer, mass in zip(masses.layers, masses.mass, strict=True):
            on = reading.queries.of_layer(layer, span)[0]
            per_layer.append((mass[0] * on[:, None]).sum(0) / on.sum())
        weights = reading.layer_weights.plain[:, 0]
        means = (torch.stack(per_layer) * weights[:, None]).sum(0)
        assert found.raw[group] == pytest.approx(float(means[masses.group_names.index(group)]), rel=1e-6)
        other = {"ref1.pitch": "ref2.pitch", "ref2.rest": "ref1.rest"}[group]
        shares = toy.key_shares()
        a, b = (float(means[masses.group_names.index(g)] / shares[g][0]) for g in (group, other))
        assert found.relative[group] == pytest.approx(a / (a + b), rel=1e-6)
