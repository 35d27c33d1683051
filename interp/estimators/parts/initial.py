"""First values of parameters."""

from __future__ import annotations

import torch
from torch import Tensor


def normal_values(*shape: int, std: float) -> Tensor:
    """Normal values of deviation `std`; none on the meta device, where a checkpoint's are awaited.

    PyTorch's own random functions import its compiler there, which takes 2 s of every start.
    """
    values = torch.empty(*shape)
    return values if values.is_meta else values.normal_(0.0, std)
