"""Which design learns to follow its references sooner?  python benchmarks/ablations.py CONFIG [--minutes 4]

The shipped network at half its width and variants of it, each trained for the same CPU time of one thread,
from scratch, on the same features, and measured on the same examples of sentences that were held out:

- error of v where the references say what to do (factorised) and where x_t alone does (ambiguous), and how
  much the former grows when the pitch reference, or the other one, is exchanged for another example's;
- speech that the averaged weights sample from factorised references: its median log F0 (harmonic comb on
  the mel) against the pitch reference's, and how often its voice vector is nearer to the rest reference's;
- nats of the auxiliary loss on ambiguous examples: the mass as a posterior of the source (a guess: 0.69).

Results are kept in FOLDER variant by variant; what is there is not run again. --write makes
docs/benchmarks/ablations.{md,csv}.
"""

from __future__ import annotations

import copy
import csv
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import ablation_models as models
import click
import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from interp.audio.voice_vector import voice_vector
from interp.diffusion.noise import draw_noise
from interp.diffusion.sampler import sample
from interp.estimators.bin.network import BinEstimator
from interp.settings.resolve import resolve
from interp.system.files import write_json, write_text
from interp.train.batch import Batch, BatchMaker
from interp.train.dataset.bank import FeatureBank, build_bank
from interp.train.examples import ExampleDrawer, ExampleShares, Plan
from interp.train.loss import SMALLEST_T, Losses, bin_losses
from interp.train.run import prepared_data
from interp.train.settings import TrainSettings
from masks.grid import MelGrid
from masks.groups import log_weights
from masks.mel_f0 import f0_of_mel
from masks.reduce import PatchGrid

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks" / "ablations.md"
FRAMES, REF_FRAMES, BATCH = 64, 48, 8
HELD_OUT = 20  # every 20th sentence
LEARNING_RATE, WARMUP_SHARE, DECAY_SHARE = 1.5e-3, 0.05, 0.35
EMA_DECAY = 0.995
N_TEST_BATCHES = 24
N_SPOKEN = 6  # batches that are sampled
N_STEPS = 8
SEMITONES = 12 / np.log(2)
GRID = MelGrid()


@dataclass(frozen=True)
class Variant:
    """What differs from the shipped design."""

    said: str
    build: Callable[[], models.Built]
    auxiliary: float = 0.1
    shares: ExampleShares = field(default_factory=ExampleShares)
    seed: int = 0


def shipped() -> models.Built:
    return models.Built(BinEstimator(models.SMALL))


VARIANTS = {
    "shipped": Variant("the shipped design, half as wide", shipped),
    "shipped_again": Variant("the same from another seed: what chance does", shipped, seed=1),
    "transformer": Variant(
        "backbone: plain patch transformer of the same width and depth", models.transformer
    ),
    "unet": Variant("backbone: convolutional U-Net, references attended at its bottom", models.unet),
    "auxiliary_0": Variant("no auxiliary loss", shipped, auxiliary=0.0),
    "no_ambiguous": Variant(
        "kinds: factorised and switched alone", shipped, shares=ExampleShares(factorised=0.88)
    ),
    "no_factorised": Variant(
        "kinds: ambiguous and switched alone", shipped, shares=ExampleShares(factorised=0.0)
    ),
    "clean": Variant("prediction target: the clean mel", models.clean),
    "noise": Variant("prediction target: the noise", models.noise),
    "gates_fixed": Variant("gates fixed at 1", models.gates_fixed),
    "gates_rezero": Variant("gates start at 0 (ReZero)", models.gates_rezero),
    "cross_middle": Variant("references attended in layer 2 of 0 to 4", models.crossing(2)),
    "cross_late": Variant("references attended in layers 3 and 4", models.crossing(3, 4)),
    "cross_all": Variant("references attended in all 5 layers", models.crossing(0, 1, 2, 3, 4)),
}


@dataclass(frozen=True)
class World:
    """Training and held-out examples, and the units of the model."""

    train: FeatureBank
    held_out: FeatureBank
    mel_mean: float
    mel_std: float

    def maker(self, bank: FeatureBank, estimator: nn.Module) -> BatchMaker:
        grid = PatchGrid(estimator.config.row_heights, estimator.config.patch_frames)  # type: ignore[union-attr, arg-type]
        return BatchMaker(bank, grid, FRAMES, REF_FRAMES, self.mel_mean, self.mel_std)


def read_world(settings: TrainSettings) -> World:
    """Features as `interp train` prepares them; every 20th sentence held out."""
    folder = Path(settings.runs) / settings.name
    prepared = prepared_data(settings, folder)
    prompts = sorted({f.key.split("/")[1] for f in prepared.features})
    kept_back = set(prompts[::HELD_OUT])
    parts = [
        [f for f in prepared.features if (f.key.split("/")[1] in kept_back) is wanted]
        for wanted in (False, True)
    ]
    banks = [
        build_bank(part, prepared.texts, prepared.encoder, GRID, settings.model.bin.fine_bins)
        for part in parts
    ]
    return World(banks[0], banks[1], settings.model.mel_mean, settings.model.mel_std)


