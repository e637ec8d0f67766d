"""Bulk loading of checked frames: COPY, then one upsert per table."""
