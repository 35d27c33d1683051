"""Recordings with their texts: the table of a corpus, and the words and phones in time."""
