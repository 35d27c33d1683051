"""Which device a synthesis runs on."""

from __future__ import annotations

import torch

from masks.errors import InterpError


def choose_device(name: str) -> torch.device:
    """The device that a name means; ``auto`` is a GPU where there is one, else the CPU.

    Raises
    ------
    InterpError
        When there is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        here = "cuda" if torch.cuda.is_available() else "cpu"
        raise InterpError(
            f"device: {name!r} is not there; give auto (here: {here}), cpu, or cuda, cuda:1, mps where a "
            "machine has them and PyTorch is built for them"
        ) from error
    return device
