"""The key groups of a style attention layer, in the order of their channels."""

from __future__ import annotations

GROUP_NAMES = ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest", "null", "padding")
NULL_GROUP = GROUP_NAMES.index("null")
PADDING_GROUP = GROUP_NAMES.index("padding")
GROUP_CHANNELS = 8  # groups padded to a multiple of 8, for the fused attention kernels
CLOSED = -1e4  # a log-weight that excludes exactly while another group stays open
