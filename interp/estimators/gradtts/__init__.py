"""Grad-TTS, from checkpoints of others."""
