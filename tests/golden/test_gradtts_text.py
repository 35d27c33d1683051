import json
from pathlib import Path

import pytest

from interp.text.gradtts_frontend import GRADTTS_BLANK_ID, GRADTTS_SYMBOLS
from interp.text.gradtts_phonemes import gradtts_phonemes

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "gradtts_text.json"

pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="../shared/golden/gradtts_text.json is absent")


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text())


def test_symbol_table_and_blank_are_grad_tts(golden):
    assert tuple(golden["symbols"]) == GRADTTS_SYMBOLS
    assert golden["blank_id"] == GRADTTS_BLANK_ID


@pytest.mark.parametrize("index", range(5))
def test_ids_equal_grad_tts(golden, index):
    example = golden["examples"][index]
    assert list(gradtts_phonemes(example["text"]).ids) == example["ids_with_blanks"]
