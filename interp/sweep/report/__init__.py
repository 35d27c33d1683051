"""From the ledger of a sweep to its page."""
