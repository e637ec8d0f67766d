/*
 * core.js: what every layer and page of a map shares.
 *
 * Rule of the house: text reaches the page as JSON and leaves it through textContent. Nothing here
 * builds HTML out of strings.
 *
 * State is a handful of switches ({product: "baijiu", measure: "rate"}); a layer listens and shows
 * what fits. Both languages are in the document; the `lang` of the root element hides one of them.
 */
"use strict";
(function () {
  const wangge = (window.wangge = window.wangge || {});
  const root = document.documentElement;
  const listeners = {};

  wangge.state = {};
  wangge.layers = [];

  /** Hear of "state", "language", "select", "points"; returns nothing. */
  wangge.on = function (event, listener) {
    (listeners[event] = listeners[event] || []).push(listener);
  };

  wangge.tell = function (event, detail) {
    for (const listener of listeners[event] || []) listener(detail);
  };

  /** Set some switches and let the layers follow. */
  wangge.set = function (changes) {
    Object.assign(wangge.state, changes);
    wangge.tell("state", wangge.state);
  };

  /** As `set`, and the page round the map hears of it: the reader has moved something here. */
  wangge.change = function (changes) {
    wangge.set(changes);
    wangge.tell("changed", changes);
    if (window.parent !== window) {
      window.parent.postMessage({ type: "wangge:changed", state: changes }, originOf());
    }
  };

  // Where the page keeps its records; empty in a file that is carried away.
  let records = "";

  /** A number as a link to the rows that it counts, where there is a page that lists them. */
  wangge.recordsLink = function (asked, n, words = null) {
    const text = words || (typeof n === "number" ? n.toLocaleString("en") : String(n));
    if (!records) return text instanceof Node ? text : document.createTextNode(text);
    const address = new URL(records, window.location.origin);
    const state = Object.entries(wangge.state).filter(([, value]) => value);
    for (const [key, value] of [...state, ...Object.entries(asked)]) address.searchParams.set(key, value);
    return wangge.el("a", { href: address.pathname + address.search, target: "_top", "data-n": n }, text);
  };

  /** Whether numbers can open the rows that they count. */
  wangge.hasRecords = () => Boolean(records);

  /** Does a thing with these switches belong on the map now? */
  wangge.fits = function (switches) {
    return Object.entries(switches || {}).every(
      ([key, wanted]) => wangge.state[key] === undefined || [wanted].flat().includes(wangge.state[key]),
    );
  };

  /** The data that a layer left in the document, parsed. */
  wangge.data = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  /** The bytes of base64 text. */
  wangge.bytes = function (text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const binary = atob(text);
    const array = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) array[i] = binary.charCodeAt(i);
    return array;
  };

  /** The bytes that base64 text holds compressed (zlib), without a library. */
  wangge.inflate = async function (text) {
    const stream = new Blob([wangge.bytes(text)]).stream()
      .pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /** An element with attributes and children; strings become text, never HTML. */
  wangge.el = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key === "onclick") element.addEventListener("click", value);
      else element.setAttribute(key, value === true ? "" : String(value));
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return element;
  };

  wangge.isChinese = () => root.lang.startsWith("zh");

  /** The text in the language shown, for attributes such as aria-label. */
  wangge.plain = function (text) {
    if (text === null || text === undefined) return "";
    if (typeof text !== "object") return String(text);
    return String(wangge.isChinese() ? text.zh : text.en || text.zh);
  };

  /** Both languages as two spans, of which the style sheet shows one. */
  wangge.both = function (text) {
    const pair = typeof text === "object" && text !== null ? text : { zh: text, en: text };
    if (pair.en === undefined || pair.en === "" || pair.en === pair.zh) {
      return document.createTextNode(String(pair.zh));
    }
    const box = document.createDocumentFragment();
    box.append(
      wangge.el("span", { lang: "zh-CN", class: "zh" }, pair.zh),
      wangge.el("span", { lang: "en", class: "en" }, pair.en),
    );
    return box;
  };

  wangge.setLanguage = function (lang) {
    root.lang = lang === "en" ? "en" : "zh-CN";
    const title = document.querySelector("meta[name=wangge-titles]");
    if (title) document.title = JSON.parse(title.content)[lang === "en" ? "en" : "zh"];
    wangge.tell("language", lang);
  };

  /** A card for a popup: a heading, rows of label and value, a closing remark. */
  wangge.card = function (card) {
    const rows = (card.rows || [])
      .filter((row) => row.value !== null && row.value !== undefined && row.value !== "")
      .map((row) =>
        wangge.el(
          "tr", {}, wangge.el("th", { scope: "row" }, wangge.both(row.label)),
          wangge.el("td", {}, row.value instanceof Node ? row.value : wangge.both(row.value)),
        ),
      );
    return wangge.el(
      "div", { class: "wg-card" },
      wangge.el("p", { class: "wg-card-title" }, wangge.both(card.title)),
      card.subtitle ? wangge.el("p", { class: "wg-card-sub" }, wangge.both(card.subtitle)) : null,
      rows.length ? wangge.el("table", {}, wangge.el("tbody", {}, rows)) : null,
      card.remark ? wangge.el("p", { class: "wg-card-note" }, wangge.both(card.remark)) : null,
    );
  };

  wangge.popup = function (map, latlng, element) {
    L.popup({ maxWidth: 320, autoPanPadding: [24, 24] })
      .setLatLng(latlng).setContent(element).openOn(map);
  };

  const PANES = [
    ["wg-ground", 340], ["wg-cells", 400], ["wg-lines", 420], ["wg-points", 430],
    ["wg-rings", 440], ["wg-labels", 610],
  ];

  // Centre and zoom as they stand in an address.
  const AT = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,2}(?:\.\d+)?)$/;
  const SETTLED_MS = 250;

  function atOf(map) {
    const { lat, lng } = map.getCenter();
    return [lat.toFixed(4), lng.toFixed(4), map.getZoom()].join(",");
  }

  function frame(map) {
    const small = map.getSize().x < 600 || root.classList.contains("printing");
    map.fitBounds(map.wanggeHome, { padding: small ? [6, 6] : [20, 12], animate: false });
  }

  /** Make the map: no tiles, canvas panes in a fixed order, one click for all layers. */
  wangge.map = function (id, home, options) {
    const map = L.map(id, options);
    for (const [name, zIndex] of PANES) {
      map.createPane(name).style.zIndex = zIndex;
      // Only the cells' canvas takes the mouse: a canvas above it would swallow every event.
      if (name !== "wg-cells") map.getPane(name).style.pointerEvents = "none";
    }
    // Where the map is framed: the county, or the area that is chosen.
    map.wanggeCounty = L.latLngBounds(home);
    map.wanggeHome = map.wanggeCounty;
    // Until the reader moves the map it shows all of that, whatever its size becomes.
    let moved = false;
    const show = () => { moved = false; frame(map); moved = false; };
    map.wanggeReset = show;
    map.wanggeView = () => (moved ? map.getBounds() : null);
    map.wanggeGo = (at) => {
      const found = AT.exec(at);
      if (!found) { show(); return; }
      map.setView([Number(found[1]), Number(found[2])], Number(found[3]), { animate: false });
      moved = true;
    };
    show();
    map.on("zoomstart dragstart", () => { moved = true; });
    let waiting = null;
    map.on("moveend", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => wangge.tell("moved", moved ? atOf(map) : ""), SETTLED_MS);
    });
    L.control.zoom({ position: "topright" }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    map.on("click", (event) => {
      // The topmost layer that finds something under the pointer answers; points lie over cells.
      const answering = [...wangge.layers].sort((a, b) => (b.rank || 0) - (a.rank || 0));
      for (const layer of answering) {
        if (layer.hit && layer.hit(event)) return;
      }
    });
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false, pan: false });
      // The layout of the sheet may come after 'beforeprint', and what it resizes is empty again.
      if (root.classList.contains("printing")) laySheet(map);
      else if (!moved) show();
    }).observe(map.getContainer());
    wangge.current = map;
    return map;
  };

  /** Keep a layer: {rank, hit(event), focus(kind, id), onState(state)}; all but one may be missing. */
  wangge.register = function (layer) {
    wangge.layers.push(layer);
    if (layer.onState) {
      wangge.on("state", layer.onState);
      layer.onState(wangge.state);
    }
  };

  /** Show one thing: a cell, a cluster, a target, an enterprise, a gap, a spot, a township. */
  wangge.focus = function (kind, id, title = "") {
    wangge.tell("focus", { kind, id });
    return wangge.layers.some((layer) => layer.focus && layer.focus(kind, String(id), title));
  };

  /** Tell the page round this document (and our own) what was picked. */
  wangge.select = function (kind, id) {
    const message = { type: "wangge:select", kind, id: String(id) };
    wangge.tell("select", message);
    if (window.parent !== window) window.parent.postMessage(message, originOf());
  };

  // A file:// page has no origin that could be named; there is no parent to talk to either.
  function originOf() {
    return window.location.origin === "null" ? "*" : window.location.origin;
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== window.location.origin) return;
    const message = event.data;
    if (!message || typeof message !== "object") return;
    if (message.type === "wangge:focus") {
      wangge.focus(String(message.kind), String(message.id), String(message.title || ""));
    }
    if (message.type === "wangge:state" && message.state) wangge.set(message.state);
    if (message.type === "wangge:language") wangge.setLanguage(String(message.lang));
    if (message.type === "wangge:records" && /^\/(?!\/)/.test(String(message.address))) {
      records = String(message.address);
      wangge.tell("records", records);
    }
    if (message.type === "wangge:points") wangge.tell("points", Boolean(message.on));
    if (message.type === "wangge:at" && wangge.current) wangge.current.wanggeGo(String(message.at));
  });

  // Folium's layer control writes names as HTML; a name is text.
  if (window.L) {
    const original = L.Control.Layers.prototype._addItem;
    L.Control.Layers.include({
      _addItem(item) {
        const holder = document.createElement("span");
        holder.textContent = item.name;
        return original.call(this, { ...item, name: holder.innerHTML });
      },
    });
  }

  // Paper: the map takes the size it has on the sheet, at twice the resolution, before printing.
  const SHEET_SCALE = 3; // pixels of the sheet to one of the screen: about 290 dots per inch
  let wasRetina;
  let wasFading;
  let seen; // where the reader has moved to; the sheet shows the same

  /** Draw now what Leaflet would draw in the next frame: a print does not wait for one. */
  function drawAtOnce(map) {
    map.eachLayer((layer) => {
      if (!(layer instanceof L.Canvas) || !layer._ctx) return;
      L.Util.cancelAnimFrame(layer._redrawRequest);
      layer._redrawBounds = null;
      layer._redraw();
    });
  }

  /**
   * Put all canvases of the map into one for the sheet. On paper a canvas that has ever been cleared
   * hides what lies below it, so they cannot be printed one over the other.
   */
  function laySheet(map) {
    takeSheet(map);
    drawAtOnce(map);
    const box = map.getContainer().getBoundingClientRect();
    const sheet = wangge.el("canvas", { class: "wg-sheet" });
    sheet.width = Math.round(box.width * SHEET_SCALE);
    sheet.height = Math.round(box.height * SHEET_SCALE);
    const ctx = sheet.getContext("2d");
    ctx.scale(SHEET_SCALE, SHEET_SCALE);
    for (const [name] of PANES) {
      for (const canvas of map.getPane(name).querySelectorAll("canvas")) {
        const place = canvas.getBoundingClientRect();
        if (!canvas.width || !canvas.height) continue;
        ctx.drawImage(canvas, place.left - box.left, place.top - box.top, place.width, place.height);
      }
    }
    map.getContainer().prepend(sheet);
  }

  function takeSheet(map) {
    for (const sheet of map.getContainer().querySelectorAll(".wg-sheet")) sheet.remove();
  }

  window.addEventListener("beforeprint", () => {
    const map = wangge.current;
    if (!map) return;
    wasRetina = L.Browser.retina;
    wasFading = map._fadeAnimated;
    L.Browser.retina = true;
    map._fadeAnimated = false;
    seen = map.wanggeView();
    root.classList.add("printing");
    map.closePopup();
    map.invalidateSize({ animate: false });
    if (seen) map.fitBounds(seen, { animate: false });
    else frame(map);
    laySheet(map);
  });
  window.addEventListener("afterprint", () => {
    const map = wangge.current;
    if (!map) return;
    L.Browser.retina = wasRetina;
    map._fadeAnimated = wasFading;
    root.classList.remove("printing");
    takeSheet(map);
    map.invalidateSize({ animate: false });
    if (seen) map.fitBounds(seen, { animate: false });
    else map.wanggeReset();
    drawAtOnce(map);
  });
})();
