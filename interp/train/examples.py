"""The kinds of training example: factorised, ambiguous and switched; voice and pitch are independent.

A target has a voice and a pitch: its level and, where the corpus knows it, its contour. A reference shares
with it the pitch alone (P), the voice alone (R), both (S) or neither (N). *factorised*: P's pitch group and
R's rest group are visible, or S alone. *ambiguous*: two references and the null key are all visible, in
either order: P and R, S and N; or pitch (R and N), voice (P and N) or both (N and N) come from neither, and
the null key is the right answer. *switched*: the target is spliced from two voices at a phone boundary.

A contour is read off by relative time. So a reference that shares it is cropped at the target's place,
and one that does not elsewhere; both references of an ambiguous example alike, or the place would tell
the source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from jaxtyping import Bool, Float, Int

from interp.train.dataset.bank import FeatureBank
from masks.errors import InterpError
from masks.groups import KINDS, REFERENCES, open_groups
from masks.limits import limited, require_limits

SAME_PITCH = 0.5 * np.log(2) / 12
OTHER_PITCH = 3.0 * np.log(2) / 12
OTHER_RATIO = 0.12
ITEM_TRIES = 20
CROP_TRIES = 4
MOST_TRIES = 10_000  # a bank in which one item in 500 has partners fails once in 5e8 draws
CONTOUR_PITCH = 0.75 * np.log(2) / 12  # of partners that share the contour, of which there are fewer
Groups = Sequence[tuple[str, int]]  # kinds, and the reference of each
EVERYTHING: Groups = list(product(KINDS, REFERENCES))
NEITHER = 2  # the source of what no reference has
OTHER = (1, 0, NEITHER)
KNOWN, NEITHER_ROLES = ("PR", "SN"), ("RN", "PN", "NN")
SOURCES = {"PR": (0, 1), "SN": (0, 0), "RN": (NEITHER, 0), "PN": (0, NEITHER), "NN": (NEITHER, NEITHER)}


@dataclass(frozen=True)
class ExampleShares:
    """How often each kind is drawn; what is left of 1 is ambiguous.

    ``single`` is the share of factorised examples with one reference for both, ``same_sentence`` that of
    pitch references that say the target's sentence, ``dropped`` that of factorised examples which lose the
    pitch group, the rest group or both. ``neither`` is the share of ambiguous examples in which pitch, voice
    or both come from no reference; with 0 the null key stays closed. ``wide`` is the share of targets that
    wide speakers say, ``recorded`` that of other recordings where the data hold items with known times too.
    """

    factorised: float = limited(0.4, low=0.0, high=1.0)
    switched: float = limited(0.12, low=0.0, high=1.0)
    single: float = limited(0.25, low=0.0, high=1.0)
    same_sentence: float = limited(0.3, low=0.0, high=1.0)
    dropped: float = limited(0.15, low=0.0, high=1.0)
    neither: float = limited(0.0, low=0.0, high=1.0)
    wide: float = limited(0.0, low=0.0, high=1.0)
    recorded: float = limited(0.15, low=0.0, high=1.0)

    def __post_init__(self) -> None:
        """Check the bounds, and that the kinds leave no more than there is."""
        require_limits(self)
        if self.factorised + self.switched > 1:
            raise InterpError(
                f"shares: factorised {self.factorised:g} and switched {self.switched:g} add up to more than "
                "1; lower one of them"
            )


@dataclass(frozen=True)
class Plan:
    """What one example is made of, as indices.

    ``target`` and ``after`` are items (equal unless switched), ``starts`` the first frame of either in its
    item, ``switch`` the frame of the crop at which ``after`` begins (the crop's length when never),
    ``refs`` (2,) items and ``ref_starts`` (2,) their first frames; ``pitch_from`` and ``rest_from`` (2,)
    the reference that is the source before and after the switch, or `NEITHER`; ``visible`` (5,) the open
    groups, null last; ``counts`` whether the sources enter the auxiliary loss.
    """

    target: int
    after: int
    starts: tuple[int, int]
    switch: int
    refs: tuple[int, int]
    ref_starts: tuple[int, int]
    pitch_from: tuple[int, int]
    rest_from: tuple[int, int]
    visible: tuple[bool, ...]
    counts: bool


Kind = Callable[[np.random.Generator, int], "Plan | None"]


class ExampleDrawer:
    """Draws plans from a bank; the same generator state gives the same plans."""

    def __init__(self, bank: FeatureBank, shares: ExampleShares, frames: int, ref_frames: int) -> None:
        timed = bank.contour >= 0
        self._pools = tuple(map(np.flatnonzero, (timed, ~timed & ~bank.wide, bank.wide)))
        self._pool_shares = _pool_shares(shares, [len(pool) for pool in self._pools])
        self._bank = bank
        self._shares = shares
        self._frames, self._ref_frames = frames, ref_frames
        self._voiced_before = np.concatenate([[0], np.cumsum(bank.voiced)])

    def draw(self, rng: np.random.Generator) -> Plan:
        """One example; an item that lacks a partner is drawn again, after `ITEM_TRIES` of them the kind too.

        Raises
        ------
        InterpError
            When the bank has no partners for any of the kinds.
        """
        for attempt in range(MOST_TRIES):
            if attempt % ITEM_TRIES == 0:
                kind, pool = self._kind(rng), self._pool(rng)
            plan = kind(rng, int(rng.choice(pool)))
            if plan is not None:
                return plan
        raise InterpError(self._lack())

    def _kind(self, rng: np.random.Generator) -> Kind:
        kind = rng.random()
        if kind < self._shares.factorised:
            return partial(self._factorised, single=rng.random() < self._shares.single)
        if kind < self._shares.factorised + self._shares.switched:
            return self._switched
        roles = NEITHER_ROLES if rng.random() < self._shares.neither else KNOWN
        return partial(self._ambiguous, roles=roles[int(rng.integers(len(roles)))])

    def _pool(self, rng: np.random.Generator) -> Int[np.ndarray, " items"]:
        return self._pools[int(rng.choice(len(self._pools), p=self._pool_shares))]

    def _factorised(self, rng: np.random.Generator, target: int, single: bool) -> Plan | None:
        if single:
            refs = [self._pick(rng, target, "S"), self._pick(rng, target, "N")]
            sources, groups = (0, 0), [("pitch", 1), ("rest", 1)]
        else:
            same = rng.random() < self._shares.same_sentence
            refs = [self._pick(rng, target, "P", same_sentence=same), self._pick(rng, target, "R")]
            sources, groups = (0, 1), [("pitch", 1), ("rest", 2)]
        if rng.random() < self._shares.dropped:
            groups = [[groups[0]], [groups[1]], []][rng.integers(3)]
        aligned = self._shares_melody(target, refs[0]), rng.random() < 0.5
        return self._plan(rng, target, refs, sources, groups, aligned, counts=False)

    def _ambiguous(self, rng: np.random.Generator, target: int, roles: str) -> Plan | None:
        refs = [self._pick(rng, target, role) for role in roles]
        sources = SOURCES[roles]
        aligned = rng.random() < 0.5 if sources[0] == NEITHER else self._shares_melody(target, refs[0])
        return self._plan(rng, target, refs, sources, EVERYTHING, (aligned, aligned), counts=True)

    def _switched(self, rng: np.random.Generator, before: int) -> Plan | None:
        bank = self._bank
        other = self._other_voice(before) & (self._pitch_distance(before) > OTHER_PITCH)
        same = other & (bank.prompt_id == bank.prompt_id[before])
        parallel = same.any() or bank.contour[before] < 0  # few items with known times share a sentence
        partners = np.flatnonzero(same if parallel else other)
        if not len(partners):
            return None
        after = int(rng.choice(partners))
        refs = [self._pick(rng, before, "S"), self._pick(rng, after, "S")]
        marks = bank.boundaries[before], bank.boundaries[after]
        if len(marks[0]) < 2 or not len(marks[1]):
            return None
        at = int(rng.integers(1, len(marks[0])))
        splits = (
            int(marks[0][at]),
            int(marks[1][min(round(at * len(marks[1]) / len(marks[0])), len(marks[1]) - 1)]),
        )
        lead = min(int(rng.integers(self._frames // 4, 3 * self._frames // 4)), splits[0])
        plan = self._plan(rng, before, refs, (0, 0), EVERYTHING, (False, False), counts=True)
        if plan is None:
            return None
        first, second = plan.pitch_from[0], 1 - plan.pitch_from[0]
        return Plan(
            before, after, (splits[0] - lead, splits[1]), lead, plan.refs, plan.ref_starts,
            (first, second), (first, second), plan.visible, True,
        )  # fmt: skip

    def _plan(
        self,
        rng: np.random.Generator,
        target: int,
        refs: list[int | None],
        sources: tuple[int, int],
        groups: Groups,
        aligned: tuple[bool, bool],
        counts: bool,
    ) -> Plan | None:
        """Give the references their places, in either order."""
        if refs[0] is None or refs[1] is None:
            return None
        start = self._crop(rng, target, self._frames)
        pair = refs[0], refs[1]
        places = [self._ref_start(rng, target, start, r, a) for r, a in zip(pair, aligned, strict=True)]
        pitch_from, rest_from = sources
        if rng.random() < 0.5:
            pair, places = (pair[1], pair[0]), places[::-1]
            groups = [(kind, 3 - reference) for kind, reference in groups]
            pitch_from, rest_from = OTHER[pitch_from], OTHER[rest_from]
        visible = *open_groups(groups), counts and self._shares.neither > 0
        return Plan(
            target, target, (start, start), self._frames, pair, (places[0], places[1]),
            (pitch_from, pitch_from), (rest_from, rest_from), visible, counts,
        )  # fmt: skip

    def _lack(self) -> str:
        bank = self._bank
        found = ((bank.speaker_id, "speaker"), (bank.voice_id, "voice"), (bank.prompt_id, "sentence"))
        counts = [f"{len(set(ids.tolist()))} {name}" for ids, name in found]
        speakers, voices, sentences = (c if c.startswith("1 ") else f"{c}s" for c in counts)
        return (
            f"training data: {MOST_TRIES} tries found no partners among {len(bank.lengths)} items of "
            f"{speakers}, {voices} and {sentences}; a target needs items of its voice and of another voice, "
            "each at its pitch and 3 semitones away, that say other sentences: add recordings or speakers, "
            "or raise data.variants"
        )

    def _pick(
        self, rng: np.random.Generator, target: int, role: str, same_sentence: bool = False
    ) -> int | None:
        bank = self._bank
        voice = bank.voice_id == bank.voice_id[target] if role in "RS" else self._other_voice(target)
        distance = self._pitch_distance(target)
        melody = bank.contour == bank.contour[target] if bank.contour[target] > 0 else None
        sentence = bank.prompt_id == bank.prompt_id[target]
        if role in "PS":
            near = voice & (distance < SAME_PITCH)
            wishes = [near & ~sentence]
            if melody is not None:
                wishes.insert(0, voice & (distance < CONTOUR_PITCH) & melody & ~sentence)
            elif same_sentence:
                wishes.insert(0, near & sentence & (bank.contour <= 0))
        else:
            far = voice & (distance > OTHER_PITCH) & ~sentence
            wishes = [far if melody is None else far & ~melody]
        for wish in wishes:
            found = np.flatnonzero(wish)
            if len(found):
                return int(rng.choice(found))
        return None

    def _shares_melody(self, target: int, ref: int | None) -> bool:
        """Whether a reference's F0 moves as the target's does: by contour, or as the same sentence."""
        bank = self._bank
        if ref is None:
            return False
        if bank.contour[target] > 0:
            return bool(bank.contour[ref] == bank.contour[target])
        return bool(bank.prompt_id[ref] == bank.prompt_id[target] and bank.contour[ref] <= 0)

    def _other_voice(self, item: int) -> Bool[np.ndarray, " items"]:
        bank = self._bank
        far = np.abs(bank.ratio - bank.ratio[item]) > OTHER_RATIO
        return np.asarray((bank.speaker_id != bank.speaker_id[item]) | far)

    def _pitch_distance(self, item: int) -> Float[np.ndarray, " items"]:
        return np.asarray(np.abs(self._bank.log_f0 - self._bank.log_f0[item]))

    def _ref_start(self, rng: np.random.Generator, target: int, start: int, ref: int, aligned: bool) -> int:
        """A crop at the target's relative place, or one elsewhere with much voice."""
        bank, frames = self._bank, self._ref_frames
        room = max(0, int(bank.lengths[ref]) - frames)
        centre = (start + self._frames / 2) / bank.lengths[target] * bank.lengths[ref] - frames / 2
        if aligned:
            return int(np.clip(centre, 0, room))
        tries = [self._crop(rng, ref, frames) for _ in range(CROP_TRIES)]
        away = [min(1.0, abs(s - centre) / frames) for s in tries]
        voiced = [self._n_voiced(ref, s, frames) for s in tries]
        return max(zip(tries, away, voiced, strict=True), key=lambda x: x[1] * x[2])[0]

    def _crop(self, rng: np.random.Generator, item: int, frames: int) -> int:
        return int(rng.integers(0, max(0, int(self._bank.lengths[item]) - frames) + 1))

    def _n_voiced(self, item: int, start: int, frames: int) -> int:
        a = int(self._bank.starts[item]) + start
        b = int(self._bank.starts[item]) + min(start + frames, int(self._bank.lengths[item]))
        return int(self._voiced_before[b] - self._voiced_before[a])


def _pool_shares(shares: ExampleShares, sizes: Sequence[int]) -> list[float]:
    """Shares of the targets: items with known times, own recordings, wide speakers.

    Raises
    ------
    InterpError
        When a share is asked of what is not there.
    """
    n_timed, n_own, n_wide = sizes
    if shares.wide > 0 and not n_wide:
        raise InterpError(
            f"shares.wide is {shares.wide:g}, and the data hold no recording of a wide speaker; name "
            "some in data.wide_speakers, make the pack larger, or set it to 0"
        )
    if shares.wide < 1 and not n_own + n_timed:
        raise InterpError(
            f"shares.wide is {shares.wide:g}, and the data hold wide speakers alone; name others in "
            "data.speakers, or set it to 1"
        )
    own = min(1.0 - shares.wide, shares.recorded if n_timed else 1.0) if n_own else 0.0
    timed = 1.0 - shares.wide - own
    return [timed, own, shares.wide]


def frame_indices(
    items: Int[np.ndarray, " n"], starts: Int[np.ndarray, " n"], bank: FeatureBank, frames: int
) -> tuple[Int[np.ndarray, "n frames"], Bool[np.ndarray, "n frames"]]:
    """Frames of crops within their items, clipped to the item, and which of them are real."""
    within = starts[:, None] + np.arange(frames)
    real = (within >= 0) & (within < bank.lengths[items][:, None])
    return np.clip(within, 0, bank.lengths[items][:, None] - 1), real
