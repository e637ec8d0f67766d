"""HTTP: pages by role and the JSON API."""
