"""interp: speech in a blend of two reference recordings, decided at inference time by tuning the noise.

``from interp import Synthesizer`` is the engine; the command line is ``interp``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interp.system.ownership import require_own_packages

# Before anything of `masks` or `guidance` is imported: it may be someone else's code.
require_own_packages()

from masks.errors import InterpError  # noqa: E402

if TYPE_CHECKING:
    from interp.settings.synth import SynthSettings
    from interp.synthesis.pipeline import Synthesizer

__all__ = ["InterpError", "SynthSettings", "Synthesizer", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the engine when it is first asked for, so that ``interp --help`` does not wait for torch."""
    if name == "Synthesizer":
        from interp.synthesis.pipeline import Synthesizer

        return Synthesizer
    if name == "SynthSettings":
        from interp.settings.synth import SynthSettings

        return SynthSettings
    if name == "__version__":
        from interp.system.version import __version__

        return __version__
    raise AttributeError(f"module 'interp' has no attribute {name!r}")
