"""Parts that estimators are built of: attention, patches, text encoder, alignment."""
