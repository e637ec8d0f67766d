"""Spatial scan statistics: windows whose rate chance does not explain."""

from service.domain.scan.errors import ScanStoppedError
from service.domain.scan.model import ScanCluster, ScanResult, ScanSettings
from service.domain.scan.run import scan

__all__ = ["ScanCluster", "ScanResult", "ScanSettings", "ScanStoppedError", "scan"]
