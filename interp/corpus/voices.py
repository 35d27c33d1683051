"""The teacher's voices: which there are, which stay unheard in training, how high each speaks by itself."""

from __future__ import annotations

from collections.abc import Mapping

# The first letter is the language, the second the gender. Median F0 in Hz of HOME_SENTENCES by the voice's
# own prosody: measured once and written down, so that a corpus is planned without the teacher.
HOME_HZ: Mapping[str, float] = {
    **{"af_alloy": 133, "af_aoede": 172, "af_bella": 179, "af_heart": 182, "af_jessica": 198, "af_kore": 145},
    **{"af_nova": 151, "af_river": 175, "af_sarah": 175, "af_sky": 152},
    **{"am_adam": 109, "am_echo": 102, "am_eric": 144, "am_fenrir": 125, "am_liam": 113, "am_michael": 104},
    **{"am_onyx": 84, "am_puck": 112},
    **{"bf_alice": 203, "bf_emma": 174, "bf_isabella": 199, "bf_lily": 169},
    **{"bm_daniel": 118, "bm_fable": 112, "bm_george": 138, "bm_lewis": 97},
    **{"ef_dora": 168, "em_alex": 123, "em_santa": 129, "ff_siwis": 199},
    **{"hf_alpha": 208, "hf_beta": 180, "hm_omega": 121, "hm_psi": 129, "if_sara": 224, "im_nicola": 99},
    **{"jf_alpha": 257, "jf_gongitsune": 217, "jf_nezumi": 218, "jf_tebukuro": 304, "jm_kumo": 90},
    **{"pf_dora": 170, "pm_alex": 127, "pm_santa": 131},
    **{"zf_xiaobei": 225, "zf_xiaoni": 224, "zf_xiaoxiao": 229, "zf_xiaoyi": 285},
    **{"zm_yunjian": 107, "zm_yunxi": 143, "zm_yunxia": 279, "zm_yunyang": 104},
}
HOME_SENTENCES = (
    "The boy was there when the sun rose.",
    "Margaret counted seventeen steps in the cellar.",
    "Why do you think the postman threw away a jar of honey?",
)
# In no mix and in no split but `unseen`: strangers of the teacher's kind.
UNSEEN = ("af_kore", "am_liam", "bf_lily", "bm_lewis")
# Voices of English give the prosody.
ENGLISH = tuple(voice for voice in HOME_HZ if voice[0] in "ab" and voice not in UNSEEN)
