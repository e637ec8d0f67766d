/*
 * page.js: the switches, legend, lists and buttons round the map. It runs last.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  wangge.page = function () {
    const holder = document.getElementById("wg-state");
    const state = holder ? JSON.parse(holder.textContent) : null;
    if (!state) return;
    wangge.on("theme", ({ theme, data }) => { showLegend(theme); keepTable(theme, data); });
    wangge.on("state", () => followState(state));
    wangge.on("select", markSelected);
    wangge.on("points", (on) => {
      for (const box of all("[data-points]")) box.checked = on;
      showsPoints = on;
      wangge.state.points = on ? "1" : "";
      keepInAddress();
      if (shown) showLegend(shown.theme);
    });
    wangge.on("language", nameControls);
    bindButtons();
    nameControls();
    const asked = addressed();
    if (wangge.townshipTable) wangge.townshipTable();
    wangge.set({ ...state.initial, ...asked });
    if (asked.points) wangge.tell("points", true);
    if (asked.at) wangge.current.wanggeGo(asked.at);
    wangge.on("moved", moved);
    wangge.timeline(find("#wg-weeks"));
    wangge.on("records", () => wangge.set({}));
    wangge.on("changed", keepInAddress);
  };

  // The address after # holds the view: a copied link opens it again, from a file too.
  const KEPT = ["product", "measure", "unit", "week", "span", "township", "area", "side", "class", "view", "points", "at"];

  function addressed() {
    const given = new URLSearchParams(window.location.hash.slice(1));
    return Object.fromEntries(KEPT.filter((key) => given.get(key)).map((key) => [key, given.get(key)]));
  }

  function moved(at) {
    wangge.state.at = at;
    if (window.parent === window) keepInAddress();
    else window.parent.postMessage({ type: "wangge:moved", at }, window.location.origin);
  }

  function keepInAddress() {
    if (window.parent !== window) return; // the page round the map has an address of its own
    const kept = KEPT.filter((key) => wangge.state[key]).map((key) => [key, wangge.state[key]]);
    window.history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
  }

  let showsPoints = false;

  function showLegend(theme) {
    const box = find("#wg-legend");
    if (box) box.replaceChildren(wangge.legend(theme), ...ringsLegend());
  }

  function ringsLegend() {
    const template = find("#wg-legend-more");
    if (!template) return [];
    const rings = wangge.ringsShown ? wangge.ringsShown() : { solid: 1, dashed: 1 };
    const more = template.content.cloneNode(true);
    for (const line of more.querySelectorAll("[data-when]")) {
      const shown = { ...rings, points: showsPoints }[line.dataset.when];
      if (!shown) line.remove();
    }
    return [more];
  }

  function followState(state) {
    for (const box of all("select[data-switch]")) box.value = wangge.state[box.dataset.switch] || "";
    for (const button of all("button[data-switch]")) {
      const chosen = wangge.state[button.dataset.switch] === button.dataset.option;
      button.setAttribute("aria-pressed", String(chosen));
    }
    const runs = new Set(all("[data-week]").map((part) => part.dataset.week));
    const week = runs.has(wangge.state.week) ? wangge.state.week : "";
    for (const part of all("[data-product]")) {
      const isOther = part.dataset.week !== undefined && part.dataset.week !== week;
      part.hidden = isOther || part.dataset.product !== wangge.state.product;
    }
    const facts = (state.by_product || {})[wangge.state.product];
    if (!facts) return;
    const figures = find("#wg-figures");
    const counted = shown && shown.theme.figures ? shown.theme.figures : [];
    if (figures) {
      figures.replaceChildren(...facts.figures.map((one, at) => figureOf({ ...one, ...counted[at] })));
    }
    const drawn = find("#wg-drawn");
    if (!drawn) return;
    const told = wangge.both(facts.drawn);
    drawn.replaceChildren(wangge.state.product
      ? wangge.recordsLink({ set: "register" }, null, told) : told);
  }

  function figureOf(figure) {
    return wangge.el(
      "div", { class: `wg-figure ${figure.tone || ""}` }, wangge.el("strong", {}, figure.value),
      wangge.el("small", {}, wangge.both(figure.label)),
    );
  }

  function markSelected({ kind, id }) {
    for (const part of all("[data-focus-kind]")) {
      const same = part.dataset.focusKind === kind && part.dataset.focusId === id;
      const card = part.closest("[data-card]");
      if (card) card.classList.toggle("selected", same);
      if (same && card) card.scrollIntoView({ block: "nearest" });
    }
  }

  function bindButtons() {
    document.addEventListener("click", (event) => {
      const target = event.target.closest("button[data-switch],[data-focus-kind],[data-do]");
      if (!target) return;
      if (target.dataset.switch) wangge.change({ [target.dataset.switch]: target.dataset.option });
      else if (target.dataset.focusKind) goTo(target);
      else if (target.dataset.do === "language") wangge.setLanguage(wangge.isChinese() ? "en" : "zh");
      else if (target.dataset.do === "print") window.print();
      else if (target.dataset.do === "home") showCounty();
    });
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-points]")) wangge.tell("points", event.target.checked);
      if (event.target.matches("select[data-switch]")) {
        wangge.change({ [event.target.dataset.switch]: event.target.value });
      }
    });
    const table = find("#wg-table");
    if (table) table.addEventListener("toggle", fillTable);
  }

  function showCounty() {
    wangge.current.closePopup();
    wangge.current.wanggeHome = wangge.current.wanggeCounty;
    wangge.current.wanggeReset();
  }

  function goTo(button) {
    const { focusKind, focusId, focusTitle } = button.dataset;
    wangge.tell("select", { kind: focusKind, id: focusId });
    wangge.focus(focusKind, focusId, focusTitle || "");
    const map = find(".wg-map-card");
    if (map && window.innerWidth < 760) map.scrollIntoView({ block: "start" });
  }

  // The map itself says nothing to a screen reader; this table says the same in words.
  let shown = null;

  function keepTable(theme, data) {
    shown = { theme, data };
    fillTable();
  }

  function fillTable() {
    const table = find("#wg-table");
    if (!table || !table.open || !shown) return;
    const { theme, data } = shown;
    const columns = [...data.facts, ...theme.columns];
    const key = theme.columns.find((column) => column.sorts) || theme.columns[0];
    const order = data.codes.map((_, index) => index).sort((a, b) => {
      const [x, y] = [key ? key.values[a] : 0, key ? key.values[b] : 0];
      return (typeof y === "number" ? y : -1) - (typeof x === "number" ? x : -1);
    });
    const head = wangge.el(
      "tr", {}, [{ zh: "网格", en: "Cell" }, ...columns.map((column) => column.label),
        { zh: "分级", en: "Class" }].map((label) =>
        wangge.el("th", { scope: "col" }, wangge.both(label))),
    );
    const rows = order.map((index) => wangge.el(
      "tr", {},
      wangge.el("th", { scope: "row" }, wangge.el("button", {
        type: "button", class: "wg-link", "data-focus-kind": "cell", "data-focus-id": data.codes[index],
      }, wangge.both(data.names[index]))),
      columns.map((column) => wangge.el("td", {}, cell(column.values[index]))),
      wangge.el("td", {}, wangge.both(theme.classes[parseInt(theme.assigned[index], 36)].label)),
    ));
    find("#wg-table-body").replaceChildren(
      wangge.el("table", { class: "wg-grid" }, wangge.el("thead", {}, head), wangge.el("tbody", {}, rows)),
    );
  }

  const cell = (value) => (value === null || value === undefined ? "–" : wangge.both(value));

  function nameControls() {
    const names = {
      ".leaflet-control-zoom-in": { zh: "放大", en: "Zoom in" },
      ".leaflet-control-zoom-out": { zh: "缩小", en: "Zoom out" },
    };
    for (const [selector, name] of Object.entries(names)) {
      for (const button of all(selector)) {
        button.title = wangge.plain(name);
        button.setAttribute("aria-label", wangge.plain(name));
      }
    }
    for (const map of all(".folium-map")) {
      map.setAttribute("role", "application");
      map.setAttribute("aria-label", wangge.plain({ zh: "地图，用方向键移动，加减号缩放", en: "Map; arrows pan, plus and minus zoom" }));
    }
  }
})();
