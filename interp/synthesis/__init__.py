"""The road from text and two recordings to a sound."""
