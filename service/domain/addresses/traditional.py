"""Traditional characters and what they became; written for place names and addresses."""

SIMPLIFIED: dict[str, str] = {}
