"""Words of a text as they are spoken, so that two texts, or a text and what was heard, can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from interp.text.fold import fold
from interp.text.normalize import normalize

_AND_IN_NUMBERS = re.compile(
    r"\b(hundred|thousand|million) and (?=(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b)"
)


def words_of(text: str) -> list[str]:
    """Lower-case words of a text as it is spoken: figures in words, without the "and" of numbers."""
    spoken = normalize(fold(text).text).lower()
    return re.findall(r"[a-z']+", _AND_IN_NUMBERS.sub(r"\1 ", spoken))


def join_as_in(other: Sequence[str], words: Sequence[str]) -> list[str]:
    """Two words made one where the other text has them as one: "co operate" beside "cooperate"."""
    whole, joined, left = set(other), list[str](), list(reversed(words))
    while left:
        word = left.pop()
        joined.append(word + left.pop() if left and word + left[-1] in whole else word)
    return joined
