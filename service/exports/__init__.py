"""Frames to files people open: spreadsheets, GeoJSON, GPX, PDF."""
