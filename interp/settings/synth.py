"""What a user can set about one synthesis, with defaults and bounds; the guidance's own are nested."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from guidance.settings import GuidanceSettings, check_compatible
from guidance.windows import Windows
from interp.modes.registry import MODES
from interp.settings.objectives import shipped_objective
from masks.errors import InterpError
from masks.limits import limited, require_limits

if TYPE_CHECKING:
    Mode = str
else:
    Mode = Literal[tuple(MODES)]  # as choices, for options and files
VocoderName = Literal["griffin-lim", "neural"]  # those that interp/vocoders/choose.py registers
DEFAULT_VOCODER: VocoderName = "neural"
LARGEST_SEED = 2**63 - 1
DEFAULT_MODE = "freq"


@dataclass(frozen=True)
class SynthSettings:
    """Settings of a synthesis, checked as they are made.

    Parameters
    ----------
    mode : ``freq``: pitch of reference 1, the rest of reference 2; ``temp``: reference 1 first, then 2
    checkpoint : ``default``, the path of a ``.safetensors`` file, or of a Grad-TTS ``.pt`` file
    device : ``auto`` (CUDA where there is one, else the CPU), ``cpu``, ``cuda``, ``cuda:1``, ``mps``
    seed : int, same seed, same device, same audio
    n_timesteps : int, steps of the reverse process; time grows with it
    sampler : reverse SDE or probability-flow ODE
    solver : ``euler`` as Grad-TTS, or ``dpmpp2``, second order
    temperature : float, *divides* the start noise, as in Grad-TTS: larger is calmer, and clearer in words
    length_scale : float, multiplies every duration: larger is slower
    attend : ``joint``: both references open, the noise decides; ``weighted``, ``masked``: soft or hard
        attention weights, as controls
    attend_log_weight : float, nepers that ``weighted`` takes from what ``masked`` would close
    cfg_pitch, cfg_rest : float, classifier-free guidance on the pitch groups and on the rest; 1 is none
    split : float, temp only: share of the sentence that follows reference 1
    split_s : float or None, temp only: seconds that follow reference 1; overrides ``split``
    split_word : text or None, temp only: the first word that follows reference 2, as text or as its number
        from 1; overrides ``split``
    crossfade_s : float, seconds, temp only: length of the ramp between the two references
    speaker1, speaker2 : int or None, only for a Grad-TTS checkpoint of several speakers, which needs both:
        their numbers from 0; they take the place of the voices of reference 1 and 2
    lexicon : file of pronunciations of one's own, ``word<tab>sounds`` a line; None is the dictionary alone
    vocoder : registered name
    ref_max_seconds : float, seconds, longer references are cut
    ref_level_dbfs : float or None, dB re full scale, RMS of a reference's active part; null leaves it alone
    guidance : tuning of the noise

    Raises
    ------
    InterpError
        Naming every value that is not allowed, or settings that contradict each other.
    """

    mode: Mode = DEFAULT_MODE
    checkpoint: str = "default"
    device: str = "auto"
    seed: int = limited(0, low=0, high=LARGEST_SEED)
    n_timesteps: int = limited(12, low=1, high=1000)
    sampler: Literal["sde", "ode"] = "ode"
    solver: Literal["euler", "dpmpp2"] = "dpmpp2"
    temperature: float = limited(1.5, above=0.0, high=100.0)
    length_scale: float = limited(1.0, low=0.25, high=4.0)
    attend: Literal["joint", "weighted", "masked"] = "joint"
    attend_log_weight: float = limited(2.0, low=0.0, high=100.0)
    cfg_pitch: float = limited(1.0, low=0.0, high=20.0)
    cfg_rest: float = limited(1.0, low=0.0, high=20.0)
    split: float = limited(0.5, low=0.0, high=1.0)
    split_s: float | None = limited(None, low=0.0)
    split_word: str | None = None
    crossfade_s: float = limited(0.1, low=0.0, high=10.0)
    speaker1: int | None = limited(None, low=0)
    speaker2: int | None = limited(None, low=0)
    lexicon: str | None = None
    vocoder: VocoderName = DEFAULT_VOCODER
    ref_max_seconds: float = limited(10.0, low=1.0, high=60.0)
    ref_level_dbfs: float | None = limited(-23.0, low=-60.0, high=0.0)
    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)

    def __post_init__(self) -> None:
        """Check, and let a mode have its own objective where the default one was left."""
        require_limits(self)
        own, asked = MODES[self.mode].objective, self.guidance.objective
        if asked == MODES[DEFAULT_MODE].objective != own:
            object.__setattr__(self, "guidance", replace(self.guidance, objective=own))
        others = [m.name for m in MODES.values() if m.objective == asked]
        if asked != MODES[DEFAULT_MODE].objective and others and self.mode not in others:
            raise InterpError(
                f"objective: {asked!r} needs mode {others[0]}; add --mode {others[0]} or choose another "
                "--objective"
            )
        if self.split_s is not None and self.split_word is not None:
            raise InterpError("split_s and split_word: both are given; give one of them")
        check_compatible(self.guidance, self.attend)
        _ = self.windows

    @property
    def windows(self) -> Windows:
        """When the noise is tuned: as the guidance says, or else its objective.

        Raises
        ------
        InterpError
            When there is no such objective, or the windows end in the wrong order.
        """
        return shipped_objective(self.guidance.objective).windows_for(self.guidance)


def for_mode(settings: SynthSettings, mode: Mode) -> SynthSettings:
    """The same settings in another mode, with that mode's objective where the old mode's was set."""
    if mode == settings.mode:
        return settings
    guidance = settings.guidance
    if guidance.objective == MODES[settings.mode].objective:
        guidance = replace(guidance, objective=MODES[mode].objective)
    return replace(settings, mode=mode, guidance=guidance)
