/*
 * areas.js: what is known to an area only. The whole area is outlined and says how many; there is
 * no pin, because a pin would send somebody to a wrong door. There is no fill either: it would tint
 * the classes of the cells below.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const SMALL_MAP = 600; // pixels
  const NEAR = 10.5; // zoom
  const STYLE = {
    color: "#1f5fbf", weight: 2, dashArray: "3 5", fill: false, interactive: false,
    pane: "wg-lines",
  };

  wangge.areas = function (id) {
    const data = wangge.data(id);
    const group = L.layerGroup();
    let shown = data.shown;
    let asked = "";
    let renderer = null;

    function outline(index, options) {
      renderer = renderer || L.canvas({ pane: "wg-lines", padding: 0.4 });
      const style = { ...STYLE, ...options, renderer };
      return L.geoJSON(data.shapes.features[index], { ...style, style: () => style });
    }

    function cardOf(count, index) {
      return wangge.card({
        title: data.names[index], subtitle: data.what,
        rows: [
          { label: { zh: "户数", en: "Enterprises" }, value: count.n },
          { label: { zh: "名称", en: "Names" }, value: count.names },
        ],
      });
    }

    function chip(count, index) {
      // On a phone the words would cover the county; the card says them.
      const isSmall = group._map.getSize().x < SMALL_MAP && group._map.getZoom() < NEAR;
      const icon = wangge.el("span", { class: "wg-area-chip" }, wangge.both(isSmall
        ? { zh: `?${count.n}` }
        : { zh: `${count.n} 户位置不明`, en: `${count.n} without a place` }));
      const marker = L.marker(data.middles[index], {
        icon: L.divIcon({ className: "wg-area-holder", html: icon, iconSize: [0, 0] }),
        pane: "wg-areas", keyboard: true,
      });
      const open = () => wangge.popup(group._map, data.middles[index], cardOf(count, index));
      marker.on("add", () => marker.getElement().setAttribute(
        "aria-label", `${data.names[index]} ${count.n}`));
      marker.on("click", (event) => { L.DomEvent.stop(event); open(); });
      marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") open(); });
      return marker;
    }

    function draw() {
      group.clearLayers();
      if (!group._map) return;
      if (!group._map.getPane("wg-areas")) group._map.createPane("wg-areas").style.zIndex = 615;
      for (const count of data.counts) {
        const index = data.codes.indexOf(count.code);
        if (index < 0 || !data.middles[index] || !wangge.fits(count.switches)) continue;
        if (!shown && asked !== count.code) continue;
        group.addLayer(outline(index, {}));
        group.addLayer(chip(count, index));
      }
      const index = data.codes.indexOf(asked);
      if (index >= 0) group.addLayer(outline(index, { weight: 4 }));
    }

    group.on("add", () => { draw(); group._map.on("zoomend", draw); });
    wangge.on("points", (on) => { shown = on; draw(); });
    wangge.register({
      onState: draw,
      focus(kind, wanted) {
        asked = kind === "area" ? wanted : "";
        draw();
        const index = kind === "area" ? data.codes.indexOf(wanted) : -1;
        if (index < 0 || !data.middles[index] || !group._map) return false;
        group._map.closePopup();
        group._map.fitBounds(outline(index, {}).getBounds(), { padding: [40, 40], animate: false });
        return true;
      },
    });
    return group;
  };
})();
