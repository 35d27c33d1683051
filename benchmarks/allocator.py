"""What keeping freed memory gains: a training step of the `bin` estimator with and without, as a ratio.

python benchmarks/allocator.py
"""

from __future__ import annotations

import subprocess
import sys

STEP = """
import sys, time, torch
from interp.system.cpu_memory import keep_freed_memory
from interp.estimators.bin.network import BinEstimator
from interp.estimators.bin.config import BinConfig
from interp.estimators.parts.reference_tokens import References
if sys.argv[1] == "keep":
    assert keep_freed_memory()
torch.manual_seed(0)
model, b, t = BinEstimator(BinConfig()), 8, 112
refs = References(torch.randn(b, 2, 80, 64), torch.full((b, 2, 64), 120.0), torch.rand(b, 2, 80, 64) > 0.5,
                  torch.ones(b, 2, 64, dtype=torch.bool), torch.randn(b, 2, 16), torch.rand(b, 2, 64))
x, mask, w = torch.randn(b, 80, t), torch.ones(b, t, dtype=torch.bool), torch.zeros(b, 1, 8)
times = []
for _ in range(6):
    start = time.perf_counter()
    model(x, torch.rand(b), x, mask, model.encode_references(refs), w).v.square().mean().backward()
    times.append(time.perf_counter() - start)
print(sorted(times[1:])[2])
"""


def seconds(how: str) -> float:
    """Median step of a fresh process."""
    done = subprocess.run([sys.executable, "-c", STEP, how], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    pairs = [(seconds("plain"), seconds("keep")) for _ in range(3)]
    for plain, keep in pairs:
        print(f"plain {plain:.2f} s, freed memory kept {keep:.2f} s, ratio {plain / keep:.2f}")


if __name__ == "__main__":
    main()
