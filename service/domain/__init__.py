"""What we know: pure functions over frames, geometries and frozen dataclasses; no I/O."""
