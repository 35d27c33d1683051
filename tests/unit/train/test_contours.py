"""Known contours and the third answer: who shares a melody, where references are cropped, what is open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interp.train.examples import NEITHER, ExampleDrawer, ExampleShares

FRAMES, REF_FRAMES = 16, 12
ALL_AMBIGUOUS = {"factorised": 0.0, "switched": 0.0}


@pytest.fixture(scope="module")
def melodies(bank):
    """Items with known contours: two of them, drawn freely of voice, pitch and sentence."""
    return replace(bank, contour=np.random.default_rng(3).integers(1, 3, len(bank.contour)))


def draw(bank, n=300, **shares):
    drawer = ExampleDrawer(bank, ExampleShares(**shares), FRAMES, REF_FRAMES)
    rng = np.random.default_rng(0)
    return [drawer.draw(rng) for _ in range(n)]


def place(bank, item, start, frames):
    return (start + frames / 2) / bank.lengths[item]


def test_the_source_of_pitch_shares_the_melody_and_the_others_do_not(melodies):
    for plan in draw(melodies, **ALL_AMBIGUOUS, neither=0.6):
        for number, ref in enumerate(plan.refs):
            shares = melodies.contour[ref] == melodies.contour[plan.target]
            if number != plan.pitch_from[0]:
                assert not shares or number == plan.rest_from[0] == plan.pitch_from[0]
            elif plan.pitch_from != plan.rest_from:
                assert shares


def test_references_that_share_a_melody_are_cropped_at_the_targets_place(melodies):
    gaps = {True: [], False: []}
    for plan in draw(melodies, factorised=1.0, switched=0.0, single=0.0, dropped=0.0):
        ref, start = plan.refs[plan.pitch_from[0]], plan.ref_starts[plan.pitch_from[0]]
        shares = bool(melodies.contour[ref] == melodies.contour[plan.target])
        room = max(0, melodies.lengths[ref] - REF_FRAMES)
        wanted = place(melodies, plan.target, plan.starts[0], FRAMES) * melodies.lengths[ref] - REF_FRAMES / 2
        gaps[shares].append(abs(start - np.clip(wanted, 0, room)))
    assert len(gaps[True]) > 200
    assert max(gaps[True]) <= 1


def test_neither_is_drawn_as_often_as_asked_and_opens_the_null_key(melodies):
    plans = draw(melodies, 600, **ALL_AMBIGUOUS, neither=0.6)
    assert all(plan.visible == (True,) * 5 for plan in plans)
    lacking = [NEITHER in (p.pitch_from[0], p.rest_from[0]) for p in plans]
    assert np.mean(lacking) == pytest.approx(0.6, abs=0.06)
    for plan in plans:
        distances = [abs(melodies.log_f0[r] - melodies.log_f0[plan.target]) for r in plan.refs]
        voices = [melodies.voice_id[r] == melodies.voice_id[plan.target] for r in plan.refs]
        if plan.pitch_from[0] == NEITHER:
            assert min(distances) > 3 * np.log(2) / 12
        if plan.rest_from[0] == NEITHER:
            assert not any(voices)


def test_without_neither_the_null_key_stays_closed(melodies):
    assert all(plan.visible[4] is False for plan in draw(melodies, **ALL_AMBIGUOUS))


def test_recordings_are_drawn_beside_items_with_known_times(bank):
    half = replace(bank, contour=np.where(np.arange(len(bank.contour)) % 2, 0, -1))
    recorded = [half.contour[p.target] < 0 for p in draw(half, 600, recorded=0.2)]
    assert np.mean(recorded) == pytest.approx(0.2, abs=0.05)
