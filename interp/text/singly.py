"""Digits that are read one by one: telephones, cards, accounts, codes, and runs that are no amount."""

from __future__ import annotations

import re

from interp.text.numbers import digits

_SEPARATOR = r"[ .-]"
_TELEPHONES = (
    re.compile(r"(?<![\w.+-])(\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6})(?![\w-]|\.\d)"),
    re.compile(r"(?<![\w.-])((?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4})(?![\w-]|\.\d)"),
    re.compile(r"(?<![\w.-])((?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w-]|\.\d)"),
    re.compile(r"(?<![\w.$-])(\d{3}-\d{4})(?![\w-]|\.\d)"),
    re.compile(r"(?<![\w-])(\d{3}-\d{2}-\d{4})(?![\w-])"),
    re.compile(r"(?<![\w-])(\d{4}([ -])\d{4}\2\d{4}\2\d{1,4})(?![\w-])"),
    re.compile(r"(?<![\w.,$-])(9-1-1|911)(?![\w-]|[.,]\d)"),
)
_NAMED = re.compile(
    r"\b((?:account|acct|card|code|codes|pin|passcode|password|zip|extension|ext|serial|order|ticket|reference|"
    r"confirmation|tracking|passport|licence|license|invoice|policy|member|routing|isbn|id)\b\.?"
    r"(?: (?:number|no|code|num)\b\.?| ?#)?(?:,? (?:is|was|are)| ?[:=])?[ :]? ?)"
    r"(#? ?\d{3,15}(?:[ -]\d{2,6}){0,4})\b"
    r"(?![.,]?\d|:|%| (?:times|people|years|days|orders|tickets|cards|dollars))",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b((?:call|dial|text|ring|phone)(?:ed|s|ing)? )(\d{3,5})\b(?![.,]\d| \w+s\b)", re.IGNORECASE
)
_RUN = re.compile(r"(?<![\w.,$£€¥-])\d{10,}(?![\w-]|[.,]\d)")
_LEADING_ZERO = re.compile(r"(?<![\w.,:/-])0\d{1,15}(?![\w/:]|[.,]\d)")


def expand_singly(text: str) -> str:
    """Say such digits by name, with a comma between their groups."""
    for pattern in _TELEPHONES:
        text = pattern.sub(lambda m: _grouped(m[1]), text)
    text = _NAMED.sub(lambda m: f"{m[1]}{_grouped(m[2])}", text)
    text = _CALL.sub(lambda m: f"{m[1]}{digits(m[2])}", text)
    text = _RUN.sub(lambda m: m[0] if _is_round(m[0]) else digits(m[0]), text)
    return _LEADING_ZERO.sub(lambda m: digits(m[0]), text)


def _grouped(text: str) -> str:
    plus = "plus " if text.startswith("+") else ""
    if re.fullmatch(r"\d(?:-\d)+", text):
        return digits(text)
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", text))


def _is_round(text: str) -> bool:
    """An amount ends in zeros."""
    return len(text) <= 15 and text.endswith("0" * (len(text) // 2))
