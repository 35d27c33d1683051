"""What is compared: an output with its two references, and what is known about the words and the switch."""

from __future__ import annotations

from dataclasses import dataclass

from interp.evaluation.clip import Clip
from interp.evaluation.spoken import words_of

# Figures of one scene by key; None where the scene does not allow the figure (no voiced frame, other words).
Figures = dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Scene:
    """An output and the references it was made from.

    Parameters
    ----------
    output : the synthesis
    refs : reference 1 and reference 2
    text : what the output says; None when unknown
    ref_texts : what the references say; None when unknown
    split_s : temp: seconds of the switch from reference 1 to reference 2; None in freq
    """

    output: Clip
    refs: tuple[Clip, Clip]
    text: str | None = None
    ref_texts: tuple[str | None, str | None] = (None, None)
    split_s: float | None = None


def per_reference(keys: dict[str, str]) -> dict[str, str]:
    """Keys with ``{ref}`` in them, once for each reference; their descriptions too."""
    return {
        key.format(ref=f"ref{n}"): words.format(ref=f"reference {n}")
        for key, words in keys.items()
        for n in ((1, 2) if "{ref}" in key else (1,))
    }


def same_words(scene: Scene, reference: int) -> bool:
    """Whether reference 1 or 2 is known to say what the output says."""
    theirs = scene.ref_texts[reference - 1]
    return bool(scene.text and theirs and words_of(scene.text) == words_of(theirs))
