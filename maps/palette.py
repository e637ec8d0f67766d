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

# Local statistics: dark for a neighbourhood beyond chance, light for a doubt or a place unlike it.
# Red against blue, which colour-blind readers tell apart, and dark against light.
LOCAL = {
    "hot": "#b2182b",
    "leaning_hot": "#f2a477",
    "leaning_cold": "#8bbfe0",
    "cold": "#2166ac",
    "HH": "#b2182b",
    "HL": "#f2a477",
    "LH": "#8bbfe0",
    "LL": "#2166ac",
    "none": "#c9ced6",
    "isolated": "#8a93a3",
    "unrated": "#8a93a3",
}

# Okabe & Ito's colours and two more: they tell crowds of points apart and mean nothing else.
CROWDS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#7b3f00",
    "#332288",
)

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
    owners: Sequence[str],
    neighbours: Mapping[str, Iterable[str]],
    colours: int = len(CATEGORIES),
) -> dict[str, int]:
    """Give each owner a colour number that no neighbouring owner has.

    Greedy colouring in the Welsh-Powell order (most neighbours first); where an owner has more
    neighbours than there are colours, the colour that fewest of them have.

    Args:
        owners: Who is coloured; the order decides between equals, so the result is repeatable.
        neighbours: Owner → owners whose cells touch theirs.
        colours: How many there are.

    Returns:
        Owner → index of its colour, such as into `CATEGORIES`.
    """
    near = {owner: set(neighbours.get(owner, ())) - {owner} for owner in owners}
    order = sorted(owners, key=lambda owner: -len(near[owner]))
    chosen: dict[str, int] = {}
    used = dict.fromkeys(range(colours), 0)
    for owner in order:
        taken = [chosen[other] for other in near[owner] if other in chosen]
        # Among free colours the least used one: colours spread over the county.
        chosen[owner] = min(used, key=lambda colour: (taken.count(colour), used[colour], colour))
        used[chosen[owner]] += 1
    return chosen
