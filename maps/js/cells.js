/*
 * cells.js: grid cells on canvas, coloured by the theme that fits the switches.
 *
 * The classes were computed in Python; here they are only drawn. A class is {fill, hatch, label};
 * a hatch stands for 'not known' or 'nobody' and is never a colour that could be read as good.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const HATCHES = {
    blind: { ground: "#f7f8fa", line: "#aeb7c2", width: 1.3, step: 6 },
    nobody: { ground: "#ffffff", line: "#b6182d", width: 1.8, step: 6 },
    weak: { ground: "#ffffff", line: "#c98a1b", width: 1.4, step: 7 },
  };
  const EDGE = { color: "#e3e7ec", weight: 0.8, opacity: 1 };
  const patterns = new WeakMap();

  function tile(hatch) {
    const { ground, line, width, step } = HATCHES[hatch] || HATCHES.blind;
    // Drawn at four times the size and scaled down, so that lines stay clean on paper.
    const scale = 4;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = step * scale;
    const ctx = canvas.getContext("2d");
    ctx.scale(scale, scale);
    ctx.fillStyle = ground;
    ctx.fillRect(0, 0, step, step);
    ctx.strokeStyle = line;
    ctx.lineWidth = width;
    ctx.lineCap = "square";
    ctx.beginPath();
    for (const shift of [-step, 0, step]) {
      ctx.moveTo(shift, step);
      ctx.lineTo(shift + step, 0);
    }
    ctx.stroke();
    return { canvas, scale };
  }

  function patternOf(ctx, hatch) {
    if (!patterns.has(ctx)) patterns.set(ctx, {});
    const known = patterns.get(ctx);
    if (!known[hatch]) {
      const { canvas, scale } = tile(hatch);
      known[hatch] = ctx.createPattern(canvas, "repeat");
      known[hatch].setTransform(new DOMMatrix().scale(1 / scale));
    }
    return known[hatch];
  }

  /** Fill and stroke a path as Leaflet does, with a hatch where its options name one. */
  wangge.fillStroke = function (ctx, layer) {
    const options = layer.options;
    if (!options.hatch) {
      L.Canvas.prototype._fillStroke.call(this, ctx, layer);
      return;
    }
    ctx.globalAlpha = 1;
    ctx.fillStyle = patternOf(ctx, options.hatch);
    ctx.fill(options.fillRule || "evenodd");
    L.Canvas.prototype._fillStroke.call(this, ctx, { options: { ...options, fill: false } });
  };

  const HatchCanvas = L.Canvas.extend({
    _fillStroke(ctx, layer) { wangge.fillStroke.call(this, ctx, layer); },
  });

  /** A small picture of a class for the legend; a canvas prints where a background may not. */
  wangge.swatch = function (style, width = 26, height = 13) {
    const canvas = wangge.el("canvas", { class: "wg-swatch", "aria-hidden": "true" });
    const ratio = 3;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.fillStyle = style.hatch ? patternOf(ctx, style.hatch) : style.fill;
    ctx.fillRect(0, 0, width, height);
    ctx.strokeStyle = "#c3cad2";
    ctx.lineWidth = 0.7;
    ctx.strokeRect(0.35, 0.35, width - 0.7, height - 0.7);
    return canvas;
  };

  /** The number of a class, opening its cells where the page has a list of them. */
  function recordsOf(theme, entry, index, count) {
    if (entry.records) return wangge.recordsLink(entry.records, count);
    return theme.tally ? wangge.recordsLink({ set: "areas", band: index }, count) : count;
  }

  /** The legend of a theme: title with unit, classes with the number of cells, n and date. */
  wangge.legend = function (theme) {
    const counts = theme.tally || theme.classes.map(() => 0);
    if (!theme.tally) for (const letter of theme.assigned) counts[parseInt(letter, 36)] += 1;
    const rows = theme.classes
      .map((entry, index) => ({ entry, index, count: counts[index] }))
      .filter(({ entry, count }) => entry.listed !== false && (entry.always || count > 0))
      .map(({ entry, index, count }) =>
        wangge.el(
          "li", {}, wangge.swatch(entry),
          wangge.el("span", { class: "wg-legend-label" }, wangge.both(entry.label)),
          wangge.el("span", { class: "wg-legend-n" },
            recordsOf(theme, entry, index, count)),
        ),
      );
    return wangge.el(
      "div", { class: "wg-legend-body" },
      wangge.el(
        "p", { class: "wg-legend-head" },
        wangge.el("b", { class: "wg-legend-title" }, wangge.both(theme.title)),
        theme.unit ? wangge.el("span", { class: "wg-legend-unit" }, wangge.both(theme.unit)) : null,
        theme.note ? wangge.el("span", { class: "wg-legend-note" }, wangge.both(theme.note)) : null,
      ),
      wangge.el("ul", {}, rows),
    );
  };

  /** The cells layer; `id` names the data block. */
  wangge.cells = function (id) {
    const data = wangge.data(id);
    let theme = data.themes[0];
    let plain = theme;
    let marked = new Set();
    let pointed = -1;
    const classOf = (index) => theme.classes[parseInt(theme.assigned[index], 36)];

    function styleOf(index) {
      const chosen = classOf(index);
      const style = {
        ...EDGE, fill: true, fillColor: chosen.fill, fillOpacity: 1, hatch: chosen.hatch || null,
        color: chosen.edge || EDGE.color, weight: chosen.edge ? 1.6 : EDGE.weight,
      };
      if (index === pointed) return { ...style, color: "#14213d", weight: 2.2 };
      return marked.has(index) ? { ...style, color: "#14213d", weight: 2.6 } : style;
    }

    /** Show which cell lies under the pointer; -1 for none. */
    function point(index) {
      const both = [pointed, index].filter((one) => one >= 0);
      pointed = index;
      shapes.paint(both);
    }

    function rowsOf(index) {
      return [...data.facts, ...theme.columns].map((column) => ({
        label: column.label, value: valueOf(column, index),
      }));
    }

    /** A count opens its records where the page has a list of them. */
    function valueOf(column, index) {
      const value = column.values[index];
      if (!column.records || typeof value !== "number" || !wangge.hasRecords()) return value;
      const counts = wangge.counts;
      const whose = column.ofTownship
        ? { township: counts.townships[counts.of_cell[index]] } : { cell: data.codes[index] };
      return wangge.recordsLink({ set: column.records, ...whose }, value);
    }

    function cardOf(index) {
      return wangge.card({
        title: data.names[index], subtitle: classOf(index).label, rows: rowsOf(index),
        remark: theme.remark,
      });
    }

    let tipped = -1;
    let clicked = null;
    const shapes = data.tiles ? tiled() : inlined();
    const { layer } = shapes;
    layer.bindTooltip(() => cardOf(tipped), { sticky: true, className: "wg-tip", opacity: 1 });

    /** Shapes that the page holds: {layer, paint(only), boundsOf(index), has(index), lift(index)}. */
    function inlined() {
      const paths = [];
      const own = L.geoJSON(data.cells, {
        pane: "wg-cells",
        renderer: new HatchCanvas({ pane: "wg-cells", padding: 0.4 }),
        style: (feature) => styleOf(feature.properties.i),
        onEachFeature(feature, path) {
          const index = feature.properties.i;
          path.on("mouseover", () => { tipped = index; point(index); });
          path.on("mouseout", () => point(-1));
          path.on("click", () => { tipped = index; clicked = index; });
        },
      });
      own.eachLayer((path) => { paths[path.feature.properties.i] = path; });
      return {
        layer: own,
        paint(only) {
          for (const index of only || paths.keys()) {
            if (paths[index]) paths[index].setStyle(styleOf(index));
          }
          for (const index of [...marked, pointed]) {
            if (paths[index]) paths[index].bringToFront();
          }
        },
        has: (index) => Boolean(paths[index]),
        boundsOf: (index) => paths[index].getBounds(),
      };
    }

    /** Shapes from tiles, where the pointer is followed by looking what lies under it. */
    function tiled() {
      const found = wangge.cellTiles(data, styleOf);
      let waiting = null;
      const look = (latlng) => {
        waiting = null;
        const index = found.layer._map ? found.at(latlng) : -1;
        if (index === pointed) {
          if (index >= 0 && found.layer.isTooltipOpen()) found.layer.getTooltip().setLatLng(latlng);
          return;
        }
        tipped = index;
        point(index);
        found.layer.closeTooltip();
        if (index >= 0) found.layer.openTooltip(latlng);
      };
      found.layer.on("add", () => {
        const map = found.layer._map;
        map.on("mousemove", ({ latlng }) => {
          if (!waiting) waiting = requestAnimationFrame(() => look(latlng));
        });
        map.on("mouseout movestart zoomstart", () => {
          found.layer.closeTooltip();
          point(-1);
        });
        // Heard before the map's own listener asks the layers what lies there.
        map.on("preclick", ({ latlng }) => {
          const index = found.at(latlng);
          tipped = index;
          clicked = index >= 0 ? index : null;
        });
      });
      return found;
    }

    /** Frame several cells and show all of them. */
    function several(codes) {
      const chosen = codes.map((code) => data.codes.indexOf(code)).filter(shapes.has);
      if (!chosen.length || !layer._map) return false;
      const before = [...marked];
      marked = new Set(chosen);
      shapes.paint([...before, ...chosen]);
      const bounds = L.latLngBounds([]);
      for (const index of chosen) bounds.extend(shapes.boundsOf(index));
      layer._map.closePopup();
      layer._map.fitBounds(bounds, { maxZoom: 13, padding: [40, 40], animate: false });
      return true;
    }

    wangge.register({
      rank: 1,
      hit(event) {
        if (clicked === null || !layer._map) return false;
        const index = clicked;
        clicked = null;
        layer.closeTooltip();
        wangge.popup(layer._map, event.latlng, cardOf(index));
        wangge.select("cell", data.codes[index]);
        return true;
      },
      focus(kind, wanted) {
        if (kind === "cells") return several(wanted.split(","));
        const index = kind === "cell" ? data.codes.indexOf(wanted) : -1;
        if (!shapes.has(index) || !layer._map) return false;
        const bounds = shapes.boundsOf(index);
        layer._map.fitBounds(bounds, { maxZoom: 13, padding: [80, 80], animate: false });
        wangge.popup(layer._map, bounds.getCenter(), cardOf(index));
        return true;
      },
      onState() {
        theme = data.themes.find((candidate) => wangge.fits(candidate.switches)) || plain;
        plain = theme;
        if (wangge.derive) theme = wangge.derive(theme, data);
        marked = new Set();
        shapes.paint();
        wangge.tell("theme", { theme, data });
      },
    });
    return layer;
  };
})();
