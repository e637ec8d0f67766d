"""The grid-supervision service: domain, adapters, workflows and HTTP."""
