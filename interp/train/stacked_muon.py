"""Muon with matrices of one shape at once: on a GPU a step is a tenth of the launches.

The arithmetic is that of `torch.optim.Muon`, and so is the state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


class StackedMuon(torch.optim.Muon):
    """`torch.optim.Muon` with ``adjust_lr_fn="match_rms_adamw"`` and Nesterov momentum, as used here."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move all matrices that have a gradient."""
        assert closure is None, "training computes its gradients before"
        for group in self.param_groups:
            of_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    of_shape[matrix.shape].append(matrix)
            for shape, matrices in of_shape.items():
                self._move(matrices, group, group["lr"] * 0.2 * max(shape) ** 0.5)

    def _move(self, matrices: list[Tensor], group: dict[str, Any], rate: float) -> None:
        for matrix in matrices:
            if not self.state[matrix]:
                self.state[matrix]["momentum_buffer"] = torch.zeros_like(matrix)
        momenta = [self.state[matrix]["momentum_buffer"] for matrix in matrices]
        grads = torch.stack([matrix.grad for matrix in matrices if matrix.grad is not None])
        torch._foreach_lerp_(momenta, grads.unbind(), 1 - group["momentum"])
        wanted = grads.lerp(torch.stack(momenta), group["momentum"])
        steps = orthogonal(wanted, group["ns_coefficients"], group["ns_steps"], group["eps"])
        torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(matrices, steps.to(matrices[0].dtype).unbind(), alpha=-rate)


def orthogonal(
    matrices: Float[Tensor, "n rows columns"],
    coefficients: tuple[float, float, float],
    n_steps: int,
    eps: float,
) -> Float[Tensor, "n rows columns"]:
    """Near the nearest orthogonal matrix of each, by Newton-Schulz iterations in bfloat16 (Jordan 2024)."""
    a, b, c = coefficients
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.bfloat16()
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=eps)
    for _ in range(n_steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
