"""Adapters that turn an address into a place."""
