"""Address text to place, offline: normalise, parse, resolve, score, explain. Pure."""
