"""A tiny model whose attention is written out: softmax over random keys, two fine layers and a coarse one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from guidance.bound_objective import BoundObjective
from guidance.masses import AttentionMasses
from guidance.queries import QuerySets
from guidance.settings import GuidanceSettings
from guidance.terms import Objective
from guidance.trace import TraceRow
from guidance.tuner import NoiseTuner
from interp.diffusion.sampler import StepState
from interp.settings.objectives import shipped_objective

GROUPS = ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest", "null")
N_MELS, WIDTH, N_KEYS = 4, 6, 15
LAYERS = (1, 2, 3)
COARSE = 3


@dataclass(frozen=True)
class ToyModel:
    """Sample i has its own references, drawn from ``seeds[i]``; cells are queries, layer 3 pools 2 x 2."""

    seeds: tuple[int, ...]
    lengths: tuple[int, ...]
    dtype: torch.dtype = torch.float64

    @property
    def frame_mask(self) -> Tensor:
        return torch.arange(max(self.lengths)) < torch.tensor(self.lengths)[:, None]

    def masses(self, x_t: Tensor, t: Tensor) -> AttentionMasses:
        maps = [self._map(x_t, t, layer) for layer in LAYERS]
        membership = torch.eye(len(GROUPS), dtype=self.dtype).repeat(N_KEYS // len(GROUPS), 1)
        # Two more columns, as the widened attention has: nothing may read them.
        mass = tuple(functional.pad(m @ membership, (0, 2), value=9.0) for m in maps)
        return AttentionMasses(LAYERS, mass, torch.tensor([1.0, 3.0, 2.0]), GROUPS)

    def score(self, x_t: Tensor, t: Tensor) -> Tensor:
        return self.score_and_masses(x_t, t)[0]

    def score_and_masses(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, AttentionMasses]:
        masses = self.masses(x_t, t)
        pull = masses.mass[0][..., 0].unflatten(1, (N_MELS, -1))
        return (pull - x_t) * self.frame_mask[:, None].to(x_t), masses

    def _map(self, x_t: Tensor, t: Tensor, layer: int) -> Tensor:
        real = x_t * self.frame_mask[:, None].to(x_t)
        if layer == COARSE:
            real = functional.avg_pool2d(real, 2)
        before = functional.pad(real, (1, 0))[..., :-1]
        features = torch.tanh(torch.stack([real, before, real * t[:, None, None]], -1)).flatten(1, 2)
        draws = [self._draw(seed, layer) for seed in self.seeds]
        lift, keys = (torch.stack(part) for part in zip(*draws, strict=True))
        return (features @ lift @ keys.mT).softmax(-1)

    def _draw(self, seed: int, layer: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(1000 * seed + layer)
        return (
            torch.randn(3, WIDTH, generator=generator, dtype=torch.float64).to(self.dtype),
            0.6 * torch.randn(N_KEYS, WIDTH, generator=generator, dtype=torch.float64).to(self.dtype),
        )

    def queries(self, coarse_usable: bool = True) -> QuerySets:
        """Rows 0 and 1 are pitch; the spans meet in a ramp of 2 frames."""
        usable = torch.ones(4, len(self.seeds), dtype=torch.bool)
        usable[COARSE] = coarse_usable
        fine, coarse = self._sets(1), self._sets(2)
        return QuerySets((fine, fine, fine, coarse), usable)

    def _sets(self, pool: int) -> dict[str, Tensor]:
        frames = self.frame_mask[:, ::pool].to(self.dtype)
        on = frames[:, None].expand(-1, N_MELS // pool, -1)
        row = torch.arange(N_MELS // pool)[None, :, None] * pool < 2
        ramp = (torch.arange(frames.shape[1]) * pool / 4).clamp(0, 1).to(self.dtype)
        named = {
            "all": on,
            "pitch": on * row,
            "rest": on * ~row,
            "span1": on * (1 - ramp),
            "span2": on * ramp,
        }
        for span in ("span1", "span2"):
            named |= {f"{span}.{kind}": named[span] * named[kind] for kind in ("pitch", "rest")}
        return {name: cells.flatten(1) for name, cells in named.items()}

    def key_shares(self) -> dict[str, Tensor]:
        shares = {"ref1.pitch": 0.25, "ref1.rest": 0.75, "ref2.pitch": 0.4, "ref2.rest": 0.6}
        return {group: torch.full((len(self.seeds),), share) for group, share in shares.items()}

    def state(self, index: int = 0, t: float = 0.9, spread: float = 1.0, mean: float = 0.0) -> StepState:
        """A step of the sampler; each sample's normals depend on its seed alone."""
        z = torch.zeros(len(self.seeds), N_MELS, max(self.lengths), dtype=self.dtype)
        for row, seed, length in zip(z, self.seeds, self.lengths, strict=True):
            generator = torch.Generator().manual_seed(seed + index)
            row[:, :length] = torch.randn(N_MELS, length, generator=generator, dtype=torch.float64)
        mu = torch.zeros_like(z)
        return StepState(index, t, mu + mean, spread, z, mu, self.frame_mask)


@dataclass(frozen=True)
class Bench:
    """What the tests need: the toy, and tuners on it that write down their rows."""

    toy: type[ToyModel] = ToyModel

    def shipped(self, name: str) -> Objective:
        return shipped_objective(name)

    def bound(self, toy: ToyModel, objective: Objective | str = "matched", **settings) -> BoundObjective:
        table = shipped_objective(objective) if isinstance(objective, str) else objective
        guidance = GuidanceSettings(**{"t_tal1": 0.3, "t_tal2": 0.6} | settings)
        return BoundObjective(toy, table, toy.queries(), toy.key_shares(), guidance)

    def tuner(self, toy: ToyModel, objective: Objective | str = "matched", **settings):
        rows: list[TraceRow] = []
        settings = {"step_share": 0.1, **settings}
        return NoiseTuner(self.bound(toy, objective, **settings), rows.append), rows


@pytest.fixture
def bench() -> Bench:
    return Bench()
