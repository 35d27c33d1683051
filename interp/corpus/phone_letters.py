"""ARPAbet phones with stress in the letters that the teacher reads: IPA, a letter for a diphthong."""

from __future__ import annotations

_VOWELS = {
    **{"AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ"},
    **{"EY": "A", "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u"},
}
_UNSTRESSED = {"AH": "ə", "ER": "əɹ"}
_STRESS = {"0": "", "1": "ˈ", "2": "ˌ"}
_OTHERS = {
    **{"CH": "ʧ", "DH": "ð", "G": "ɡ", "HH": "h", "JH": "ʤ", "NG": "ŋ", "R": "ɹ"},
    **{"SH": "ʃ", "TH": "θ", "Y": "j", "ZH": "ʒ", "-": "—"},
}


def letters_of(symbol: str) -> str:
    """One symbol of ours as letters of the teacher's, one or more."""
    vowel, stress = symbol[:-1], symbol[-1]
    if vowel in _VOWELS:
        sound = _UNSTRESSED.get(vowel) if stress == "0" else None
        return _STRESS[stress] + (sound or _VOWELS[vowel])
    return _OTHERS.get(symbol, symbol.lower())
