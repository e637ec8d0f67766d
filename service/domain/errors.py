"""Every error raised on purpose; its family says what the caller can do."""


class SupervisionError(Exception):
    """Something a person can act on; shown as one line, never as a stack trace."""


class NotFoundError(SupervisionError):
    """Something asked for by name or place does not exist."""


class InvalidInputError(SupervisionError):
    """What was handed in cannot be used as it is; the message says what to change."""


class ConflictError(SupervisionError):
    """Something has changed since it was looked at; look again and decide anew."""


class UnavailableError(SupervisionError):
    """Something outside does not answer; trying later may help."""


class CrsError(InvalidInputError):
    """A frame has no CRS, or one that this computation cannot use."""


class CellNotFoundError(NotFoundError):
    """No grid cell covers the place asked for."""

    def __init__(self, *, lon: float, lat: float) -> None:
        """Keep the place, so that a handler need not parse it out of the message."""
        super().__init__(f"no grid cell covers longitude {lon:.6f}, latitude {lat:.6f}")
        self.lon = lon
        self.lat = lat
