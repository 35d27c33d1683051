"""From a corpus or a pack to a vocoder: prepare, train, export."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import torch

from interp.settings.resolve import mapping_of, resolve
from interp.settings.strict_yaml import dump_yaml
from interp.system.cpu_memory import keep_freed_memory
from interp.system.files import make_folder, write_json, write_text
from interp.train.run_log import run_log
from interp.train.state import TrainState, save_half
from interp.train.vocoder.bank import VoiceBank
from interp.train.vocoder.loop import train_vocoder
from interp.train.vocoder.pack import read_voice_pack, write_voice_pack
from interp.train.vocoder.settings import VocoderSettings
from interp.vocoders.neural.network import VocoderNetwork
from interp.vocoders.neural.weights import save_vocoder
from masks.grid import MelGrid

CHECKPOINT = "vocoder.safetensors"
log = logging.getLogger(__name__)


def train(
    config: Path,
    *,
    assignments: Sequence[str] = (),
    pack: Path | None = None,
    pack_to: Path | None = None,
    pack_mib: float = 40.0,
    stop_at: int | None = None,
    out: Path | None = None,
) -> Path | None:
    """Train a vocoder as a YAML file says, from where the run stands.

    Parameters
    ----------
    assignments : ``key=value`` over the file
    pack : train from this pack alone: no corpus, no audio library
    pack_to : write the prepared recordings there, up to ``pack_mib``, and stop
    stop_at : a step to stop at, the schedule unchanged
    out : folder for the vocoder and for what a run elsewhere goes on from; None is the run's own

    Returns
    -------
    Path of the vocoder, None where only a pack was asked for

    Raises
    ------
    InterpError
        For a setting, corpus or pack that will not do.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    keep_freed_memory()
    settings = resolve(VocoderSettings, config, assignments)
    grid = MelGrid()
    bank = read_voice_pack(pack, grid) if pack else _prepared(settings)
    log.info("%d recordings, %.0f minutes", len(bank.keys), bank.seconds(grid) / 60)
    if pack_to is not None:
        n = write_voice_pack(pack_to, bank, grid, pack_mib, settings.seed)
        log.info("%s: %d recordings, %.1f MiB", pack_to, n, pack_to.stat().st_size / 2**20)
        return None
    folder = make_folder(Path(settings.runs) / settings.name)
    out = make_folder(out or folder)
    write_text(folder / "config.yaml", dump_yaml(mapping_of(settings)))
    torch.manual_seed(settings.seed)
    with run_log(folder) as report:
        train_vocoder(
            VocoderNetwork(settings.model, grid),
            bank,
            settings.training,
            folder,
            seed=settings.seed,
            report=report,
            on_save=lambda state: _export(state, settings, bank, folder, out),
            stop_at=stop_at,
        )
    return out / CHECKPOINT


def _prepared(settings: VocoderSettings) -> VoiceBank:
    from interp.train.vocoder.prepare import prepare_bank

    return prepare_bank(settings.data)


def _export(state: TrainState, settings: VocoderSettings, bank: VoiceBank, folder: Path, out: Path) -> None:
    """The averaged weights as a vocoder; elsewhere than in the run's folder also what it goes on from."""
    told = replace(settings, data=replace(settings.data, corpus="", cache=""))
    provenance = {
        "made": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "steps": state.step,
        "recordings": len(bank.keys),
        "minutes": round(bank.seconds(MelGrid()) / 60),
        "settings": mapping_of(told),
        "device": "cuda" if torch.cuda.is_available() else "cpu",
    }
    save_vocoder(out / CHECKPOINT, settings.model, state.average, provenance)
    write_json(out / "progress.json", {"step": state.step, "of": settings.training.n_steps})
    if out != folder:
        save_half(out, state)
        for judges in folder.glob("judges-*.safetensors"):
            shutil.copy(judges, out / judges.name)
