"""Tianditu (天地图) under the cells, for a county that has a key and wants it."""

import re
from typing import ClassVar, Final, Literal

from maps.layers.data_layer import DataLayer
from service.domain.errors import InvalidInputError

# The eight hosts of the tiles; a page may ask them only where the county has said so.
HOSTS: Final = tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8))
_KEY: Final = re.compile(r"[0-9A-Za-z]{8,64}")
_LABELS: Final = {"vec": "cva", "img": "cia", "ter": "cta"}


class TiandituLayer(DataLayer):
    """Tiles of Tianditu with their own Chinese names, drawn when the reader asks for them.

    The tiles are WMTS in Web Mercator (`_w`); Tianditu is CGCS2000, which needs no shift. Nothing
    is asked of its hosts before the reader presses the switch, and one-file maps refuse the layer.
    The key stands in the page, as Tianditu's browser keys are meant to: restrict it to your host.

    Args:
        key: The county's browser key.
        kind: `vec` map, `img` imagery, `ter` relief.

    Raises:
        InvalidInputError: The key is not one.
    """

    factory: ClassVar[str] = "tianditu"
    script: ClassVar[str] = "tianditu"
    is_live_only: ClassVar[bool] = True

    def __init__(
        self,
        key: str,
        *,
        kind: Literal["vec", "img", "ter"] = "vec",
        name: str = "天地图 Tianditu",
    ) -> None:
        """Make the two addresses, of the tiles and of their names."""
        if not _KEY.fullmatch(key):
            raise InvalidInputError("a Tianditu key is 8 to 64 letters and digits")
        addresses = [_address(layer, key) for layer in (kind, _LABELS[kind])]
        super().__init__(layer_id="tianditu", data={"addresses": addresses}, name=name)


def _address(layer: str, key: str) -> str:
    """Return a Leaflet template; {s} is the host's number."""
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
    )
