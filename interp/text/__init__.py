"""From English text to symbols and their ids."""
