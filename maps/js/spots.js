/*
 * spots.js: the one place that a row points to: ground with a shape of its own, or a point that the
 * page names. A new place takes the old one away.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const RING = { color: "#1f5fbf", weight: 3, fill: true, fillColor: "#1f5fbf", fillOpacity: 0.15 };
  const POINT = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/;

  wangge.spots = function (id) {
    const data = wangge.data(id);
    const group = L.layerGroup();
    let renderer = null;

    function draw(layer, bounds, zoom, card) {
      group.addLayer(layer);
      group._map.closePopup();
      group._map.fitBounds(bounds, { maxZoom: zoom, padding: [60, 60], animate: false });
      if (card) wangge.popup(group._map, bounds.getCenter(), wangge.card(card));
      return true;
    }

    function options() {
      renderer = renderer || L.canvas({ pane: "wg-rings", padding: 0.4 });
      return { ...RING, renderer, interactive: false, pane: "wg-rings" };
    }

    function shape(wanted) {
      const index = data.ids.indexOf(wanted);
      if (index < 0 || !data.shapes.features[index].geometry) return false;
      const style = options();
      const layer = L.geoJSON(data.shapes.features[index], { ...style, style: () => style });
      const card = { title: data.titles[index], subtitle: data.texts[index] };
      return draw(layer, layer.getBounds(), 16, card);
    }

    function point(wanted, title) {
      const found = POINT.exec(wanted);
      if (!found) return false;
      const place = L.latLng(Number(found[2]), Number(found[1]));
      const ring = L.circleMarker(place, { ...options(), radius: 11 });
      return draw(ring, L.latLngBounds([place, place]), 14, title ? { title } : null);
    }

    wangge.on("focus", () => group.clearLayers());
    wangge.register({
      focus(kind, wanted, title) {
        if (!group._map) return false;
        if (kind === "gap") return shape(wanted);
        return kind === "spot" ? point(wanted, title) : false;
      },
    });
    return group;
  };
})();