def drawn(
    maker: BatchMaker, shares: ExampleShares, key: tuple[int, ...]
) -> tuple[Batch, list[Plan], Tensor, Tensor]:
    """A batch with its plans, times (B,) and noise."""
    rng = np.random.default_rng(key)
    drawer = ExampleDrawer(maker.bank, shares, FRAMES, REF_FRAMES)
    plans = [drawer.draw(rng) for _ in range(BATCH)]
    batch = maker.make(plans)
    u = (rng.permutation(BATCH) + rng.random(BATCH)) / BATCH
    t = torch.from_numpy((SMALLEST_T + (1 - SMALLEST_T) * u).astype(np.float32))
    return batch, plans, t, torch.from_numpy(rng.standard_normal(batch.y0.shape, dtype=np.float32))


def train(variant: Variant, world: World, seconds: float) -> tuple[nn.Module, int]:
    """Averaged weights after so much CPU time, and the steps that fitted in."""
    torch.manual_seed(variant.seed)
    built = variant.build()
    estimator, average = built.estimator, copy.deepcopy(built.estimator).requires_grad_(False)
    maker = world.maker(world.train, estimator)
    optimizer = torch.optim.AdamW(estimator.parameters(), LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    started, step, done = time.process_time(), 0, 0.0
    with tqdm(total=round(seconds), unit="CPU s", desc=variant.said[:40]) as bar:
        while done < 1:
            fall = 0.5 - 0.5 * np.cos(np.pi * min(1.0, (1 - done) / DECAY_SHARE))
            optimizer.param_groups[0]["lr"] = LEARNING_RATE * min(1.0, (done + 1e-3) / WARMUP_SHARE) * fall
            batch, _, t, noise = drawn(maker, variant.shares, (variant.seed, step))
            losses = bin_losses(estimator, batch, t, noise, models.PROCESS)  # type: ignore[arg-type]
            weighted = replace(losses, score=losses.score * built.weight(t))
            weighted.total(variant.auxiliary).backward()
            torch.nn.utils.clip_grad_norm_(estimator.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            keep = min(EMA_DECAY, (1 + step) / (10 + step))
            with torch.no_grad():
                for mean, value in zip(average.parameters(), estimator.parameters(), strict=True):
                    mean.lerp_(value, 1 - keep)
            done = (time.process_time() - started) / seconds
            bar.update(min(bar.total, round(done * seconds)) - bar.n)
    return average, step


def test(estimator: nn.Module, world: World) -> dict[str, float]:
    """All figures on held-out sentences; the examples are the same for every variant."""
    maker = world.maker(world.held_out, estimator)
    factorised = ExampleShares(factorised=1.0, switched=0.0, single=0.0, same_sentence=0.0, dropped=0.0)
    ambiguous = ExampleShares(factorised=0.0, switched=0.0)
    rows: dict[str, list[Tensor]] = {name: [] for name in ("told", "pitch", "rest", "open", "pm", "rm")}
    for number in range(N_TEST_BATCHES):
        batch, _, t, noise = drawn(maker, factorised, (7, number))
        others = {"pitch": exchanged(batch, batch.pitch_from), "rest": exchanged(batch, batch.rest_from)}
        for name, changed in {"told": batch, **others}.items():
            rows[name].append(losses_of(estimator, changed, t, noise).score)
        batch, _, t, noise = drawn(maker, ambiguous, (8, number))
        found = losses_of(estimator, batch, t, noise)
        rows["open"].append(found.score)
        late = t < 0.5
        rows["pm"].append(found.pitch[late])
        rows["rm"].append(found.rest[late])
    mean = {name: float(torch.cat(values).mean()) for name, values in rows.items()}
    return {
        "error of v, told": mean["told"],
        "more with another pitch reference": mean["pitch"] - mean["told"],
        "more with another rest reference": mean["rest"] - mean["told"],
        "error of v, open": mean["open"],
        **spoken(estimator, maker, factorised),
        "pitch mass, nats at t < 0.5": mean["pm"],
        "rest mass, nats at t < 0.5": mean["rm"],
    }


def losses_of(estimator: nn.Module, batch: Batch, t: Tensor, noise: Tensor) -> Losses:
    with torch.no_grad():
        return bin_losses(estimator, batch, t, noise, models.PROCESS)  # type: ignore[arg-type]


def exchanged(batch: Batch, source: Tensor) -> Batch:
    """The batch with one reference of every example taken from the next example's of the same role."""
    place, rows = source[:, 0], torch.arange(len(source))
    following = torch.roll(rows, -1)

    def put(x: Tensor) -> Tensor:
        changed = x.clone()
        changed[rows, place] = x[following, place[following]]
        return changed

    return replace(batch, refs=type(batch.refs)(**{name: put(x) for name, x in vars(batch.refs).items()}))


def spoken(estimator: nn.Module, maker: BatchMaker, shares: ExampleShares) -> dict[str, float]:
    """Sample from the references alone, and read pitch and voice off the mel."""
    asked, came, nearer = [], [], []
    for number in range(N_SPOKEN):
        batch, plans, _, _ = drawn(maker, shares, (9, number))
        for mel, plan in zip(sampled(estimator, batch, maker), plans, strict=True):
            bank, frames = maker.bank, slice(maker.bank.starts[plan.target] + plan.starts[0], None)
            voiced = bank.voiced[frames][:FRAMES][: int(bank.lengths[plan.target]) - plan.starts[0]]
            f0 = f0_of_mel(torch.from_numpy(mel[:, : len(voiced)]), GRID, voiced_salience=-1.0).numpy()
            if voiced.sum() < FRAMES // 4:
                continue
            came.append(float(np.median(np.log(f0[voiced]))))
            asked.append(float(bank.log_f0[plan.refs[plan.pitch_from[0]]]))
            voice = voice_vector(mel[:, : len(voiced)], np.where(voiced, f0, 0.0))
            away = [np.linalg.norm(voice - bank.voice[ref].numpy()) for ref in plan.refs]
            nearer.append(away[plan.rest_from[0]] < away[plan.pitch_from[0]])
    error = SEMITONES * np.abs(np.array(came) - np.array(asked))
    return {
        "F0 slope": float(np.polyfit(asked, came, 1)[0]),
        "F0 error, semitones, median": float(np.median(error)),
        "voice nearer to the rest reference, %": 100 * float(np.mean(nearer)),
    }


def sampled(estimator: nn.Module, batch: Batch, maker: BatchMaker) -> np.ndarray:
    """Natural log mels (B, n_mels, T)."""
    with torch.no_grad():
        bank = estimator.encode_references(batch.refs)  # type: ignore[operator]
        weights = log_weights(batch.visible[:, None], bank.membership)

        def score(x_t: Tensor, t: Tensor) -> Tensor:
            y_t = x_t - batch.mu
            v = estimator(
                y_t, t, batch.mu, batch.frame_mask, bank, weights, relative_time=batch.relative_time
            ).v
            return models.PROCESS.score_of_v(y_t, v, t)

        noise = draw_noise(list(range(BATCH)), [FRAMES] * BATCH, 0, GRID.n_mels)
        x = sample(
            score, batch.mu, batch.frame_mask, noise, process=models.PROCESS, n_timesteps=N_STEPS,
            sampler="ode", solver="dpmpp2", temperature=1.5,
        )  # fmt: skip
    return (x * maker.mel_std + maker.mel_mean).numpy()


def write(found: Mapping[str, Mapping[str, float]], minutes: float) -> None:
    """Table and CSV."""
    keys = list(next(iter(found.values())))
    with PAGE.with_suffix(".csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["variant", *keys], *([name, *(f"{row[k]:.4f}" for k in keys)] for name, row in found.items())]
        )
    lines = [f"| variant | {' | '.join(keys)} |", "|---" * (len(keys) + 1) + "|"]
    for name, row in found.items():
        lines.append(f"| {VARIANTS[name].said} | {' | '.join(f'{row[k]:.3g}' for k in keys)} |")
    crops = f"{BATCH} crops of {FRAMES} frames, references of {REF_FRAMES}"
    said = f"{minutes:g} minutes of CPU time each; batches of {crops}."
    table = "\n".join(lines)
    write_text(PAGE, f"# Ablations\n\n```\n{__doc__}```\n\n{said}\n\n{table}\n")


@click.command()
@click.argument("config", type=click.Path(exists=True, path_type=Path))
@click.option("--minutes", default=4.0, show_default=True, help="CPU time of each variant.")
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="These variants alone.")
@click.option("--folder", default=Path("runs/ablations"), type=click.Path(path_type=Path), show_default=True)
@click.option("--write", "writes", is_flag=True, help="Write the page.")
def main(config: Path, minutes: float, only: tuple[str, ...], folder: Path, writes: bool) -> None:
    """Train and measure what is not there yet."""
    torch.set_num_threads(1)
    world: World | None = None
    found: dict[str, dict[str, float]] = {}
    for name in only or VARIANTS:
        kept = folder / f"{name}.json"
        if not kept.exists():
            world = world or read_world(resolve(TrainSettings, config, ()))
            average, steps = train(VARIANTS[name], world, 60 * minutes)
            size = sum(p.numel() for p in average.parameters()) / 1e6
            write_json(kept, {"steps": steps, "parameters, M": size, **test(average, world)})
        found[name] = json.loads(kept.read_text())
        click.echo(f"{name}: {found[name]}")
    if writes:
        write(found, minutes)


if __name__ == "__main__":
    main()
