/*
 * pick.js: a click on empty ground sets a mark, and the page round the map hears where it is.
 */
"use strict";
(function () {
  const wangge = window.wangge;

  wangge.pick = function (id) {
    const data = wangge.data(id);
    const group = L.layerGroup();
    let mark = null;

    function set(latlng) {
      const icon = wangge.el("span", { class: "wg-pick" });
      if (mark) mark.setLatLng(latlng);
      else {
        mark = L.marker(latlng, {
          icon: L.divIcon({ className: "wg-badge-holder", html: icon, iconSize: [22, 22] }),
          keyboard: false, interactive: false, alt: wangge.plain(data.label),
        });
        group.addLayer(mark);
      }
    }

    wangge.register({
      rank: 0,
      hit(event) {
        set(event.latlng);
        wangge.select("point", `${event.latlng.lng.toFixed(6)},${event.latlng.lat.toFixed(6)}`);
        return true;
      },
      focus(kind, wanted) {
        if (kind !== "point" || !group._map) return false;
        const [lon, lat] = wanted.split(",").map(Number);
        if (!Number.isFinite(lon) || !Number.isFinite(lat)) return false;
        set(L.latLng(lat, lon));
        group._map.panInside([lat, lon], { padding: [40, 40] });
        return true;
      },
    });
    return group;
  };
})();
