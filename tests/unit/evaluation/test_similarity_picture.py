"""The picture: lines, labels, switch, and small multiples."""

import numpy as np
import pytest

from interp.evaluation import similarity
from interp.evaluation.phones import PhoneTimes
from interp.evaluation.similarity import draw_similarity
from interp.system.files import write_figure

TEXT = "We were walking."


@pytest.fixture
def drawn(monkeypatch):
    """Panels of a figure; phones are given, so that no aligner is needed."""
    phones = PhoneTimes(("SIL", "W", "IY"), np.array([0.0, 0.2, 0.5, 2.0]))
    monkeypatch.setattr(similarity, "_phones", lambda scene: phones if scene.text else None)
    monkeypatch.setattr(similarity, "_edges", lambda scene, number: None)
    return lambda *scenes, **rest: draw_similarity([(f"{i}.wav", s) for i, s in enumerate(scenes)], **rest)


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_lines_and_labels(drawn, voice, stranger, against):
    scene = against(voice, voice, stranger, text=TEXT, ref_texts=(TEXT, "Other."), split_s=1.2)
    figure = drawn(scene)
    (axes,) = figure.axes
    first, second, output, switch = labels(axes)
    assert first.startswith("reference 1, median F0 18")
    assert first.endswith("(laid over by DTW)")
    assert second.endswith("(own time, other words)")
    assert output.startswith("output, median F0 18")
    assert switch == "switch at 1.20 s"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["", "W", "IY"]
    title = axes.get_title(loc="left")
    assert "0.wav" in title
    assert TEXT in title
    assert "from reference 1" in title
    assert "F0" in axes.get_ylabel()


def test_a_reference_of_the_same_words_lies_on_the_output(drawn, voice, against):
    (axes,) = drawn(against(voice, voice, text=TEXT, ref_texts=(TEXT, TEXT))).axes
    reference, _, output = axes.get_lines()[:3]
    np.testing.assert_allclose(reference.get_ydata(), output.get_ydata())


def test_without_text_the_axis_is_time(drawn, voice, stranger, against):
    (axes,) = drawn(against(voice, voice, stranger)).axes
    assert axes.get_xlabel() == "time (s)"


@pytest.mark.parametrize(("count", "panels"), [(3, 3), (5, 5), (30, 24)])
def test_small_multiples(drawn, voice, stranger, against, count, panels):
    figure = drawn(*[against(voice, voice, stranger)] * count, total=count)
    assert sum(bool(axes.get_lines()) for axes in figure.axes) == panels
    assert ("24 of 30" in figure.get_suptitle()) == (count == 30)


def test_png_and_svg(drawn, voice, stranger, against, tmp_path):
    figure = drawn(against(voice, voice, stranger))
    for name, start in (("a.png", b"\x89PNG"), ("a.svg", b"<?xml")):
        write_figure(tmp_path / name, figure, dpi=40)
        assert (tmp_path / name).read_bytes().startswith(start)
