/*
 * zones.js: the key area, border zone or urban fringe that the state names: a dashed outline with its
 * name. Which cells belong to it was decided in Python; here they are only looked up.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const LINE = { color: "#14213d", weight: 2.6, dashArray: "9 6", opacity: 1 };
  // Dashes are seen on dark and light cells alike.
  const HALO = { color: "#ffffff", weight: 6, opacity: 0.75 };

  wangge.zones = function (id) {
    const data = wangge.data(id);
    const inside = data.cells.map((own) => new Set(own));
    const group = L.layerGroup();
    let renderer = null;
    let last = "|";

    /** Which cells count for a state: those of its area, those outside it, or all. */
    wangge.inArea = function (state) {
      const own = inside[data.codes.indexOf(state.area || "")];
      const isOutside = state.side === "outside";
      return own ? (cell) => own.has(cell) !== isOutside : () => true;
    };

    function outline(index, style) {
      renderer = renderer || L.canvas({ pane: "wg-rings", padding: 0.4 });
      const all = { ...style, fill: false, interactive: false, pane: "wg-rings", renderer };
      return L.geoJSON(data.shapes.features[index], { ...all, style: () => all });
    }

    function nameOf(index) {
      const text = wangge.el("span", { class: "wg-zone-name" }, wangge.both(data.names[index]));
      return L.marker(data.tops[index], {
        icon: L.divIcon({ className: "wg-area-holder", html: text, iconSize: [0, 0] }),
        interactive: false, keyboard: false,
      });
    }

    function draw(index) {
      group.clearLayers();
      if (index < 0) return;
      group.addLayer(outline(index, HALO));
      group.addLayer(outline(index, LINE));
      group.addLayer(nameOf(index));
    }

    /** The area is what the map is framed by while it is chosen; a township moves it further in. */
    function frame(index, state) {
      const map = wangge.current;
      const isInside = index >= 0 && state.side !== "outside";
      map.closePopup();
      map.wanggeHome = isInside ? outline(index, LINE).getBounds().pad(0.05) : map.wanggeCounty;
      if (!state.township || !wangge.focus("township", state.township)) map.wanggeReset();
    }

    wangge.on("state", (state) => {
      const now = [state.area || "", state.side || ""].join("|");
      if (!wangge.current || now === last) return;
      last = now;
      const index = data.codes.indexOf(state.area || "");
      draw(index);
      frame(index, state);
    });
    return group;
  };
})();
