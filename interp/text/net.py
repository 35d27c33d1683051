"""E-mail and net addresses, as people say them: dot, at, slash, underscore, dash; digits one by one."""

from __future__ import annotations

import re

from interp.text.numbers import digits

_EMAIL = re.compile(
    r"(?<![\w.+-])([A-Za-z0-9][\w.+-]{0,63})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})(?![\w@])"
)
_URL = re.compile(r"\b(?:(https?|ftp)://|(?=www\.))([^\s<>\"']{1,300})", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w@./-])((?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|org|net|edu|gov|io|co|ai|uk|de|fr|eu|info|dev|app|tv|me|us)"
    r"(?:/[\w./~%?=&#+-]{0,200})?)(?![\w@])"
)
_IP = re.compile(r"(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d{1,5}))?(?![\w]|\.\d)")
_HANDLE = re.compile(r"(?<![\w@])@([A-Za-z]\w{0,40})")
_SIGNS = {
    **{".": "dot", "@": "at", "/": "slash", "_": "underscore", "-": "dash", "+": "plus", ":": "colon"},
    **{"?": "question mark", "=": "equals", "&": "and", "#": "hash", "~": "tilde", "%": "percent"},
}
_PART = re.compile(r"[A-Za-z]+|\d|[^A-Za-z\d]")
_ENDS = ".,;:!?)"


def expand_net(text: str) -> str:
    """Say addresses of the net in words."""
    text = _EMAIL.sub(lambda m: f" {_said(m[1])} at {_said(m[2])} ", text)
    text = _URL.sub(_url, text)
    text = _IP.sub(_ip, text)
    text = _HOST.sub(lambda m: _said(m[1]), text)
    return _HANDLE.sub(lambda m: f"at {_said(m[1])}", text)


def _url(match: re.Match[str]) -> str:
    scheme, rest = match[1], match[2]
    end = rest[len(rest.rstrip(_ENDS)) :]
    rest = rest.rstrip(_ENDS).rstrip("/")
    said = _said(rest)
    return (f"{'.'.join(scheme.upper())} colon slash slash " if scheme else "") + said + end


def _ip(match: re.Match[str]) -> str:
    octets = " dot ".join(digits(octet) for octet in match.groups()[:4])
    return octets + (f" colon {digits(match[5])}" if match[5] else "")


def _said(address: str) -> str:
    """Words between signs as they are, ``www`` in letters, digits and signs by name."""
    words = []
    for part in _PART.findall(address):
        if part.lower() == "www":
            words.append("W.W.W")
        elif part.isdigit():
            words.append(digits(part))
        else:
            words.append(_SIGNS.get(part, part if part.isalpha() else " "))
    return " ".join(words)
