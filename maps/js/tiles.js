/*
 * tiles.js: enterprises from vector tiles; a page holds a million of them by drawing what is seen.
 *
 * A mark stands for `n` enterprises. Up to zoom 9 it has the problem rate per visit of its square,
 * where there were visits enough; closer in it is a dot. What a popup says is asked for by number.
 */
"use strict";
(function () {
  const wangge = window.wangge || (window.wangge = {});
  const HIT_PIXELS = 7;
  const LISTED = 8;
  const EXTENT = 4096;
  const TILE = 256;
  const FIRST_DOTS = 10;

  // VectorGrid 1.3.0 calls L.DomEvent.fakeStop, which Leaflet 1.8 took away: every click was an
  // error. Leaflet's own way to fire would ask a mark for its latitude, which a tile's mark has not.
  // The place is projected anew, so that it is right at fractional zooms as well.
  L.Canvas.Tile.include({
    _onClick(event) {
      if (!this._map) return;
      const at = this._tileCoord;
      const place = this._map.mouseEventToLatLng(event);
      const point = this._map.project(place, at.z).subtract(at.scaleBy(this._size));
      let clicked = null;
      for (const layer of Object.values(this._layers)) {
        if (layer.options.interactive && layer._containsPoint(point)) clicked = layer;
      }
      if (!clicked || this._map._draggableMoved(clicked)) return;
      L.DomEvent.stopPropagation(event);
      const containerPoint = this._map.mouseEventToContainerPoint(event);
      clicked.fire("click", { originalEvent: event, latlng: place, containerPoint }, true);
    },
    // Leaflet took this one's argument away too; a hover of ours is a hit test on demand.
    _onMouseMove() {},
  });

  /** Vector tiles that remember what they hold, for hit tests and counts. */
  const Tiles = L.VectorGrid.Protobuf.extend({
    initialize(url, options) {
      L.VectorGrid.Protobuf.prototype.initialize.call(this, url, options);
      this._held = new Map();
      this.on("tileunload", ({ coords }) => this._held.delete(this._tileCoordsToKey(coords)));
    },

    async _getVectorTilePromise(coords) {
      const key = this._tileCoordsToKey(coords);
      const url = this._url;
      try {
        const tile = await L.VectorGrid.Protobuf.prototype._getVectorTilePromise.call(this, coords);
        if (url !== this._url) return { layers: {} }; // the filter has changed meanwhile
        this._held.set(key, held(coords, tile.layers));
        return tile;
      } catch {
        this.fire("unreachable");
        return { layers: {} };
      }
    },

    /** As Leaflet's, which at a fractional zoom would ask for tiles of zoom 10.25. */
    redraw() {
      if (this._map) {
        this._removeAllTiles();
        this._update();
      }
      return this;
    },

    /** Call visit(mark, x, y) for every mark of the tiles shown; x, y in pixels of the world. */
    each(visit) {
      for (const { coords, marks } of this._held.values()) {
        if (coords.z !== this._tileZoom) continue;
        for (const mark of marks) visit(mark, coords.x * TILE + mark.x, coords.y * TILE + mark.y);
      }
    },

    /** How many marks are in the view, for how many enterprises, and what the county has. */
    counted() {
      const { min, max } = this._map.getPixelBounds();
      const scale = this._map.getZoomScale(this._tileZoom, this._map.getZoom());
      const count = { drawn: 0, n: 0, total: null };
      this.each(({ own, n }, x, y) => {
        const seen = own && x >= min.x * scale && x <= max.x * scale
          && y >= min.y * scale && y <= max.y * scale;
        if (seen) { count.drawn += 1; count.n += n; }
      });
      for (const { coords, summary } of this._held.values()) {
        if (coords.z === this._tileZoom) count.total = summary || count.total;
      }
      return count;
    },

    /** The marks under a place, nearest first. */
    under(latlng) {
      const at = this._map.project(latlng, this._tileZoom);
      const found = [];
      const seen = new Set();
      this.each((mark, x, y) => {
        const distance = Math.hypot(x - at.x, y - at.y) - radiusOf(mark, this._tileZoom);
        const name = mark.id ?? `${Math.round(x)} ${Math.round(y)}`;
        if (distance > HIT_PIXELS - 3 || seen.has(name)) return;
        seen.add(name);
        found.push({ mark, distance, place: this._map.unproject(L.point(x, y), this._tileZoom) });
      });
      return found.sort((a, b) => a.distance - b.distance);
    },
  });

  function held(coords, layers) {
    const summary = layers.summary && layers.summary.features.length
      ? layers.summary.features[0].properties : null;
    const features = layers.enterprises ? layers.enterprises.features : [];
    const marks = features.map((feature) => {
      const { x, y } = feature.geometry[0][0];
      const own = x >= 0 && y >= 0 && x < EXTENT && y < EXTENT;
      if (feature.id) feature.properties.id = feature.id;
      const scale = TILE / EXTENT;
      return { ...feature.properties, id: feature.id || null, own, x: x * scale, y: y * scale };
    });
    return { coords: { ...coords }, marks, summary };
  }

  function radiusOf({ n, visits }, zoom) {
    // A square is 8 pixels wide: a larger circle would cover its neighbours.
    if (visits !== undefined) return Math.min(4.5, 1.8 + Math.log2(1 + n) * 0.3);
    const alone = Math.max(1.4, Math.min(5, 1.6 + (zoom - 9) * 0.7));
    return n > 1 ? Math.min(8, alone + 0.4 * Math.log2(n)) : alone;
  }

  function styler(data) {
    const base = { fill: true, fillOpacity: 1, stroke: true, weight: 1 };
    return (mark, zoom) => {
      const radius = radiusOf(mark, zoom);
      if (mark.visits === undefined) {
        const hollow = Boolean(mark.rough);
        return {
          ...base, radius, color: hollow ? data.color : "#ffffff",
          weight: hollow ? 1.4 : 0.8, fillColor: hollow ? "#ffffff" : data.color,
        };
      }
      const found = data.classes[classOf(mark, data)];
      return { ...base, radius, color: found.edge, fillColor: found.fill };
    };
  }

  /** Class 0 is 'too few visits'; then the fixed breaks, zero being a class of its own. */
  function classOf({ rate }, data) {
    if (rate === undefined) return 0;
    return 1 + data.breaks.filter((limit) => rate > limit).length;
  }

  const number = (value) => Number(value).toLocaleString("en-US");

  /** Ask our own host for a list; the names in it are shown as text. */
  async function ask(data, query) {
    const address = new URL(data.records, window.location.origin);
    for (const [key, value] of query) address.searchParams.append(key, value);
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  }

  function cardOf(data, { properties }) {
    const name = (table, key) => (table[key] === undefined ? key : table[key]);
    return wangge.card({
      title: properties.name, subtitle: name(data.products, properties.product),
      rows: data.rows.map(({ key, label, values }) => ({
        label, value: properties[key] === null ? "" : name(values, properties[key]),
      })),
    });
  }

  function squareCard(data, { mark, place }, map) {
    const rows = [];
    if (mark.visits !== undefined) {
      const enough = mark.rate !== undefined;
      rows.push({ label: { zh: "检查", en: "Visits" }, value: number(mark.visits) });
      rows.push({
        label: { zh: "每百次检查问题", en: "Problems per 100 visits" },
        value: enough ? mark.rate.toFixed(1) : data.classes[0].label,
      });
    }
    const card = wangge.card({
      title: { zh: `此处 ${number(mark.n)} 户`, en: `${number(mark.n)} enterprises here` }, rows,
    });
    const closer = () => map.setView(place, Math.min(map.getZoom() + 2, map.getMaxZoom()));
    card.append(wangge.el("button", { type: "button", class: "wg-link", onclick: closer },
      wangge.both({ zh: "放大看", en: "Zoom in" })));
    return card;
  }

  /** What one click finds: enterprises by name, or at small scales the square. */
  async function cards(data, found, layer) {
    const map = layer._map;
    const box = wangge.el("div", { class: "wg-cards" });
    const ids = found.filter(({ mark }) => mark.id).map(({ mark }) => mark.id).slice(0, LISTED);
    const squares = found.filter(({ mark }) => !mark.id);
    let more = 0;
    if (ids.length) {
      const { features } = await ask(data, ids.map((id) => ["id", id]));
      const byId = new Map(features.map((one) => [one.properties.enterprise_id, one]));
      for (const id of ids) if (byId.has(id)) box.append(cardOf(data, byId.get(id)));
      more = found.filter(({ mark }) => mark.id).length - ids.length;
    } else if (squares.length && map.getZoom() >= map.getMaxZoom()) {
      const listed = await ask(data, around(squares[0].place, filters()));
      for (const feature of listed.features) box.append(cardOf(data, feature));
      more = listed.numberMatched - listed.features.length;
    }
    if (!box.children.length) {
      for (const square of squares.slice(0, 1)) box.append(squareCard(data, square, map));
    }
    if (more > 0) {
      box.append(wangge.el("p", { class: "wg-card-note" }, wangge.both({
        zh: `此处还有 ${number(more)} 户`, en: `${number(more)} more at this place`,
      })));
    }
    return box;
  }

  function around({ lat, lng }, chosen) {
    const half = 0.0004;
    const box = [lng - half, lat - half, lng + half, lat + half].map((v) => v.toFixed(6)).join(",");
    const product = chosen.get("product");
    return [["bbox", box], ["limit", LISTED], ...(product ? [["product", product]] : [])];
  }

  /** The filters of the page's state that tiles know, as a query. */
  function filters() {
    const chosen = new URLSearchParams();
    for (const key of ["product", "township", "class"]) {
      const value = wangge.state[key];
      if (value !== undefined && value !== null && value !== "" && value !== "all") {
        chosen.set(key, value);
      }
    }
    return chosen;
  }

  function open(data, layer, latlng, found) {
    const failed = () => wangge.el("p", { class: "wg-card" }, wangge.both({
      zh: "没有取到资料，请再点一次。", en: "The records could not be fetched; click again.",
    }));
    cards(data, found, layer).catch(failed)
      .then((content) => wangge.popup(layer._map || wangge.current, latlng, content));
    if (found[0].mark.id) wangge.select("enterprise", found[0].mark.id);
  }

  /** The line that says how many are drawn of how many there are. */
  function counter(layer, data) {
    const line = wangge.el("div", { class: "wg-count", role: "status" });
    const control = L.control({ position: "topleft" });
    control.onAdd = () => line;
    let waiting = null;
    function say() {
      waiting = null;
      if (!layer._map) return;
      const { drawn, n, total } = layer.counted();
      if (!total) return;
      line.replaceChildren(
        wangge.el("strong", {}, wangge.both({
          zh: `显示 ${number(drawn)} / ${number(n)} 户`,
          en: `${number(drawn)} of ${number(n)} drawn`,
        })),
        wangge.el("span", {}, wangge.both(rest(total))),
        total.shown_as === "rollup" ? legend(data) : "",
      );
    }
    const soon = () => { waiting = waiting || setTimeout(say, 120); };
    layer.on("add load tileload", soon);
    let map = null;
    layer.on("add", () => { map = layer._map; control.addTo(map); map.on("moveend", soon); });
    layer.on("remove", () => { control.remove(); map.off("moveend", soon); });
    layer.on("unreachable", () => line.replaceChildren(wangge.both({
      zh: "有瓦片没有取到，显示不全。", en: "Some tiles could not be fetched: not all is shown.",
    })));
  }

  function rest({ existing, placed, area_only: area, review }) {
    return {
      zh: `筛选内共 ${number(existing)} 户：能定位 ${number(placed)}，只到乡镇 ${number(area)}，待核 ${number(review)}`,
      en: `${number(existing)} in all: ${number(placed)} placed, ${number(area)} to a township only, ${number(review)} to review`,
    };
  }

  /** What the colours of a roll-up mean, shown while one is on the map. */
  function legend(data) {
    return wangge.el("div", { class: "wg-tile-legend" },
      wangge.el("p", { class: "wg-legend-unit" }, wangge.both(data.unit)),
      wangge.el("ul", {}, data.classes.map(({ fill, edge, label }) => wangge.el("li", {},
        wangge.el("span", { class: "wg-dot", style: `background:${fill};border-color:${edge}` }),
        wangge.el("span", {}, wangge.both(label))))));
  }

  /** The template of the tiles with the filters of the state. */
  function addressOf(template) {
    const [path, query] = template.split("?");
    const asked = new URLSearchParams(query || "");
    for (const [key, value] of filters()) asked.set(key, value);
    const day = dayOfWeek();
    if (day && !asked.has("class")) asked.set("on", day);
    const text = asked.toString();
    return text ? `${path}?${text}` : path;
  }

  /** The last day of the week chosen: only squares count visits, and classes are of one day. */
  function dayOfWeek() {
    const far = wangge.current && wangge.current.getZoom() < FIRST_DOTS - 0.5;
    if (!far || !wangge.state.week || !wangge.counts || !wangge.weekOf) return null;
    const week = wangge.counts.weeks[wangge.weekOf(wangge.state)];
    return week && week.key === wangge.state.week ? week.last : null;
  }

  wangge.tiles = function (id) {
    const data = wangge.data(id);
    const address = () => addressOf(data.url);
    const inCounty = Boolean(wangge.current && wangge.current.wanggeHome);
    const layer = new Tiles(address(), {
      rendererFactory: L.canvas.tile, pane: inCounty ? "wg-points" : "overlayPane",
      // Over our cells a canvas that took the mouse would hide them from it: we test hits ourselves.
      interactive: !inCounty, maxZoom: 22, updateWhenZooming: false, keepBuffer: 1,
      vectorTileLayerStyles: { enterprises: styler(data), summary: [] },
      fetchOptions: { credentials: "same-origin" },
    });
    counter(layer, data);
    const follow = () => { if (address() !== layer._url) layer.setUrl(address(), !layer._map); };
    layer.on("add", () => { follow(); layer._map.on("zoomend", follow); });
    layer.on("remove", () => layer._map.off("zoomend", follow));
    if (!inCounty) {
      layer.on("click", (event) => open(data, layer, event.latlng, layer.under(event.latlng)));
    }
    wangge.register({
      rank: 2,
      onState: follow,
      hit(event) {
        const found = inCounty && layer._map ? layer.under(event.latlng) : [];
        if (found.length) open(data, layer, event.latlng, found);
        return found.length > 0;
      },
      focus(kind, wanted) {
        if (kind !== "enterprise") return false;
        show(data, layer, Number(wanted));
        return true;
      },
    });
    wangge.on("points", (on) => {
      if (on) wangge.current.addLayer(layer);
      else wangge.current.removeLayer(layer);
    });
    return layer;
  };

  /** Go to one enterprise by its number, and open its card. */
  async function show(data, layer, wanted) {
    const { features } = await ask(data, [["id", wanted]]);
    const feature = features.find((one) => one.properties.enterprise_id === wanted);
    const map = wangge.current;
    if (!feature) return;
    wangge.tell("points", true);
    const drawn = feature.geometry && feature.properties.status === "placed"
      && data.pins.includes(feature.properties.level);
    const place = drawn ? L.latLng([...feature.geometry.coordinates].reverse()) : map.getCenter();
    if (drawn) map.setView(place, Math.max(map.getZoom(), 15), { animate: false });
    wangge.popup(map, place, cardOf(data, feature));
  }
})();
