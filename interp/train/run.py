"""From a corpus or a pack to a checkpoint: align, widen, text encoder, estimator, export."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from accelerate import PartialState
from safetensors.torch import load_file, save

from interp.checkpoints.checkpoint import save_checkpoint
from interp.estimators.bin.network import BinEstimator
from interp.estimators.parts.text_encoder import TextEncoder
from interp.estimators.registry import build
from interp.estimators.speech_model import SpeechModel, TextModel, text_model_of
from interp.settings.resolve import mapping_of, resolve
from interp.settings.strict_yaml import dump_yaml
from interp.system.cpu_memory import keep_freed_memory
from interp.system.files import write_bytes, write_figure, write_json, write_text
from interp.train.dataset.bank import build_bank
from interp.train.dataset.features import WIDE
from interp.train.dataset.pack import Pack, read_packs, write_packs
from interp.train.estimator import train_estimator
from interp.train.run_log import draw_losses, run_log
from interp.train.settings import TrainSettings
from interp.train.start import encoder_of_start, save_start
from interp.train.state import TrainState, save_half
from masks.errors import InterpError
from masks.grid import MelGrid

if TYPE_CHECKING:
    from interp.train.dataset.prepare import PreparedCorpus

CHECKPOINT = "checkpoint.safetensors"
EXPORT_S = 20  # of a run that has so many seconds, for its last step and all files
log = logging.getLogger(__name__)


def train(
    config: Path,
    *,
    assignments: Sequence[str] = (),
    pack: Sequence[Path] = (),
    pack_to: Path | None = None,
    packs: int = 1,
    pack_mib: float = 40.0,
    stop_at: int | None = None,
    until: float | None = None,
    out: Path | None = None,
) -> Path | None:
    """Train as a YAML file says, from where the run stands.

    Parameters
    ----------
    assignments : ``key=value`` over the file
    pack : train from these packs alone: no corpus, no audio library
    pack_to : write the prepared data there, in ``packs`` files of up to ``pack_mib``, and stop
    stop_at : a step to stop at, the schedule unchanged
    until : time of `time.monotonic` at which all is to be written; the schedule is planned by it
    out : folder for the checkpoint and half-precision weights to go on from; None is the run's own

    Returns
    -------
    Path of the checkpoint, None where only a pack was asked for

    Raises
    ------
    InterpError
        For a setting, corpus or pack that will not do.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    keep_freed_memory()
    settings = resolve(TrainSettings, config, assignments)
    folder = Path(settings.runs) / settings.name
    processes = PartialState(cpu=not torch.cuda.is_available())
    with processes.main_process_first():  # it fills the cache that the others then read
        folder.mkdir(parents=True, exist_ok=True)
        prepared = read_packs(pack, settings.model) if pack else prepared_data(settings, folder)
        if processes.is_main_process:
            write_text(folder / "config.yaml", dump_yaml(mapping_of(settings)))
    if pack_to is not None:
        _write_packs(pack_to, packs, pack_mib, prepared)
        return None
    model = build(settings.model)
    model.text_encoder.load_state_dict(prepared.encoder.state_dict())
    state = _train_estimator(model, prepared, settings, folder, stop_at, until)
    out = out or folder
    if not processes.is_main_process:
        return out / CHECKPOINT
    path = _export(model, state, settings, out, stop_at)
    _picture(folder, out)
    return path


def _write_packs(path: Path, packs: int, max_mib: float, prepared: Pack) -> None:
    """One file of that name, or several with numbers after it."""
    paths = [path] if packs == 1 else [path.with_stem(f"{path.stem}-{i + 1}") for i in range(packs)]
    counts = write_packs(paths, prepared.features, prepared.texts, prepared.encoder, max_mib)
    for written, n in zip(paths, counts, strict=False):
        log.info("%s: %d items, %.1f MiB", written, n, written.stat().st_size / 2**20)
    log.info("%d of %d items packed", sum(counts), len(prepared.features))


