"""Roman numerals: the eighth after a ruler, two after a war or a part, the nineteenth before a century."""

from __future__ import annotations

import re

from interp.text.numbers import cardinal, ordinal

_RULERS = (
    "Henry|Louis|Charles|Edward|George|William|James|John|Paul|Pius|Benedict|Gregory|Leo|Clement|"
    "Innocent|Urban|Alexander|Nicholas|Peter|Philip|Ferdinand|Frederick|Francis|Leopold|Otto|Rudolf|"
    "Maximilian|Napoleon|Richard|Elizabeth|Mary|Catherine|Constantine|Haakon|Harald|Olaf|Christian|"
    "Gustav|Oscar|Carl|Karl|Wilhelm|Franz|Ivan|Vladimir|Ptolemy|Ramses|Ramesses|Thutmose|Amenhotep|"
    "Darius|Xerxes|Cyrus|Artaxerxes|Mehmed|Murad|Selim|Suleiman|Umberto|Emmanuel|Emanuel|Alfonso|Juan|"
    "Carlos|Sancho|Pedro|Manuel|Boniface|Celestine|Sixtus|Julius|Adrian|Stephen|Casimir|Sigismund|"
    "Robert|David|Malcolm|Kenneth|Donald|Baldwin|Seti|Felipe|Albert|Baudouin|Willem|Rainier|Honore|"
    "Eric|Erik|Valdemar|Magnus|Sverker|Joseph|Anne|Margrethe|Juliana|Wilhelmina|Cleopatra|Theodosius|"
    "Justinian|Basil|Michael|Romanos|Heraclius|Conrad|Lothair|Louise|Isabella|Joao|Afonso|Menelik|"
    "Pomare|Kamehameha"
)
_TITLES = "King|Queen|Pope|Emperor|Empress|Tsar|Czar|Sultan|Pharaoh|Prince|Duke|Shah|Kaiser"
_COUNTED = (
    "Part|Chapter|Volume|Vol|Book|Act|Scene|Section|Article|Title|Appendix|Phase|Stage|Type|Class|"
    "Grade|Level|Mark|Division|Group|War|Episode|Season|Figure|Table|Unit|Lesson|Canto|Psalm|Item|"
    "Step|Round|Schedule|Annex|Paragraph|Clause|Exhibit|Apollo|Gemini|Saturn|Bowl|Fantasy|Area|Zone|"
    "Region|Category|Tier|Series|Version|Theorem|Lemma|Factor|Symphony|Sonata|Opus|Movement|Rocky|"
    "Quest|Polaris|Pioneer|Soyuz|WrestleMania|Wrestlemania|Vatican|Line"
)
_RANKED = "century|centuries|Century|Olympiad|Olympics|Amendment|Congress|Corps|Dynasty|dynasty|Legion|Army"
_NUMERAL = r"(?=[IVXLC])(C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
# Valid numerals that are rather words, initials or units.
_NOT = frozenset(
    {"I", "V", "X", "L", "C", "CI", "CC", "CV", "CL", "LI", "LV", "LX", "XL", "XC", "XX", "CX", "IV"}
)
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_TITLED = re.compile(rf"\b((?:{_TITLES}) [A-Z][a-z]{{1,20}}) {_NUMERAL}\b(?!['.]?[A-Za-z])")
_RULER = re.compile(rf"\b({_RULERS}) {_NUMERAL}\b")
_FIRST = re.compile(r"$|[.,;:!?)]|'s\b| (?:of|was|ruled|reigned|became|had|died|and|in|to|who|is)\b")
_COUNT = re.compile(rf"\b({_COUNTED})s?\.? {_NUMERAL}\b(?!')", re.IGNORECASE)
_RANK = re.compile(rf"\b{_NUMERAL}(?:th|st|nd|rd)?(?=[ -](?:{_RANKED})\b)")
_SUFFIXED = re.compile(rf"\b{_NUMERAL}(?:th|st|nd|rd)\b")
_NAMED = re.compile(rf"\b([A-Z][a-z]{{1,20}}) {_NUMERAL}\b(?!['.]?[A-Za-z])")


def expand_roman(text: str) -> str:
    """Say Roman numerals where what stands beside them says that they are; ``I`` and ``MIX`` stay words."""
    text = _TITLED.sub(lambda m: _ruler(m, sure=True), text)
    text = _RULER.sub(lambda m: _ruler(m, sure=False), text)
    text = _COUNT.sub(_counted, text)
    text = _RANK.sub(lambda m: ordinal(value(m[1])) if m[1] else m[0], text)
    text = _SUFFIXED.sub(lambda m: ordinal(value(m[1])) if m[1] else m[0], text)
    return _NAMED.sub(lambda m: m[0] if m[2] in _NOT else f"{m[1]} {cardinal(value(m[2]))}", text)


def value(numeral: str) -> int:
    """Of a numeral that is well formed."""
    numbers = [_VALUES[letter] for letter in numeral]
    following = [*numbers[1:], 0]
    return sum(-n if n < after else n for n, after in zip(numbers, following, strict=True))


def _ruler(match: re.Match[str], sure: bool) -> str:
    unsure = match[2] in ("I", "V", "X", "L", "C") and not sure
    if not match[2] or (unsure and not _FIRST.match(match.string, match.end())):
        return match[0]
    return f"{match[1]} the {ordinal(value(match[2]))}"


def _counted(match: re.Match[str]) -> str:
    if not match[2] or not match[2].isupper():
        return match[0]
    return f"{match[0][: match.start(2) - match.start()]}{cardinal(value(match[2]))}"
