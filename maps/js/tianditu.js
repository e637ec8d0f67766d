/*
 * tianditu.js: Tianditu under the cells, only after the reader has asked for it.
 */
"use strict";
(function () {
  const wangge = window.wangge;

  wangge.tianditu = function (id) {
    const data = wangge.data(id);
    const group = L.layerGroup();
    const tiles = data.addresses.map((address) => L.tileLayer(address, {
      subdomains: "01234567", maxZoom: 18, pane: "wg-tianditu", referrerPolicy: "origin",
    }));
    let on = false;

    function show(button) {
      const map = group._map;
      on = !on;
      for (const layer of tiles) {
        if (on) group.addLayer(layer);
        else group.removeLayer(layer);
      }
      // The cells are solid; with a picture under them they let it through.
      map.getPane("wg-cells").style.opacity = on ? "0.6" : "";
      map.getPane("wg-ground").style.opacity = on ? "0" : "";
      button.setAttribute("aria-pressed", String(on));
    }

    group.on("add", () => {
      const map = group._map;
      if (map.getPane("wg-tianditu")) return;
      const pane = map.createPane("wg-tianditu");
      pane.style.zIndex = 345;
      pane.style.pointerEvents = "none";
      const Switch = L.Control.extend({
        options: { position: "topright" },
        onAdd() {
          const button = wangge.el(
            "button", { type: "button", class: "wg-tianditu", "aria-pressed": "false" },
            wangge.both({ zh: "天地图", en: "Tianditu" }),
          );
          L.DomEvent.disableClickPropagation(button);
          button.addEventListener("click", () => show(button));
          return button;
        },
      });
      map.addControl(new Switch());
    });
    return group;
  };
})();
