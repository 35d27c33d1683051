"""The shipped configuration of a corpus can be read, is the default, and says its cost and its command."""

from __future__ import annotations

import pytest

from interp.corpus.settings import CorpusSettings
from interp.settings.resolve import resolve
from interp.system.shipped import data_path
from masks.errors import InterpError

PATH = data_path("configs/corpus/teacher.yaml")


def test_the_shipped_configuration_is_the_default():
    assert resolve(CorpusSettings, PATH) == CorpusSettings()
    header = [line for line in PATH.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Cost:" in line for line in header)
    assert any("interp corpus data/teacher --config configs/corpus/teacher.yaml" in line for line in header)


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("hours=0", "hours: 0 is not allowed"),
        ("shares.made=0", "made: 0 is not allowed"),
        ("speaker=bdl", "speaker: unknown setting"),
        ("workers=two", "workers: 'two' is not a whole number"),
    ],
)
def test_a_setting_that_will_not_do_is_named(assignment, said):
    with pytest.raises(InterpError, match=said):
        resolve(CorpusSettings, PATH, [assignment])
