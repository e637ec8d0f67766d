/*
 * cell_tiles.js: shapes of cells from vector tiles, for `cells.js`, which knows their classes.
 *
 * A cell on the edge of tiles is in each of them, under its code; it is styled in each. Where a tile
 * holds too many cells the service cuts townships instead: they are drawn as mere outlines.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const UNIT = 1e5;
  const TOWNSHIP = { fill: true, fillColor: "#f6f7f9", fillOpacity: 1, color: "#aeb7c2", weight: 1 };

  const HatchTile = L.Canvas.Tile.extend({
    _fillStroke(ctx, layer) { wangge.fillStroke.call(this, ctx, layer); },
  });

  /** Whether a point in pixels of the tile lies inside, by the even-odd rule over all rings. */
  function holds(parts, point) {
    let inside = false;
    for (const ring of parts) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const [a, b] = [ring[i], ring[j]];
        if ((a.y > point.y) !== (b.y > point.y)
          && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
      }
    }
    return inside;
  }

  /** The box round all boxes, each west, south, east, north. */
  function around(boxes) {
    const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
    for (let at = 0; at < boxes.length; at += 4) {
      low[0] = Math.min(low[0], boxes[at + 1]);
      low[1] = Math.min(low[1], boxes[at]);
      high[0] = Math.max(high[0], boxes[at + 3]);
      high[1] = Math.max(high[1], boxes[at + 2]);
    }
    return L.latLngBounds(low.map((one) => one / UNIT), high.map((one) => one / UNIT));
  }

  /** Shapes by index: {layer, paint(only), boundsOf(index), has(index), at(latlng)}. */
  wangge.cellTiles = function (data, styleOf) {
    const indexOf = new Map(data.codes.map((code, index) => [code, index]));
    const styled = (code) => (indexOf.has(code) ? styleOf(indexOf.get(code)) : TOWNSHIP);
    const layer = L.vectorGrid.protobuf(data.tiles, {
      pane: "wg-cells",
      // Coarser tiles are these, scaled down: the map's first picture shows cells, not townships.
      minNativeZoom: data.zoom,
      bounds: around(data.boxes), // there is nothing to ask for elsewhere
      rendererFactory: (coords, size, options) => new HatchTile(coords, size, options),
      vectorTileLayerStyles: {
        cells: ({ code }) => styled(code), townships: TOWNSHIP, summary: [],
      },
      getFeatureId: ({ properties }) => properties.code || "",
    });

    function paint(only) {
      for (const tile of Object.values(layer._vectorTiles)) {
        const codes = only ? only.map((index) => data.codes[index]) : Object.keys(tile._features);
        for (const code of codes) {
          const found = tile._features[code];
          if (found && found.layerName === "cells") {
            layer._updateStyles(found.feature, tile, styled(code));
          }
        }
      }
    }

    function at(latlng) {
      const zoom = layer._tileZoom;
      if (!layer._map || zoom === undefined) return -1;
      const size = layer.getTileSize();
      const point = layer._map.project(latlng, zoom);
      const coords = point.unscaleBy(size).floor();
      const tile = layer._vectorTiles[`${coords.x}:${coords.y}:${zoom}`];
      if (!tile) return -1;
      const inTile = point.subtract(coords.scaleBy(size));
      for (const [code, { layerName, feature }] of Object.entries(tile._features)) {
        if (layerName === "cells" && holds(feature._parts, inTile)) return indexOf.get(code) ?? -1;
      }
      return -1;
    }

    return {
      layer, paint, at,
      has: (index) => index >= 0 && index < data.codes.length,
      boundsOf(index) {
        const [west, south, east, north] = data.boxes.slice(4 * index, 4 * index + 4);
        return L.latLngBounds([south / UNIT, west / UNIT], [north / UNIT, east / UNIT]);
      },
    };
  };
})();
