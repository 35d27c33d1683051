"""Texts: any Unicode, control characters, floods, up to 100 kB."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import torch
from kinds import Defect, Kind
from small_models import small_speech_model

from interp.estimators.encode import encode_sentence
from interp.text.frontend import phonemize, split_sentences
from interp.text.gradtts_phonemes import gradtts_phonemes

LARGEST = 100_000
WORDS = (
    "the", "Dr.", "a.m.", "U.S.", "don't", "1999", "3.14", "1,000,000", "1st", "1/2", "$5.00", "£3m", "5%",
    "10:30",
    "'", "-", "--", "...", "A.B.C.", "COVID-19", "x'y'z", "http://a.b/c?d=e", "e-mail", "I'm", "0x7f",
    "1e400",
    "+44", "(555) 123-4567", "2001-02-03", "12/31/99", "1990s", "½", "№", "ﬁ", "Å", "ß", "…", "中", "١٢٣",
    "́", "\u200d",
    "\u202e", "\ufeff", "\x00", "\x1b[31m", "\r\n", "\t", "\ud800", "\U0010ffff", "🎉", "a" * 300, "'" * 50,
    "." * 50,
    "9" * 400, "A.", "--set", "|", "{{", "%s", "<b>", "\\", "`id`", "$(id)", "'; DROP", "NaN", "-0",
    "1-2-3", "1.2.3.4",
)  # fmt: skip


def prepare(folder: Path) -> Any:
    return small_speech_model()


def attack(random: Random, model: Any, folder: Path) -> None:
    """Cut a text, read every piece out, and encode the first one."""
    text = hostile_text(random)
    pieces = split_sentences(text)
    for number, piece in enumerate(pieces):
        if len(piece) > 200:
            raise Defect(f"a piece of {len(piece)} characters")
        read = phonemize(piece)
        gradtts_phonemes(piece)
        if number < 1:
            with torch.no_grad():
                frames = encode_sentence(model, read, random.choice((0.25, 1.0, 4.0))).n_frames
            if frames < len(read.words):
                raise Defect(f"{frames} frames for {len(read.words)} words")


def hostile_text(random: Random) -> str:
    """A text of a few characters as a rule, of 100 kB at times."""
    size = int(LARGEST ** (0.9 * random.random())) if random.random() < 0.97 else LARGEST
    maker = random.choice((_any_unicode, _words, _one_flood, _two_floods, _ascii, _controls))
    text = maker(random, size)[:size]
    return text if random.random() < 0.5 else f"Hello {text} there."


def _any_unicode(random: Random, size: int) -> str:
    top = random.choice((0x250, 0x3000, 0xFFFF, 0x10FFFF))
    return "".join(chr(random.randint(0, top)) for _ in range(size))


def _words(random: Random, size: int) -> str:
    glue = random.choice((" ", "", ", ", "\n"))
    return glue.join(random.choice(WORDS) for _ in range(size // 4 + 1))


def _one_flood(random: Random, size: int) -> str:
    unit = random.choice(WORDS) if random.random() < 0.7 else chr(random.randint(0, 0x10FFFF))
    return (unit + random.choice(("", " ", ".", ","))) * (size // len(unit) + 1)


def _two_floods(random: Random, size: int) -> str:
    return _one_flood(random, size // 2)[: size // 2] + _one_flood(random, size // 2)


def _ascii(random: Random, size: int) -> str:
    letters = random.choice(("0123456789.,/-:", "aA.' -", "$£€%#@&+=", "".join(map(chr, range(32, 127)))))
    return "".join(random.choice(letters) for _ in range(size))


def _controls(random: Random, size: int) -> str:
    return "".join(
        chr(random.choice((0, 7, 8, 9, 10, 12, 13, 27, 127, 0x85, 0x2028, 0x200B, 97))) for _ in range(size)
    )


KIND = Kind("text", "texts: Unicode, control characters, floods, 100 kB", prepare, attack, 0.17)
