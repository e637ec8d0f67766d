"""Frames to interactive maps; no database, no network."""
