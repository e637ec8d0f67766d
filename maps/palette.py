"""Colours and what they mean; safe for colour-blind readers, and never red against green.

YlOrRd and YlGnBu are ColorBrewer schemes: dark means more. A hatch means 'not known' or 'nobody'
and is no colour at all, so that it can never be read as good.
"""

from collections.abc import Iterable, Mapping, Sequence

INK = "#14213d"
POINT = "#1f5fbf"
NO_REGISTER = "#ffffff"
ZERO = "#fffbe0"

# The five classes above zero.
YLORRD = ("#fee68f", "#fec44f", "#fd8d3c", "#e8432f", "#a50f26")
YLGNBU = ("#e4f3c8", "#a5dbb9", "#4fb8c3", "#2b80b9", "#253f94")

SEVERITY = {"critical": "#7a0f22", "high": "#c2412d", "medium": "#e09a3e", "low": "#efd9a7"}

# Quiet colours of about one lightness: they tell officers apart and rank nobody.
CATEGORIES = (
    "#8fb7df",
    "#f2c38b",
    "#a9d3a0",
    "#d4b3dc",
    "#efa3a1",
    "#b7c6a3",
    "#9fd3d0",
    "#d9c7aa",
    "#c3c7ea",
    "#ecd98f",
)


def distinct_colours(
    owners: Sequence[str], neighbours: Mapping[str, Iterable[str]]
) -> dict[str, int]:
    """Give each owner a colour number that no neighbouring owner has.

    Greedy colouring in the Welsh-Powell order (most neighbours first); where an owner has more
    neighbours than there are colours, the colour that fewest of them have.

    Args:
        owners: Who is coloured; the order decides between equals, so the result is repeatable.
        neighbours: Owner → owners whose cells touch theirs.

    Returns:
        Owner → index into `CATEGORIES`.
    """
    near = {owner: set(neighbours.get(owner, ())) - {owner} for owner in owners}
    order = sorted(owners, key=lambda owner: -len(near[owner]))
    chosen: dict[str, int] = {}
    used = dict.fromkeys(range(len(CATEGORIES)), 0)
    for owner in order:
        taken = [chosen[other] for other in near[owner] if other in chosen]
        # Among free colours the least used one: colours spread over the county.
        chosen[owner] = min(used, key=lambda colour: (taken.count(colour), used[colour], colour))
        used[chosen[owner]] += 1
    return chosen
