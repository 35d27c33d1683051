"""Tags and phonemes in a text: SSML's break, emphasis, phoneme, say-as and sub, ``{HH AH0}``, [laugh].

Other tags are left out, and named in a note.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from interp.text.ipa import arpabet_of_ipa
from interp.text.lexicon import Pronunciation, are_phones, guess_stress
from interp.text.numbers import digits, integer, ordinal
from masks.errors import InterpError

_TAG = re.compile(
    r"<(/?)([A-Za-z][\w:-]{0,30})((?:\s[^<>]{0,400}?)?)(/?)>|<!--[^<>]{0,400}-->|<\?[^<>]{0,400}\?>"
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,6});")
_ATTRIBUTE = re.compile(r"([\w:-]{1,30})\s?=\s?(?:\"([^\"]{0,300})\"|'([^']{0,300})')")
_PHONES = re.compile(r"\{ ?([A-Z]{1,2}[012]?(?: [A-Z]{1,2}[012]?){0,40}) ?\}")
_NOISES = re.compile(
    r"\[ ?(?:laughs?|laughter|laughing|sighs?|coughs?|music|applause|breath|breathes?|gasps?|cheers?|"
    r"clears throat|whispers?|whispering|crying|giggles?|chuckles?|silence|noise|inaudible|crosstalk|sniffs?|"
    r"yawns?|groans?) ?\]",
    re.IGNORECASE,
)
_PAUSE = re.compile(r"\[ ?pause ?\]", re.IGNORECASE)
_LONGEST_NFC = 10_000  # putting combining marks in order is quadratic
_SILENTLY = frozenset({"speak", "p", "s", "voice", "w", "token"})  # what they hold is spoken all the same
_STRENGTHS = {"none": "", "x-weak": "", "weak": ",", "medium": ",", "strong": ";", "x-strong": "."}
# Words whose accent makes another word of them, which the dictionary has without.
_ACCENTED = {
    **{"résumé": "R EH1 Z AH0 M EY2", "résumés": "R EH1 Z AH0 M EY2 Z", "exposé": "EH2 K S P OW0 Z EY1"},
    **{
        "exposés": "EH2 K S P OW0 Z EY1 Z",
        "rosé": "R OW0 Z EY1",
        "rosés": "R OW0 Z EY1 Z",
        "pâté": "P AA0 T EY1",
    },
    **{"lamé": "L AA0 M EY1", "saké": "S AA1 K IY0", "maté": "M AA1 T EY2", "touché": "T UW0 SH EY1"},
    **{"olé": "OW0 L EY1", "outré": "UW0 T R EY1", "piqué": "P IY0 K EY1", "animé": "AA2 N IY0 M EY1"},
}
_ACCENTED_WORD = re.compile(rf"\b({'|'.join(_ACCENTED)})\b", re.IGNORECASE)
PIECES_KEPT = re.compile(r"(?:<[^<>]{0,400}>|\{[^{}]{0,200}\}|\S)+")  # what a cut must not go through


@dataclass(frozen=True)
class Given:
    """A word whose phones the text gives."""

    text: str
    phones: Pronunciation


@dataclass(frozen=True)
class Stressed:
    """Text that is to be emphasised: each of its words has a main stress."""

    text: str


@dataclass
class Marked:
    """Pieces of a text in their order, and notes of what was left out."""

    pieces: list[str | Given | Stressed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, text: str, emphasised: bool = False) -> None:
        """Text; plain text joins plain text before it."""
        if emphasised and text.strip():
            self.pieces.append(Stressed(text))
        elif self.pieces and isinstance(self.pieces[-1], str):
            self.pieces[-1] += text
        else:
            self.pieces.append(text)


def read_markup(text: str) -> Marked:
    """Cut a text into plain pieces, words with given phones and emphasised text."""
    found = Marked()
    text = html.unescape(text) if _ENTITY.search(text) else text
    text = unicodedata.normalize("NFC", text) if not text.isascii() and len(text) < _LONGEST_NFC else text
    if "<" not in text and "{" not in text and "[" not in text:
        _add_plain(found, text)
        return found
    left_out: dict[str, None] = {}
    for noise in _NOISES.findall(text):
        left_out[noise] = None
    text = _PAUSE.sub(" , ", _NOISES.sub(" ", text))
    at, tags = 0, list(_TAG.finditer(text))
    for number, tag in enumerate(tags):
        if tag.start() < at:  # inside an element that was read whole
            continue
        _add_plain(found, text[at : tag.start()])
        at = tag.end()
        name = (tag[2] or "").lower()
        if tag[1] or name in _SILENTLY or not name:
            found.add(" . " if name in ("p", "s") else " ")
        elif name == "break":
            found.add(_pause(_attributes(tag[3])))
        elif name not in _HANDLERS:
            left_out[f"<{name}>"] = None
            found.add(" ")
        elif not tag[4]:
            end = next((t for t in tags[number + 1 :] if t[1] and t[2].lower() == name), None)
            inner = _TAG.sub(" ", text[at : end.start() if end else len(text)])
            at = end.end() if end else len(text)
            note = _HANDLERS[name](found, inner, _attributes(tag[3]))
            found.notes += [note] if note else []
    _add_plain(found, text[at:])
    if left_out:
        found.notes.append(f"left out, not spoken: {', '.join(left_out)}")
    return found


def _add_plain(found: Marked, text: str) -> None:
    """Text, with phonemes in braces and accented words as words of their own."""
    at = 0
    for match in sorted([*_PHONES.finditer(text), *_ACCENTED_WORD.finditer(text)], key=lambda m: m.start()):
        word = match[1].lower()
        phones = _ACCENTED.get(word, match[1]).split()
        if are_phones(phones):
            found.add(text[at : match.start()])
            found.pieces.append(_given(word if word in _ACCENTED else "", phones))
            at = match.end()
    found.add(text[at:])


def _given(word: str, phones: list[str]) -> Given:
    """A word of these phones, which is called by its sounds where it has no spelling."""
    full = guess_stress(phones)
    return Given(word or "".join(full).lower(), full)


def _attributes(text: str) -> dict[str, str]:
    return {m[1].lower(): html.unescape(m[2] or m[3] or "") for m in _ATTRIBUTE.finditer(text or "")}


def _pause(attributes: dict[str, str]) -> str:
    """The mark whose pause is nearest: comma, semicolon, full stop."""
    match = re.fullmatch(r"(\d{0,4}(?:\.\d{1,3})?)(ms|s)", attributes.get("time", "").strip())
    if match and match[1]:
        seconds = float(match[1]) * (0.001 if match[2] == "ms" else 1.0)
        mark = "" if seconds < 0.05 else "," if seconds < 0.4 else ";" if seconds < 0.8 else "."
    else:
        mark = _STRENGTHS.get(attributes.get("strength", "medium"), ",")
    return f" {mark} "


def _emphasis(found: Marked, inner: str, attributes: dict[str, str]) -> str | None:
    found.add(inner, emphasised=attributes.get("level", "moderate") not in ("none", "reduced"))
    return None


def _phoneme(found: Marked, inner: str, attributes: dict[str, str]) -> str | None:
    said, alphabet = attributes.get("ph", ""), attributes.get("alphabet", "ipa").lower()
    word = "".join(c for c in inner.lower() if c.isalpha() or c in "'-")
    try:
        if alphabet == "ipa":
            found.pieces.append(Given(word or "phoneme", arpabet_of_ipa(said)))
            return None
        if "arpabet" in alphabet or alphabet.startswith("cmu"):
            phones = said.split()
            if are_phones(phones):
                found.pieces.append(_given(word, phones))
                return None
    except InterpError:
        pass
    found.add(inner)
    return f"phoneme {said!r} in alphabet {alphabet} is not read; the word is spoken as it is written"


def _say_as(found: Marked, inner: str, attributes: dict[str, str]) -> str | None:
    kind = attributes.get("interpret-as", attributes.get("type", "")).lower()
    number = inner.strip().replace(",", "")
    if kind in ("characters", "spell-out", "verbatim", "spell"):
        letters = [
            digits(c) if c.isdigit() else "Ay" if c in "aA" else c.upper() for c in inner if c.isalnum()
        ]
        found.add(f" {' '.join(letters)} ")
    elif kind in ("digits", "telephone", "number:digits"):
        groups = re.findall(r"\d+", inner)
        found.add(f" {', '.join(digits(g) for g in groups)} ")
    elif kind in ("cardinal", "number") and re.fullmatch(r"\d{1,15}", number):
        found.add(f" {integer(number)} ")
    elif kind == "ordinal" and re.fullmatch(r"\d{1,15}", number):
        found.add(f" {ordinal(int(number))} ")
    elif kind in ("expletive", "bleep"):
        return "left out, not spoken: an expletive"
    else:
        found.add(inner)
    return None


def _sub(found: Marked, inner: str, attributes: dict[str, str]) -> str | None:
    found.add(attributes.get("alias", inner))
    return None


_HANDLERS: dict[str, Callable[[Marked, str, dict[str, str]], str | None]] = {
    "emphasis": _emphasis,
    "phoneme": _phoneme,
    "say-as": _say_as,
    "sub": _sub,
}
