"""Townships → grid cells that cover them exactly, never overlap and leave no sliver."""

from service.domain.grid.build import GridMethod, GridRequest, build_cells
from service.domain.grid.codes import assign_codes

__all__ = ["GridMethod", "GridRequest", "assign_codes", "build_cells"]
