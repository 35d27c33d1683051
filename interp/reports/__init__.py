"""What is shown of a run: receipts, figures, tables, checks of recordings."""
