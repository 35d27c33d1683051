"""IPA of American English as ARPAbet with stress."""

from __future__ import annotations

import unicodedata

from masks.errors import InterpError

# The longest spelling first wherever one begins another.
_VOWELS = {
    **{"aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "iː": "IY", "uː": "UW"},
    **{"ɑː": "AA", "ɔː": "AO", "ɜːɹ": "ER", "ɜː": "ER", "ɜɹ": "ER", "ɝ": "ER", "ɚ": "ER", "əɹ": "ER"},
    **{"æ": "AE", "ɑ": "AA", "a": "AA", "ɒ": "AA", "ɔ": "AO", "ə": "AH", "ʌ": "AH", "ɐ": "AH", "ɛ": "EH"},
    **{"e": "EH", "ɪ": "IH", "i": "IY", "o": "OW", "ʊ": "UH", "u": "UW"},
}
_CONSONANTS = {
    **{"tʃ": "CH", "ʧ": "CH", "dʒ": "JH", "ʤ": "JH", "θ": "TH", "ð": "DH", "ʃ": "SH", "ʒ": "ZH", "ŋ": "NG"},
    **{"ɹ": "R", "r": "R", "ɾ": "D", "j": "Y", "w": "W", "ʍ": "W", "h": "HH", "ɡ": "G", "g": "G", "l": "L"},
    **{"ɫ": "L", "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "f": "F", "v": "V", "s": "S", "z": "Z"},
    **{"m": "M", "n": "N", "x": "K"},
}
_PHONES = sorted({**_VOWELS, **_CONSONANTS}.items(), key=lambda pair: -len(pair[0]))
_STRESS = {"ˈ": "1", "'": "1", "ˌ": "2", ",": "2"}
_SILENT = frozenset("ː.ʔ ‿͜͡-0123456789")
_EXAMPLE = "həˈloʊ"


def arpabet_of_ipa(text: str) -> tuple[str, ...]:
    """ARPAbet with stress; a mark of stress holds for the next vowel, unmarked vowels have none.

    Raises
    ------
    InterpError
        For a character that stands for no sound of English, or where no sound is left.
    """
    rest, stress, phones = unicodedata.normalize("NFC", text.strip("/[] ")), "0", []
    while rest:
        if rest[0] in _STRESS:
            stress, rest = _STRESS[rest[0]], rest[1:]
            continue
        if rest[0] in _SILENT:
            rest = rest[1:]
            continue
        spelling, phone = next(((s, p) for s, p in _PHONES if rest.startswith(s)), ("", ""))
        if not spelling:
            raise InterpError(f"{text!r}: {rest[0]!r} is no IPA sign of English; write it as in {_EXAMPLE!r}")
        rest = rest[len(spelling) :]
        if spelling in _VOWELS:
            phones.append(phone + stress)
            stress = "0"
        else:
            phones.append(phone)
    if not phones:
        raise InterpError(f"{text!r}: holds no sound; write it as in {_EXAMPLE!r}")
    return tuple(phones)
