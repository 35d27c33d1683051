"""A corpus made ready: aligned, widened by Praat, with the symbols and durations of every recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from interp.corpus.align import AlignedWord
from interp.corpus.metadata import Utterance, of_speakers, read_corpus
from interp.corpus.timed import TimedUtterance, frames_of_edges, read_timed_corpus
from interp.estimators.parts.mean_mel import ids_with_silence
from interp.text.lexicon import cmudict_lexicon
from interp.text.symbols import ID_OF
from interp.train.dataset.alignments import align_corpus
from interp.train.dataset.durations import timed_symbols, without_blanks
from interp.train.dataset.extract import extract_timed, extract_variants
from interp.train.dataset.features import WIDE, Features, read_features
from interp.train.dataset.search import phonemized, unaligned_texts
from interp.train.dataset.settings import DataSettings
from interp.train.text import Alignment, TextExample
from masks.errors import InterpError
from masks.grid import MelGrid

SPLITS_AS_THEY_ARE = ("valid", "test")


@dataclass(frozen=True)
class PreparedCorpus:
    """Features of all splits, and the text of every recording by its key."""

    items: Sequence[Features]
    texts: dict[str, TextExample]

    def features(self, split: str) -> list[Features]:
        """Items of a split."""
        return [f for f in self.items if f.split == split]

    def text_examples(self, split: str) -> list[TextExample]:
        """Every item of a split that has a text, with its own mel."""
        with_text = [(f, self.texts[f.key]) for f in self.features(split) if f.key in self.texts]
        return [
            TextExample(t.ids, t.durations, f.mel)
            for f, t in with_text
            if t.durations.sum() == f.mel.shape[1]
        ]


def prepare_corpus(
    settings: DataSettings, grid: MelGrid, alignment: Alignment = "forced", blanks: bool = True
) -> PreparedCorpus:
    """Align and extract what the cache lacks; validation and test recordings stay as they are.

    Parameters
    ----------
    alignment : ``forced`` times the symbols by pocketsphinx; ``search`` leaves that to the text encoder,
        and gives all symbols of a recording one length until then
    blanks : whether a blank stands between symbols, as `TextEncoder` reads them; else at either end alone

    Raises
    ------
    InterpError
        When the corpus is missing or no recording can be used.
    """
    timed = _timed(settings, grid) if settings.timed else PreparedCorpus([], {})
    if not settings.corpus:
        return timed
    cache = Path(settings.cache)
    utterances = _utterances(settings)
    if alignment == "search":
        ids_of = phonemized(utterances)
        items = _extract([u for u in utterances if u.key in ids_of], cache, settings)
        texts = unaligned_texts(ids_of, {f.key: f.mel for f in items})
    else:
        aligned = align_corpus(utterances, cache / "align", settings.workers)
        items = _extract([u for u in utterances if u.key in aligned], cache, settings)
        texts = _texts(items, {u.key: u for u in utterances}, aligned, grid, blanks)
    if not texts:
        raise InterpError(f"{settings.corpus}: no recording fits its text; check rate and transcripts")
    return PreparedCorpus([*timed.items, *items], timed.texts | texts)


def _timed(settings: DataSettings, grid: MelGrid) -> PreparedCorpus:
    """Speech whose phone times are known, each item as it is."""
    utterances = {u.key: u for u in read_timed_corpus(Path(settings.timed), frozenset(settings.unseen))}
    folder = Path(settings.cache) / "timed"
    extract_timed(utterances.values(), folder, settings.workers)
    items = [f for f in read_features(folder) if f.key in utterances]
    texts = {f.key: _timed_text(utterances[f.key], f, grid) for f in items}
    return PreparedCorpus(items, texts)


def _timed_text(utterance: TimedUtterance, item: Features, grid: MelGrid) -> TextExample:
    frames = frames_of_edges(np.array(utterance.edges_s), item.mel.shape[1], grid)
    return TextExample(ids_with_silence(utterance.symbols), frames, item.mel)


def _utterances(settings: DataSettings) -> list[Utterance]:
    """Transcribed recordings of the speakers, and of the wide ones, which get a split of their own."""
    corpus = Path(settings.corpus)
    everybody = read_corpus(corpus)
    chosen = of_speakers(everybody, settings.speakers, corpus) if settings.speakers else everybody
    own = [u for u in chosen if u.text]
    wide = of_speakers(everybody, settings.wide_speakers, corpus)
    names = {u.speaker for u in own}
    if both := sorted(names & {u.speaker for u in wide}):
        raise InterpError(
            f"data.wide_speakers: {both[0]!r} is among data.speakers too; name it in one of them"
        )
    return own + [replace(u, split=WIDE) for u in wide if u.text]


def _extract(usable: Sequence[Utterance], cache: Path, settings: DataSettings) -> list[Features]:
    natural = [u for u in usable if u.split in SPLITS_AS_THEY_ARE]
    extract_variants(natural, cache / "natural", [0], settings.workers, naturals=True)
    wide = [u for u in usable if u.split == WIDE]
    rest = [u for u in usable if u.split not in (*SPLITS_AS_THEY_ARE, WIDE)]
    items = read_features(cache / "natural")
    for some, folder, count in ((rest, "features", settings.variants), (wide, WIDE, settings.wide_variants)):
        extract_variants(some, cache / folder, range(count), settings.workers)
        items += [f for f in read_features(cache / folder) if f.index < count]
    wanted = {u.key for u in usable}
    return [f for f in items if f.key in wanted]


def _texts(
    items: Sequence[Features],
    utterances: dict[str, Utterance],
    aligned: dict[str, list[AlignedWord]],
    grid: MelGrid,
    blanks: bool,
) -> dict[str, TextExample]:
    lexicon = cmudict_lexicon()
    texts: dict[str, TextExample] = {}
    for item in items:
        if item.key in texts:
            continue
        timed = timed_symbols(aligned[item.key], utterances[item.key].text, item.mel, grid, lexicon)
        if timed is not None:
            timed = timed if blanks else without_blanks(timed)
            ids = np.array([ID_OF[s] for s in timed.symbols], dtype=np.int64)
            texts[item.key] = TextExample(ids, timed.durations, item.mel)
    return texts
