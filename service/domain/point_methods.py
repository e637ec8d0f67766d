"""One door to every way of finding clusters in a frame of places: which options belong to which.

The command and the API hand in all options by name; those of other methods must stand at their
defaults, so that nobody believes an option worked that was not read.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from service.domain.errors import InvalidInputError
from service.domain.point_clusters import Analysis, ClusterOptions, analyse

if TYPE_CHECKING:
    from service.domain.density_clusters import DensityOptions
    from service.domain.local_options import LocalOptions

Method = Literal["scan", "getis-ord", "getis-ord-star", "local-moran", "hdbscan", "dbscan"]
LOCAL: Final = ("getis-ord", "getis-ord-star", "local-moran")
DENSITY: Final = ("hdbscan", "dbscan")


def options_of(
    given: Mapping[str, Any],
) -> "ClusterOptions | LocalOptions | DensityOptions":
    """Return the options of the method named, from all options of all methods.

    Args:
        given: Option → value; `method` may be missing (scan). None is an option left out.

    Raises:
        InvalidInputError: An option of another method was given, or a value is out of range.
    """
    method = given.get("method") or "scan"
    chosen = _kind(method)
    own = {field.name for field in fields(chosen)}
    for name, value in given.items():
        if name != "method" and name not in own and value is not None:
            _require_default(name, value, method)
    taken = {name: value for name, value in given.items() if name in own and value is not None}
    options: ClusterOptions | LocalOptions | DensityOptions = chosen(**taken)
    return options


def _kind(method: str) -> Any:  # noqa: ANN401 - a class of options
    """Return the class of a method's options; a scan imports none of the others."""
    if method == "scan":
        return ClusterOptions
    from service.domain.density_clusters import DensityOptions  # noqa: PLC0415
    from service.domain.local_options import LocalOptions  # noqa: PLC0415

    kinds = dict.fromkeys(LOCAL, LocalOptions) | dict.fromkeys(DENSITY, DensityOptions)
    if method not in kinds:
        raise InvalidInputError(f"method must be one of scan, {', '.join(kinds)}")
    return kinds[method]


def _require_default(name: str, value: Any, method: str) -> None:  # noqa: ANN401
    """Raise where an option of other methods was given."""
    owners, defaults = [], []
    for one in ("scan", *LOCAL, *DENSITY):
        own = {field.name: field.default for field in fields(_kind(one))}
        if name in own:
            owners.append(one)
            defaults.append(own[name])
    if value not in defaults:
        raise InvalidInputError(
            f"--{name.replace('_', '-')} belongs to --method {' or '.join(owners)}; leave it out "
            f"of {method}"
        )


def analyse_points(
    points: pd.DataFrame,
    options: "ClusterOptions | LocalOptions | DensityOptions",
    *,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Analysis:
    """Return what the method of the options finds.

    Raises:
        InvalidInputError: The points cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    if isinstance(options, ClusterOptions):
        return analyse(points, options, progress=progress, stop=stop)
    from service.domain.density_clusters import DensityOptions, analyse_density  # noqa: PLC0415
    from service.domain.local_clusters import analyse_local  # noqa: PLC0415

    if isinstance(options, DensityOptions):
        return analyse_density(points, options, progress=progress, stop=stop)
    return analyse_local(points, options, progress=progress, stop=stop)
