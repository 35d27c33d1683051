"""temp: the speaker before and after the switch, and where the speaker changes."""

from __future__ import annotations

from interp.evaluation.scene import Figures, Scene
from interp.evaluation.speaker import embedding, partial_embeddings
from interp.evaluation.switch import change_point

SHORTEST_S = 0.5

KEYS = {
    f"switch_speaker.{half}.{ref}": f"speaker similarity of the {half} part to {words}"
    for half in ("first", "second")
    for ref, words in (("ref1", "reference 1"), ("ref2", "reference 2"))
} | {
    "switch_speaker.found_s": "where the speaker changes from reference 1's towards reference 2's, seconds",
    "switch_speaker.late_s": "the same less the time that was asked for, seconds",
}


def switch_speaker(scene: Scene) -> Figures:
    """Speaker similarity (`speaker`) of each part, and the change point of its course; None in freq.

    The course is the similarity to reference 1 less that to reference 2, over windows of 1.6 s, 16 a
    second; its change of level is found as for log F0 (`switch.change_point`). A window that long blurs, so a
    place is known to a few tenths of a second, and not at all in outputs that are not much longer.
    """
    figures: Figures = dict.fromkeys(KEYS)
    split_s = scene.split_s
    if split_s is None:
        return figures
    refs = [embedding(ref) for ref in scene.refs]
    parts = {"first": (0.0, split_s), "second": (split_s, scene.output.seconds)}
    for name, (start, end) in parts.items():
        if end - start >= SHORTEST_S:
            part = embedding(scene.output.part(start, end))
            figures |= {
                f"switch_speaker.{name}.ref{n}": float(part @ ref) for n, ref in enumerate(refs, start=1)
            }
    times, course = partial_embeddings(scene.output)
    found = change_point(course @ (refs[0] - refs[1]))
    if found is not None:
        at = float(times[found[0] - 1 : found[0] + 1].mean())
        figures |= {"switch_speaker.found_s": at, "switch_speaker.late_s": at - split_s}
    return figures
