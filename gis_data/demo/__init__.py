"""The fictional demo county 青石县 as input files for the ordinary import commands."""

from gis_data.demo.files import DemoFiles, write_files
from gis_data.demo.plan import cells_to_drop, distort_cells, responsibilities
from gis_data.demo.plants import Plant, plants

__all__ = [
    "DemoFiles",
    "Plant",
    "cells_to_drop",
    "distort_cells",
    "plants",
    "responsibilities",
    "write_files",
]
