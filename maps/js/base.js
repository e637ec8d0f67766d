/*
 * base.js: the county's own ground under and over the cells: outline, township lines, rivers, roads.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const STYLES = {
    land: { pane: "wg-ground", fill: true, fillColor: "#f3f4f2", fillOpacity: 1, stroke: false },
    river: { pane: "wg-lines", color: "#7fb4dc", weight: 2.6, opacity: 0.9 },
    road: { pane: "wg-lines", color: "#8b7d6b", weight: 1.1, opacity: 0.75, dashArray: "5 3" },
    township: { pane: "wg-lines", color: "#45556b", weight: 1.3, opacity: 0.95 },
    outline: { pane: "wg-lines", color: "#1d2733", weight: 2.4, opacity: 1 },
    earlier: { pane: "wg-lines", color: "#b6182d", weight: 1.8, opacity: 1, dashArray: "2 4" },
    focus: { pane: "wg-lines", color: "#1f5fbf", weight: 3, opacity: 1 },
  };

  wangge.base = function (id) {
    const data = wangge.data(id);
    const renderers = {};
    const group = L.layerGroup();
    for (const part of data.parts) {
      const style = STYLES[part.style];
      const pane = style.pane;
      renderers[pane] = renderers[pane] || L.canvas({ pane, padding: 0.4 });
      const options = { fill: false, ...style, renderer: renderers[pane], interactive: false };
      group.addLayer(L.geoJSON(part.shapes, { ...options, style: () => options }));
    }
    const townships = data.townships || [];
    wangge.register({
      focus(kind, wanted) {
        const found = kind === "township" && townships.find((one) => one.code === wanted);
        if (!found || !group._map) return false;
        group._map.fitBounds(found.bounds, { padding: [30, 30] });
        return true;
      },
    });
    return group;
  };
})();
