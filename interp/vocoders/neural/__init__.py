"""The vocoder that is trained: network, weights, pitch."""
