"""Group masses from one fused call against a held map: python benchmarks/cost_attention.py [--largest 9120]

Forward and backward, 4 heads of 32 and 8 group channels, in a fresh process each, interleaved: median seconds
and peak memory above what torch and the operands take. The map is `joint_attention.attention_map`, from which
output and masses are read. Training wants the gradients of queries, keys and values; tuning of queries alone.
"""

from __future__ import annotations

import json
import statistics
import time

import click
import torch
from shared.page import Row, in_child, peak_mib, write_report

from interp.estimators.parts.joint_attention import attention_map, joint_attention, widen_keys

HEADS, HEAD, GROUPS = 4, 32, 8
SIZES = (570, 1140, 2280, 4560, 9120)
WHOLE_GRID = 80 * 228
TUNING = ", tuning"


def measure(way: str, size: int) -> dict[str, float]:
    """Seconds and MiB of one forward and backward pass, output and masses both differentiated."""
    for warm in (64, size):
        torch.manual_seed(0)
        q, k, v = (torch.randn(1, HEADS, warm, HEAD, requires_grad=True) for _ in range(3))
        if way.endswith(TUNING):
            k, v = k.detach(), v.detach()
        membership = torch.nn.functional.one_hot(torch.arange(warm) % 4, GROUPS).float()[None]
        weights, toward = torch.zeros(1, warm, GROUPS), torch.randn(1, warm, GROUPS)
        before, started = peak_mib(), time.perf_counter()
        if way.startswith("joint"):
            out, mass = joint_attention(q, widen_keys(k, v, membership), weights)
        else:
            attention = attention_map(q, k, membership, weights)
            out, mass = attention @ v, (attention @ membership[:, None]).mean(1)
        (out.square().mean() + (mass * toward).sum()).backward()
        found = {"seconds": time.perf_counter() - started, "mib": max(peak_mib() - before, 0.1)}
    return found


def compare(sizes: list[int], repeats: int, case: str = "") -> dict[tuple[str, int], dict[str, float]]:
    """Medians of both ways at every size; `case` is ``TUNING`` for the gradient of queries alone."""
    found = {}
    for size in sizes:
        rows: dict[str, list[dict[str, float]]] = {"map": [], "joint": []}
        for _ in range(repeats):
            for way, kept in rows.items():
                kept.append(in_child(__file__, way + case, size))
        for way, kept in rows.items():
            found[way, size] = {key: statistics.median(row[key] for row in kept) for key in kept[0]}
    return found


@click.command()
@click.option("--child", nargs=2, default=None, type=(str, int), hidden=True)
@click.option("--largest", default=SIZES[-1])
@click.option("--repeats", default=3)
@click.option("--whole-grid/--no-whole-grid", default=True, help="Also 18240 x 18240, without a map.")
def main(child: tuple[str, int] | None, largest: int, repeats: int, whole_grid: bool) -> None:
    if child:
        print(json.dumps(measure(*child)))
        return
    sizes = [size for size in SIZES if size <= largest]
    found, tuning = compare(sizes, repeats), compare(sizes[-1:], repeats, TUNING)
    rows = []
    for case, size in [*(("", size) for size in sizes), (TUNING, sizes[-1])]:
        ways = tuning if case else found
        fused, held = ways["joint", size], ways["map", size]
        beside = (
            f"map: {held['seconds']:.2f} s, {held['mib']:.0f} MiB; "
            f"fused: {fused['seconds']:.2f} s, {fused['mib']:.0f} MiB"
        )
        target = ("4 or more", "40 or more") if size == SIZES[-1] else ("", "")
        rows.append(
            Row(
                f"{size} x {size}{case}: time of map over fused",
                held["seconds"] / fused["seconds"],
                "",
                beside,
                target[0],
            )
        )
        rows.append(
            Row(
                f"{size} x {size}{case}: memory of map over fused",
                held["mib"] / fused["mib"],
                "",
                beside,
                target[1],
            )
        )
    if whole_grid:
        alone = in_child(__file__, "joint", WHOLE_GRID)
        rows.append(
            Row(
                f"{WHOLE_GRID} x {WHOLE_GRID} (80 x 228 cells on both sides)",
                alone["mib"],
                "MiB",
                f"{alone['seconds']:.1f} s",
                "under 1000",
            )
        )

    def plot(figure) -> None:
        for axes, key in zip(figure.subplots(1, 2), ("seconds", "mib"), strict=True):
            for way in ("map", "joint"):
                axes.loglog(
                    sizes,
                    [found[way, size][key] for size in sizes],
                    "o-",
                    label={"map": "map held", "joint": "fused"}[way],
                )
            axes.set(xlabel="queries and keys", ylabel=key)
            axes.legend()

    says = "Forward and backward of exact group masses, 4 heads of 32, `benchmarks/cost_attention.py`."
    write_report("cost_attention", "Group masses without a map", rows, says, plot)


if __name__ == "__main__":
    main()
