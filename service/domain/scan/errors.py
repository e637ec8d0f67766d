"""What can end a scan before its answer."""

from service.domain.errors import UnavailableError


class ScanStoppedError(UnavailableError):
    """Somebody asked the scan to stop; nothing was kept, and it can be started again."""

    def __init__(self, share: float) -> None:
        """Keep how far it came, 0 to 1."""
        super().__init__(f"the scan was stopped after {share:.0%}; start it again for an answer")
        self.share = share
