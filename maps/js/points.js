/*
 * points.js: any number of points from packed arrays, drawn on canvas tiles.
 *
 * Layout (written by maps/layers/points.py): the extent is cut into side × side squares; points are
 * sorted by square. `counts` holds the points per square (uint32), `offsets` the place inside the
 * square (two uint8 or uint16 per point, Web Mercator, `steps` to a side), `styles` a style number
 * per point (uint8), `ids` a number of `id_bytes` bytes.
 * The order is its own index, so nothing has to be built when the map opens, and drawing is a
 * multiplication and an addition per point.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const TILE = 256;
  const HIT_PIXELS = 7;
  const LISTED = 8;
  const SMALL = 1.6; // pixels; below it a circle cannot be told from a square

  /** The colour as it lies in the memory of a picture: alpha, blue, green, red. */
  function pixelOf(hex) {
    const number = parseInt(hex.slice(1), 16);
    return (0xff000000 | ((number & 0xff) << 16) | (number & 0xff00) | (number >> 16)) >>> 0;
  }

  function unpack(data) {
    const bytes = wangge.bytes;
    const counts = new Uint32Array(bytes(data.counts).buffer);
    const starts = new Uint32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i += 1) starts[i + 1] = starts[i] + counts[i];
    return {
      starts,
      offsets: data.steps === 256 ? bytes(data.offsets) : new Uint16Array(bytes(data.offsets).buffer),
      styles: bytes(data.styles),
      ids: data.ids ? bytes(data.ids) : null,
    };
  }

  const Points = L.GridLayer.extend({
    initialize(data) {
      L.GridLayer.prototype.initialize.call(this, { pane: "wg-points", keepBuffer: 1 });
      this._data = data;
      this._shown = data.looks.map(() => true);
      this._cache = new Map();
    },

    _arrays() {
      this._packed = this._packed || unpack(this._data);
      return this._packed;
    },

    _radius(zoom) {
      const crowd = this._data.n > 50000 ? 1.4 : 0;
      return Math.max(this._data.least_px, Math.min(5, 1.6 + (zoom - 9) * 0.7 - crowd));
    },

    /** Call visit(index, x, y) for each shown point in a box of world pixels at this zoom. */
    each(zoom, box, visit) {
      const { side, west, north, square, steps } = this._data;
      const { starts, offsets, styles } = this._arrays();
      const world = TILE * 2 ** zoom;
      const clamp = (value) => Math.max(0, Math.min(side - 1, Math.floor(value)));
      const step = square / steps * world;
      const x0 = clamp((box.left / world - west) / square);
      const x1 = clamp((box.right / world - west) / square);
      const y0 = clamp((box.top / world - north) / square);
      const y1 = clamp((box.bottom / world - north) / square);
      for (let row = y0; row <= y1; row += 1) {
        const top = (north + row * square) * world;
        for (let column = x0; column <= x1; column += 1) {
          const left = (west + column * square) * world;
          const at = row * side + column;
          for (let i = starts[at]; i < starts[at + 1]; i += 1) {
            if (!this._shown[styles[i]]) continue;
            visit(i, left + (offsets[2 * i] + 0.5) * step, top + (offsets[2 * i + 1] + 0.5) * step);
          }
        }
      }
    },

    createTile(coords) {
      const ratio = L.Browser.retina ? 2 : 1;
      const canvas = wangge.el("canvas", { class: "leaflet-tile" });
      canvas.width = canvas.height = TILE * ratio;
      const ctx = canvas.getContext("2d");
      ctx.scale(ratio, ratio);
      const radius = this._radius(coords.z);
      const left = coords.x * TILE;
      const top = coords.y * TILE;
      const margin = radius + 2;
      const box = {
        left: left - margin, right: left + TILE + margin, top: top - margin,
        bottom: top + TILE + margin,
      };
      if (radius < SMALL) {
        this._dense(ctx, { left, top, zoom: coords.z, box, radius, ratio });
        return canvas;
      }
      const { styles } = this._arrays();
      const looks = this._data.looks;
      // One dot per pixel and look: a million points at one place cost one dot.
      const span = TILE + 2 * Math.ceil(margin) + 2;
      const seen = looks.map(() => null);
      this.each(coords.z, box, (index, x, y) => {
        const look = styles[index];
        const px = x - left;
        const py = y - top;
        seen[look] = seen[look] || new Uint8Array(span * span);
        const pixel = (Math.floor(py + margin) | 0) * span + (Math.floor(px + margin) | 0);
        if (seen[look][pixel]) return;
        seen[look][pixel] = 1;
        this._dot(ctx, looks[look], px, py, radius);
      });
      return canvas;
    },

    /** Small dots straight into the pixels: a crowd costs no more than its pixels. */
    _dense(ctx, { left, top, zoom, box, radius, ratio }) {
      const side = TILE * ratio;
      const image = ctx.createImageData(side, side);
      const pixels = new Uint32Array(image.data.buffer);
      const colours = this._data.looks.map((look) => pixelOf(look.color));
      const { styles } = this._arrays();
      const wide = Math.max(1, Math.round(2 * radius * ratio));
      const shift = wide / 2;
      this.each(zoom, box, (index, x, y) => {
        const x0 = Math.round((x - left) * ratio - shift);
        const y0 = Math.round((y - top) * ratio - shift);
        const colour = colours[styles[index]];
        for (let row = Math.max(0, y0); row < Math.min(side, y0 + wide); row += 1) {
          for (let column = Math.max(0, x0); column < Math.min(side, x0 + wide); column += 1) {
            pixels[row * side + column] = colour;
          }
        }
      });
      ctx.putImageData(image, 0, 0);
    },

    _dot(ctx, look, x, y, radius) {
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fillStyle = look.hollow ? "#ffffff" : look.color;
      ctx.fill();
      ctx.lineWidth = look.hollow ? 1.4 : 1;
      ctx.strokeStyle = look.hollow ? look.color : "#ffffff";
      ctx.stroke();
    },

    /** The nearest points under a place on the map, and how many there are in all. */
    under(latlng) {
      const zoom = Math.round(this._map.getZoom());
      const point = this._map.project(latlng, zoom);
      const nearest = [];
      let total = 0;
      const box = {
        left: point.x - HIT_PIXELS, right: point.x + HIT_PIXELS, top: point.y - HIT_PIXELS,
        bottom: point.y + HIT_PIXELS,
      };
      this.each(zoom, box, (index, x, y) => {
        const distance = Math.hypot(x - point.x, y - point.y);
        if (distance > HIT_PIXELS) return;
        total += 1;
        // A million points may lie here: only the few that are listed are kept.
        if (nearest.length === LISTED && distance >= nearest[LISTED - 1].distance) return;
        nearest.push({ index, distance });
        nearest.sort((a, b) => a.distance - b.distance);
        nearest.length = Math.min(nearest.length, LISTED);
      });
      return { nearest, total };
    },

    /** The number that lists know a point by. */
    idOf(index) {
      const { ids } = this._arrays();
      const width = this._data.id_bytes;
      let number = 0;
      for (let i = width - 1; i >= 0; i -= 1) number = number * 256 + ids[index * width + i];
      return number;
    },

    indexOf(id) {
      if (!this._data.ids) return -1;
      for (let i = 0; i < this._data.n; i += 1) if (this.idOf(i) === id) return i;
      return -1;
    },

    /** The texts of one point; they are unpacked a block at a time, when somebody asks. */
    async texts(index) {
      const size = this._data.block;
      const number = Math.floor(index / size);
      if (!this._cache.has(number)) {
        const held = this._data.texts[number];
        this._cache.set(number, wangge.inflate(held).then(
          (bytes) => JSON.parse(new TextDecoder().decode(bytes))));
      }
      return (await this._cache.get(number)).map((column) => column[index % size]);
    },

    async cards({ nearest, total }) {
      const columns = this._data.columns;
      const cards = await Promise.all(nearest.map(async ({ index }) => {
        const values = await this.texts(index);
        const look = this._data.looks[this._arrays().styles[index]];
        return wangge.card({
          title: values[0], subtitle: look.label,
          rows: columns.slice(1).map((label, at) => ({ label, value: values[at + 1] })),
        });
      }));
      const box = wangge.el("div", { class: "wg-cards" }, cards);
      const rest = total - nearest.length;
      if (rest > 0) {
        box.append(wangge.el("p", { class: "wg-card-note" }, wangge.both({
          zh: `此处还有 ${rest.toLocaleString("en")} 户`, en: `${rest.toLocaleString("en")} more at this place`,
        })));
      }
      return box;
    },

    filter() {
      const shown = this._data.looks.map((look) => wangge.fits(look.switches));
      if (shown.join() === this._shown.join()) return;
      this._shown = shown;
      if (this._map) this.redraw();
    },

    placeOf(index) {
      const { side, west, north, square, steps } = this._data;
      const { starts, offsets } = this._arrays();
      let at = 0;
      while (starts[at + 1] <= index) at += 1;
      const x = west + ((at % side) + (offsets[2 * index] + 0.5) / steps) * square;
      const y = north + (Math.floor(at / side) + (offsets[2 * index + 1] + 0.5) / steps) * square;
      return L.CRS.EPSG3857.pointToLatLng(L.point(x * TILE, y * TILE), 0);
    },
  });

  wangge.points = function (id) {
    const layer = new Points(wangge.data(id));
    wangge.register({
      rank: 2,
      onState: () => layer.filter(),
      hit(event) {
        if (!layer._map) return false;
        const found = layer.under(event.latlng);
        if (!found.total) return false;
        layer.cards(found).then((cards) => wangge.popup(layer._map, event.latlng, cards));
        if (layer._data.ids) wangge.select("enterprise", layer.idOf(found.nearest[0].index));
        return true;
      },
      focus(kind, wanted) {
        const index = kind === "enterprise" ? layer.indexOf(Number(wanted)) : -1;
        if (index < 0) return false;
        wangge.tell("points", true);
        const place = layer.placeOf(index);
        wangge.current.setView(place, Math.max(wangge.current.getZoom(), 13), { animate: false });
        layer.cards({ nearest: [{ index }], total: 1 }).then((cards) => wangge.popup(wangge.current, place, cards));
        return true;
      },
    });
    wangge.on("points", (on) => {
      if (on) wangge.current.addLayer(layer);
      else wangge.current.removeLayer(layer);
    });
    return layer;
  };
})();
