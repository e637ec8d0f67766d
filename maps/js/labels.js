/*
 * labels.js: place names as text over the map. Of names that would cover each other the one with the
 * higher rank stays.
 */
"use strict";
(function () {
  const wangge = window.wangge;

  const Labels = L.Layer.extend({
    initialize(names) {
      this._names = [...names].sort((a, b) => b.rank - a.rank);
    },
    onAdd(map) {
      this._box = wangge.el("div", { class: "wg-labels", "aria-hidden": "true" });
      map.getPane("wg-labels").append(this._box);
      map.on("moveend zoomend resize", this._draw, this);
      map.on("zoomstart", this._hide, this);
      this._draw();
    },
    onRemove(map) {
      map.off("moveend zoomend resize", this._draw, this);
      map.off("zoomstart", this._hide, this);
      this._box.remove();
    },
    _hide() {
      this._box.replaceChildren();
    },
    _draw() {
      const map = this._map;
      const zoom = map.getZoom();
      const view = map.getBounds().pad(0.05);
      const taken = [];
      this._box.replaceChildren();
      for (const name of this._names) {
        if (zoom < name.from || !view.contains([name.lat, name.lon])) continue;
        const at = map.latLngToLayerPoint([name.lat, name.lon]);
        const half = (name.text.length * (name.rank > 1 ? 13 : 11)) / 2 + 3;
        const box = { left: at.x - half, right: at.x + half, top: at.y - 9, bottom: at.y + 9 };
        if (taken.some((other) => overlaps(box, other))) continue;
        taken.push(box);
        const label = wangge.el("span", { class: `wg-label wg-label-${name.kind}` }, name.text);
        L.DomUtil.setPosition(label, at);
        this._box.append(label);
      }
    },
  });

  function overlaps(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  wangge.labels = (id) => new Labels(wangge.data(id).names);
})();