def prepared_data(settings: TrainSettings, folder: Path) -> Pack:
    """Corpus to features, texts and text encoder; everything that is cached is read, not made again."""
    from interp.train.dataset.clearness import clearest
    from interp.train.dataset.prepare import prepare_corpus
    from interp.train.dataset.search import searched_texts

    alignment, model = settings.text.alignment, settings.model
    corpus = prepare_corpus(settings.data, MelGrid(), alignment, blanks=model.mean == "symbols")
    encoder = _trained_text_model(corpus, settings, folder / "text_encoder.safetensors")
    texts = corpus.texts
    if isinstance(encoder, TextEncoder) and alignment == "search":
        texts = searched_texts(encoder, texts, model.mel_mean, model.mel_std)
    wide = clearest(corpus.features(WIDE), texts, encoder, settings.data.wide_kept)
    return Pack([*corpus.features("train"), *wide], texts, encoder)


def _trained_text_model(corpus: PreparedCorpus, settings: TrainSettings, saved: Path) -> TextModel:
    """Text encoder or mean mel, read where it was trained before."""
    from interp.train.mean_mel import train_mean_mel
    from interp.train.text import train_text_encoder

    model = settings.model
    encoder = text_model_of(model)
    if saved.exists():
        encoder.load_state_dict(load_file(saved))
        return encoder.eval().requires_grad_(False)
    if settings.start:
        encoder_of_start(Path(settings.start), encoder)
        return encoder.eval().requires_grad_(False)
    train, valid = corpus.text_examples("train"), corpus.text_examples("valid")
    if model.mean == "frames":
        encoder = train_mean_mel(
            model.mean_mel,
            train,
            valid,
            settings.mean_mel,
            mel_mean=model.mel_mean,
            mel_std=model.mel_std,
            seed=settings.seed,
        )
    else:
        encoder = train_text_encoder(
            model.text,
            train,
            valid,
            mel_mean=model.mel_mean,
            mel_std=model.mel_std,
            n_steps=settings.text.n_steps,
            batch_size=settings.text.batch_size,
            learning_rate=settings.text.learning_rate,
            alignment=settings.text.alignment,
            seed=settings.seed,
        )
    write_bytes(saved, save(encoder.state_dict()))
    return encoder


def _train_estimator(
    model: SpeechModel,
    prepared: Pack,
    settings: TrainSettings,
    folder: Path,
    stop_at: int | None,
    until: float | None,
) -> TrainState:
    encoder = prepared.encoder.to("cuda" if torch.cuda.is_available() else "cpu")
    started = time.monotonic()
    bank = build_bank(prepared.features, prepared.texts, encoder, MelGrid(), settings.model.bin.fine_bins)
    log.info("%d items, %d frames, %.0f s", len(bank.lengths), len(bank.mel), time.monotonic() - started)
    if until is not None and time.monotonic() > until - EXPORT_S:
        raise InterpError(
            f"--seconds: reading the data left less than the {EXPORT_S} s that writing takes; give more"
        )
    assert isinstance(model.estimator, BinEstimator), "the only one whose training is written"
    with run_log(folder) as report:
        return train_estimator(
            model.estimator,
            bank,
            settings.estimator,
            folder,
            process=settings.model.process,
            mel_mean=settings.model.mel_mean,
            mel_std=settings.model.mel_std,
            seed=settings.seed,
            report=report,
            stop_at=stop_at,
            until=None if until is None else until - EXPORT_S,
            start=Path(settings.start) if settings.start else None,
        )


def _picture(folder: Path, out: Path) -> None:
    """The loss curves of the run so far, where there is something to draw and to draw it with."""
    logged = folder / "log.jsonl"
    if logged.is_file() and find_spec("matplotlib"):
        write_figure(out / "losses.png", draw_losses(logged))


def _export(
    model: SpeechModel, state: TrainState, settings: TrainSettings, out: Path, stop_at: int | None
) -> Path:
    """The averaged weights as a checkpoint, and both sets in half precision to go on from elsewhere."""
    out.mkdir(parents=True, exist_ok=True)
    save_half(out, state)
    save_start(out / "start.safetensors", model.text_encoder, state)
    exported = build(settings.model)
    exported.text_encoder.load_state_dict(model.text_encoder.state_dict())
    exported.estimator.load_state_dict({k: v.cpu() for k, v in state.average.items()})
    provenance = {
        "made": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "steps": state.step,
        "settings": mapping_of(replace(settings, data=replace(settings.data, corpus="", cache=""))),
        "device": "cuda" if torch.cuda.is_available() else "cpu",
    }
    path = out / CHECKPOINT
    save_checkpoint(path, exported, provenance)
    write_json(
        out / "progress.json", {"step": state.step, "of": settings.estimator.n_steps, "stopped_at": stop_at}
    )
    return path
