/*
 * lookup.js: find an enterprise, a village or a cell inside the file, and say who answers for it.
 *
 * Texts are one line per thing, compressed; they are unpacked when somebody types, and searched as
 * one string, so that a million lines take a moment.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const LISTED = 12;
  const SCANNED = 400;
  const NOWHERE = 0xffff;

  const folded = (text) => text.normalize("NFKC").toLowerCase();

  class Kind {
    constructor(data) {
      Object.assign(this, data);
      this.ready = null;
    }

    open() {
      this.ready = this.ready || this.unpack();
      return this.ready;
    }

    async unpack() {
      const bytes = async (text) => (text ? (await wangge.inflate(text)).buffer : null);
      const [texts, cell, township, places, levels] = await Promise.all(
        [this.texts, this.cell, this.township, this.places, this.levels].map(bytes));
      this.text = new TextDecoder().decode(texts);
      this.folded = `\n${folded(this.text)}\n`;
      this.lines = this.n ? this.text.split("\n") : [];
      this.starts = new Uint32Array(this.n + 1);
      let at = 0;
      // Folding may change lengths, so the lines are counted in the folded text itself.
      for (let i = 0; i < this.n; i += 1) {
        this.starts[i] = at;
        at = this.folded.indexOf("\n", at + 1);
      }
      this.starts[this.n] = at;
      this.cells = new Int32Array(cell);
      this.townships = new Int32Array(township);
      this.steps = places ? new Uint16Array(places) : null;
      this.precise = levels ? new Uint8Array(levels) : null;
    }

    /** The line that holds a place in the folded text. */
    lineAt(place) {
      let [low, high] = [0, this.n - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.starts[middle] <= place) low = middle;
        else high = middle - 1;
      }
      return low;
    }

    /** Lines that hold every word, whole names and codes first; no more than SCANNED are looked at. */
    find(words) {
      const found = new Map();
      const note = (needle, rank) => {
        let at = this.folded.indexOf(needle);
        let seen = 0;
        while (at >= 0 && seen < SCANNED) {
          const line = this.lineAt(at);
          seen += 1;
          if (!found.has(line) && this.holds(line, words)) found.set(line, rank);
          at = this.folded.indexOf(needle, Math.max(at + 1, this.starts[line + 1]));
        }
      };
      const first = words[0];
      if (words.length === 1) {
        note(`\n${first}\t`, 0);
        note(`\t${first}\t`, 0);
        note(`\t${first}\n`, 0);
      }
      note(`\n${first}`, 1);
      note(`\t${first}`, 2);
      note(first, 3);
      return found;
    }

    holds(line, words) {
      const text = this.folded.slice(this.starts[line], this.starts[line + 1]);
      return words.every((word) => text.includes(word));
    }

    fields(line) {
      return this.lines[line].split("\t");
    }

    placeOf(line) {
      if (!this.steps || this.steps[2 * line] === NOWHERE) return null;
      const [west, south, wide, tall] = this.box;
      return L.latLng(south + this.steps[2 * line + 1] * tall, west + this.steps[2 * line] * wide);
    }

    levelOf(line) {
      return this.precise ? this.level_names[this.precise[line]] : null;
    }
  }

  wangge.lookup = function (id) {
    const data = wangge.data(id);
    const kinds = data.kinds.map((kind) => new Kind(kind));
    const group = L.layerGroup();
    const box = document.getElementById("wg-query");
    const list = document.getElementById("wg-results");
    const answer = document.getElementById("wg-answer");
    const found = document.getElementById("wg-found");
    let hits = [];
    let active = -1;
    let asked = 0;

    async function search() {
      const mine = (asked += 1);
      const words = folded(box.value).split(/\s+/).filter(Boolean);
      if (!words.length) { show([], 0); found.replaceChildren(); return; }
      await Promise.all(kinds.map((kind) => kind.open()));
      if (mine !== asked) return;
      const all = [];
      for (const kind of kinds) {
        for (const [line, rank] of kind.find(words)) all.push({ kind, line, rank });
      }
      all.sort((a, b) => a.rank - b.rank || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.line - b.line);
      show(all.slice(0, LISTED), all.length);
    }

    function show(chosen, total) {
      hits = chosen;
      active = -1;
      list.replaceChildren(...hits.map((hit, index) => {
        const [name, code, ...more] = hit.kind.fields(hit.line);
        return wangge.el(
          "li", { role: "option", id: `wg-hit-${index}`, "data-hit": index, "aria-selected": "false" },
          wangge.el("span", { class: "wg-tag" }, wangge.both(hit.kind.label)),
          wangge.el("b", {}, name || code),
          wangge.el("small", {}, [code, ...more].filter(Boolean).join(" · ")),
        );
      }));
      box.setAttribute("aria-expanded", String(hits.length > 0));
      box.removeAttribute("aria-activedescendant");
      const many = total >= SCANNED;
      found.replaceChildren(wangge.both(total === 0
        ? { zh: "没有找到。换一个字、只写一部分，或用编码试试。", en: "Nothing found. Try a part of the name, or the code." }
        : { zh: `${many ? "至少 " : ""}${total} 条，列出 ${hits.length} 条`, en: `${many ? "at least " : ""}${total} found, ${hits.length} listed` }));
    }

    function mark(index) {
      active = hits.length ? (index + hits.length) % hits.length : -1;
      for (const item of list.children) {
        const chosen = Number(item.dataset.hit) === active;
        item.setAttribute("aria-selected", String(chosen));
        if (chosen) { box.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
      }
    }

    async function choose({ kind, line }) {
      await kind.open();
      const [name, code] = kind.fields(line);
      const cell = kind.cells[line];
      answer.hidden = false;
      answer.replaceChildren(...cardOf(kind, line));
      list.replaceChildren();
      hits = [];
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
      point(kind, line, cell);
      wangge.select(kind.key, code || name);
    }

    function cardOf(kind, line) {
      const [name, code, ...more] = kind.fields(line);
      const cell = kind.cells[line];
      const township = data.township_names[kind.townships[line]];
      const facts = [[kind.columns[1], code], ...kind.columns.slice(2).map((label, i) => [label, more[i]])]
        .filter(([, value]) => value)
        .map(([label, value]) => wangge.el("p", { class: "wg-item-sub" }, wangge.both(label), "：", value));
      const level = kind.levelOf(line);
      if (level) facts.push(wangge.el("p", { class: "wg-item-sub" }, wangge.both(level)));
      const where = wangge.el("p", { class: "wg-item-sub" }, [township, cell >= 0 && kind.key !== "cell" ? data.cell_names[cell] : ""].filter(Boolean).join(" · "));
      return [
        wangge.el("h2", {}, name || code, " ", wangge.el("small", {}, wangge.both(kind.label))),
        wangge.el("div", { class: "wg-answer-facts" }, where, facts),
        ...people(cell, kind, line),
      ];
    }

    function people(cell, kind, line) {
      if (cell < 0) return [note(unplaced(kind, line))];
      const answers = data.answers[cell];
      const lead = answers.some((one) => one.duty.en === "Lead");
      const rows = answers.map((one) => wangge.el(
        "tr", {}, wangge.el("th", { scope: "row" }, wangge.both(one.duty), one.matter ? [" · ", wangge.both(one.matter)] : null),
        wangge.el("td", {}, wangge.el("b", {}, one.name)), wangge.el("td", {}, one.phone),
      ));
      const missing = lead ? [] : [note({ zh: "这一格没有网格长：无人负责。", en: "This cell has no lead: nobody answers for it." }, "bad")];
      return [...missing, rows.length ? wangge.el("table", { class: "wg-grid" }, wangge.el("tbody", {}, rows)) : null].filter(Boolean);
    }

    // Without a cell nobody can be named; those who lead cells of the township can be asked.
    function unplaced(kind, line) {
      const township = kind.townships[line];
      const name = data.township_names[township];
      return name
        ? { zh: `只知道在${name}，属于哪一格不明，不能说谁负责。先核实地址。`, en: `Known to ${name} only: the cell, and so who answers, is not known. Check the address first.` }
        : { zh: "位置不明，不能说谁负责。先核实地址。", en: "Place unknown, so nobody can be named. Check the address first." };
    }

    const note = (words, tone) => wangge.el("p", { class: `wg-empty ${tone || ""}` }, wangge.both(words));

    function point(kind, line, cell) {
      group.clearLayers();
      const place = kind.placeOf(line);
      if (cell >= 0) wangge.focus("cell", data.cell_codes[cell]);
      else wangge.focus("area", data.township_codes[kind.townships[line]] || "");
      if (cell >= 0) wangge.focus("area", "");
      if (cell >= 0) outline(cell);
      if (place) {
        group.addLayer(L.circleMarker(place, {
          pane: "wg-rings", radius: 8, color: "#1f5fbf", weight: 3, fillColor: "#ffffff", fillOpacity: 1,
          interactive: false, renderer: L.canvas({ pane: "wg-rings" }),
        }));
      }
      if (cell >= 0 && place) wangge.current.closePopup();
    }

    // The cell that was found stays outlined when its card is closed.
    let shapes = null;
    function outline(cell) {
      shapes = shapes || wangge.data("wg-data-cells").cells.features;
      const style = {
        pane: "wg-rings", color: "#1f5fbf", weight: 3, fill: false, interactive: false,
        renderer: L.canvas({ pane: "wg-rings", padding: 0.4 }),
      };
      group.addLayer(L.geoJSON(shapes[cell], { ...style, style: () => style }));
    }

    if (box) {
      box.addEventListener("input", search);
      box.addEventListener("focus", () => kinds.forEach((kind) => kind.open()), { once: true });
      box.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          mark(active + (event.key === "ArrowDown" ? 1 : -1));
        } else if (event.key === "Enter" && hits.length) {
          event.preventDefault();
          choose(hits[Math.max(active, 0)]);
        } else if (event.key === "Escape") {
          show([], 0);
          found.replaceChildren();
        }
      });
      list.addEventListener("click", (event) => {
        const item = event.target.closest("[data-hit]");
        if (item) choose(hits[Number(item.dataset.hit)]);
      });
    }
    // A cell that is clicked on the map is answered for too.
    const cells = kinds.find((kind) => kind.key === "cell");
    wangge.on("select", ({ kind, id: code }) => {
      const line = kind === "cell" && box && document.activeElement !== box ? data.cell_codes.indexOf(code) : -1;
      if (line < 0 || !cells) return;
      cells.open().then(() => {
        group.clearLayers();
        outline(line);
        answer.hidden = false;
        answer.replaceChildren(...cardOf(cells, line));
      });
    });
    wangge.register({});
    return group;
  };
})();
