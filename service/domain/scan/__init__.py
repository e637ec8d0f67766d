"""Spatial scan statistics: windows whose rate chance does not explain."""

from service.domain.scan.ellipses import EllipseCluster, EllipticSettings, scan_ellipses
from service.domain.scan.errors import ScanStoppedError
from service.domain.scan.model import ScanCluster, ScanResult, ScanSettings
from service.domain.scan.run import scan
from service.domain.scan.space_time import (
    CylinderCluster,
    SpaceTimeResult,
    SpaceTimeSettings,
    scan_space_time,
)
from service.domain.scan.strata import Standardised, expected_by_strata
from service.domain.scan.warming import warm_up

__all__ = [
    "CylinderCluster",
    "EllipseCluster",
    "EllipticSettings",
    "ScanCluster",
    "ScanResult",
    "ScanSettings",
    "ScanStoppedError",
    "SpaceTimeResult",
    "SpaceTimeSettings",
    "Standardised",
    "expected_by_strata",
    "scan",
    "scan_ellipses",
    "scan_space_time",
    "warm_up",
]
