/*
 * clusters.js: rings with numbered badges; a dashed ring is one that does not stand every test.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const INK = "#14213d";

  function badge(cluster, open) {
    const icon = wangge.el(
      "span", { class: cluster.doubtful ? "wg-badge wg-badge-doubtful" : "wg-badge" }, cluster.number,
    );
    const marker = L.marker(cluster.badge, {
      icon: L.divIcon({ className: "wg-badge-holder", html: icon, iconSize: [28, 28] }),
      pane: "wg-badges", keyboard: true, riseOnHover: true,
    });
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", `${cluster.number} ${wangge.plain(cluster.card.title)}`);
    });
    marker.on("click", (event) => { L.DomEvent.stop(event); open(cluster); });
    marker.on("keypress", (event) => {
      if (event.originalEvent.key === "Enter") open(cluster);
    });
    return marker;
  }

  function ring(cluster, renderer) {
    const style = {
      color: INK, weight: 2.6, fill: false, interactive: false, pane: "wg-rings", renderer,
      dashArray: cluster.doubtful ? "7 6" : null,
    };
    const halo = { ...style, color: "#ffffff", weight: 5, opacity: 0.7, dashArray: null };
    const shape = (options) =>
      cluster.shape
        ? L.geoJSON(cluster.shape, { ...options, style: () => options })
        : L.circle(cluster.centre, { ...options, radius: cluster.radius_m });
    return [shape(halo), shape(style)];
  }

  wangge.clusters = function (id) {
    const data = wangge.data(id);
    const group = L.layerGroup();
    const drawn = new Map();

    function open(cluster) {
      wangge.popup(group._map, cluster.badge, wangge.card(cluster.card));
      wangge.select("cluster", cluster.id);
    }

    function extent(cluster) {
      return L.latLngBounds(cluster.bounds);
    }

    group.on("add", () => {
      const map = group._map;
      if (!map.getPane("wg-badges")) map.createPane("wg-badges").style.zIndex = 620;
      if (drawn.size) return;
      const renderer = L.canvas({ pane: "wg-rings", padding: 0.4 });
      for (const cluster of data.clusters) {
        drawn.set(cluster, L.layerGroup([...ring(cluster, renderer), badge(cluster, open)]));
      }
      show();
    });

    /** A week with a run of its own shows what that run saw; another, what had been found by then. */
    function isKnown(cluster) {
      const own = (data.weeks || []).includes(wangge.state.week) ? wangge.state.week : "";
      if ((cluster.week || "") !== own) return false;
      if (!wangge.counts || !cluster.known_from) return true;
      return cluster.known_from <= wangge.counts.weeks[wangge.weekOf(wangge.state)].last;
    }

    function show() {
      for (const [cluster, parts] of drawn) {
        if (wangge.fits(cluster.switches) && isKnown(cluster)) group.addLayer(parts);
        else group.removeLayer(parts);
      }
    }

    /** What the rings mean, for the legend: {solid: n, dashed: n} of those shown. */
    wangge.ringsShown = function () {
      const seen = [...drawn.keys()].filter((one) => wangge.fits(one.switches) && isKnown(one));
      return { solid: seen.filter((one) => !one.doubtful).length, dashed: seen.filter((one) => one.doubtful).length };
    };

    wangge.register({
      rank: 3,
      onState: show,
      focus(kind, wanted) {
        const cluster = kind === "cluster" && data.clusters.find((one) => one.id === wanted);
        if (!cluster || !group._map) return false;
        if (!wangge.fits(cluster.switches)) wangge.set(cluster.switches);
        group._map.fitBounds(extent(cluster), { padding: [70, 70], maxZoom: 13, animate: false });
        open(cluster);
        return true;
      },
    });
    return group;
  };
})();
