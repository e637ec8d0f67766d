"""What the problem producers of a cluster share: one supplier, agent, water or building.

For every value the producers inside that have it are compared with those outside by Fisher's exact
test, one-sided: with `held` of all producers sharing a value, how likely are so many of them among
the problem producers of the cluster by chance (hypergeometric)? A hint, never a proof: water and
buildings are local by nature, and a whole village may buy from one trader.
"""

from collections.abc import Sequence
from typing import Final, TypedDict

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from service.domain.multiple_testing import corrected

ATTRIBUTES: Final = ("supplier", "agent", "water", "building")
HINT_Q: Final = 0.05
_LEAST_INSIDE = 3
_LEAST_HELD = 2


class Hint(TypedDict):
    """A value shared by more problem producers inside than chance explains.

    `inside` of `inside_of` problem producers of the cluster have the value, `outside` of
    `outside_of` other inspected producers; p is Fisher's, q corrected over all values tested.
    """

    attribute: str
    value: str
    inside: int
    inside_of: int
    outside: int
    outside_of: int
    p: float
    q: float


def shared_causes(attributes: pd.DataFrame, inside: Sequence[bool]) -> list[Hint]:
    """Return what the producers inside share beyond chance, the least likely first.

    Args:
        attributes: One row an inspected producer that counts: the problem producers of the
            cluster, and every producer outside it. Columns of text by attribute; '' or missing
            is unknown, and such producers are left out of that attribute's test.
        inside: Whether the row is a problem producer of the cluster.

    Returns:
        Hints with q <= 0.05 and at least three producers inside. Every value that two producers
        have is tested and counts in the correction (Benjamini-Hochberg).
    """
    is_inside = np.asarray(inside, dtype=bool)
    named = [name for name in ATTRIBUTES if name in attributes.columns]
    tested = [_tested(name, attributes[name], is_inside) for name in named]
    told = [one for one in tested if len(one)]
    if not told:
        return []
    rows = pd.concat(told, ignore_index=True)
    rows["q"] = corrected(rows["p"])
    hints = rows[(rows["q"] <= HINT_Q) & (rows["inside"] >= _LEAST_INSIDE)]
    ordered = hints.sort_values(["p", "attribute", "value"])
    return [Hint(**row) for row in ordered.to_dict("records")]  # type: ignore[typeddict-item]


def _tested(name: str, values: pd.Series, is_inside: np.ndarray) -> pd.DataFrame:
    known = values.notna().to_numpy() & (values.fillna("").astype(str).str.strip() != "").to_numpy()
    text, within = values[known].astype(str).str.strip(), is_inside[known]
    counts = pd.DataFrame({"value": text.to_numpy(), "inside": within.astype(int)})
    table = counts.groupby("value")["inside"].agg(["sum", "size"])
    table = table[table["size"] >= _LEAST_HELD]
    inside, held = table["sum"].to_numpy(), table["size"].to_numpy()
    inside_of, total = int(within.sum()), len(within)
    return pd.DataFrame(
        {
            "attribute": name,
            "value": table.index.astype(str),
            "inside": inside,
            "inside_of": inside_of,
            "outside": held - inside,
            "outside_of": total - inside_of,
            "p": np.minimum(hypergeom.sf(inside - 1, total, held, inside_of), 1.0),
        }
    )
