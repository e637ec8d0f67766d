"""Spatial scan statistics: windows whose rate chance does not explain."""

from service.domain.scan.errors import ScanStoppedError
from service.domain.scan.model import ScanCluster, ScanResult, ScanSettings
from service.domain.scan.run import scan, warm_up
from service.domain.scan.strata import Standardised, expected_by_strata

__all__ = [
    "ScanCluster",
    "ScanResult",
    "ScanSettings",
    "ScanStoppedError",
    "Standardised",
    "expected_by_strata",
    "scan",
    "warm_up",
]
