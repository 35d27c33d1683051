"""Damage to bytes: flips, cuts, extreme numbers, splices, repeats."""

from __future__ import annotations

from random import Random

EXTREMES = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63 - 1,
    2**64 - 1,
)
HEADER = 256


def damaged(random: Random, data: bytes, other: bytes = b"") -> bytes:
    """The bytes after one to four kinds of damage, most of it near the start, where the headers are."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        data = random.choice((_flip, _flip, _number, _number, _cut, _drop, _repeat, _noise))(random, data)
    if other and random.random() < 0.1:
        data = data[: _place(random, data)] + other[_place(random, other) :]
    return data


def _place(random: Random, data: bytes) -> int:
    near = random.random() < 0.7
    return random.randrange(max(1, min(len(data), HEADER) if near else len(data)))


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        changed[_place(random, changed)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _number(random: Random, data: bytes) -> bytes:
    at, size = _place(random, data), random.choice((1, 2, 4, 8))
    value = random.choice(EXTREMES) % 256**size
    return data[:at] + value.to_bytes(size, random.choice(("little", "big"))) + data[at + size :]


def _cut(random: Random, data: bytes) -> bytes:
    return data[: _place(random, data)] if random.random() < 0.5 else data[: random.randrange(len(data) + 1)]


def _drop(random: Random, data: bytes) -> bytes:
    at = _place(random, data)
    return data[:at] + data[at + random.choice((1, 2, 4, 16, 1000)) :]


def _repeat(random: Random, data: bytes) -> bytes:
    at = _place(random, data)
    return data[:at] + data[at : at + random.choice((1, 4, 16, 1000))] * random.choice((2, 3, 50)) + data[at:]


def _noise(random: Random, data: bytes) -> bytes:
    at, size = _place(random, data), random.choice((1, 4, 64, 4096))
    return data[:at] + random.randbytes(size) + data[at + size :]
