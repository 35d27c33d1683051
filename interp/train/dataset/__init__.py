"""From a corpus to what training draws from: alignment, features, banks, packs."""
