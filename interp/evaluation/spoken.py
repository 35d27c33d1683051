"""Words of a text as they are spoken, so that two texts, or a text and what was heard, can be compared."""

from __future__ import annotations

import re

from interp.text.fold import fold
from interp.text.normalize import normalize


def words_of(text: str) -> list[str]:
    """Lower-case words of a text as it is spoken."""
    return re.findall(r"[a-z']+", normalize(fold(text).text).lower())
