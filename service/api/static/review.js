/*
 * review.js: decisions of the data manager, by mouse or by keyboard alone. Text is set with
 * textContent; what is decided goes to the API as JSON with the versions that were shown.
 */
"use strict";
(function () {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const NAME = "wangge-decided-by";
  const params = new URLSearchParams(window.location.search);
  let busy = false;

  /** Addresses of the API keep the county and the day of the page. */
  function api(path, more) {
    const kept = new URLSearchParams(more || {});
    for (const key of ["county", "on"]) if (params.get(key)) kept.set(key, params.get(key));
    return `/api/v1/${path}${kept.size ? `?${kept}` : ""}`;
  }

  function complain(text) {
    const box = find("#problem");
    box.textContent = text;
    box.hidden = !text;
    if (text) box.scrollIntoView({ block: "nearest" });
  }

  function who() {
    const field = find("#by");
    const name = field ? field.value.trim() : "";
    if (!name && field) { field.focus(); complain(field.closest("label").textContent.trim() + "?"); }
    if (name) window.localStorage.setItem(NAME, name);
    return name;
  }

  async function post(path, body, next) {
    if (busy) return;
    busy = true;
    complain("");
    try {
      const answer = await fetch(api(path), {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      if (answer.ok) { window.location.assign(next); return; }
      const told = await answer.json().catch(() => ({}));
      complain(told.detail || `${answer.status}`);
    } catch (error) {
      complain(String(error));
    }
    busy = false;
  }

  const queue = () => find("main").dataset.queue;

  function chosenRows() {
    return all("[data-row]").filter((box) => box.checked)
      .map((box) => ({ enterprise_id: Number(box.dataset.row), version: box.dataset.version }));
  }

  const number = (id) => Number(find(id).value.trim().replace("，", ".") || NaN);

  /** The choice as the API takes it, or null when a point is not complete. */
  function choice() {
    const radio = find("input[name=choice]:checked");
    if (!radio) return null;
    if (radio.dataset.why) return { outcome: "unplaceable", why: radio.dataset.why };
    if (radio.value === "point") {
      const [lon, lat] = [number("#lon"), number("#lat")];
      if (!Number.isFinite(lon) || !Number.isFinite(lat)) return null;
      return { outcome: "point", lon, lat, datum: find("#datum").value, level: find("#level").value };
    }
    if (radio.dataset.code) {
      return { outcome: "place", place_code: radio.dataset.code, refine: find("#refine").checked };
    }
    return { outcome: "point", lon: Number(radio.dataset.lon), lat: Number(radio.dataset.lat), level: "rooftop" };
  }

  function decide() {
    const made = choice();
    const rows = chosenRows();
    if (!made || !rows.length) {
      const missing = !rows.length ? "[data-row]" : find("#pick").checked ? "#lon" : "input[name=choice]";
      find(missing).focus();
      complain(find("#decide").dataset[rows.length ? "choose" : "tick"]);
      return;
    }
    const by = who();
    if (!by) return;
    const part = rows.length < all("[data-row]").length;
    const next = part ? window.location.href : find("main").dataset.after || queue();
    post("reviews/decisions", { by, rows, note: find("#note").value, ...made }, next);
  }

  function undo(button) {
    const by = who();
    if (by) post(`decisions/${button.dataset.undo}/undo`, { by }, window.location.href);
  }

  /** Choose by the key beside a choice; the keyboard takes the focus along, the map does not. */
  function choose(key, byMap) {
    const radio = find(`input[name=choice][data-key="${key}"]`);
    if (!radio) return;
    radio.checked = true;
    if (byMap) { radio.closest("label").scrollIntoView({ block: "nearest" }); return; }
    radio.focus();
    show(radio);
  }

  /** Show what is chosen on the map. */
  function show(radio) {
    const map = find("#map");
    if (!map || !radio.value.startsWith("option-")) return;
    const id = `place-${radio.value.slice(7)}`;
    map.contentWindow.postMessage({ type: "wangge:focus", kind: "cluster", id }, window.location.origin);
  }

  let asked = 0;
  async function search() {
    const words = find("#place-q").value.trim();
    const mine = ++asked;
    if (!words) { find("#found").replaceChildren(); return; }
    const answer = await fetch(api("reviews/places", { q: words }));
    if (!answer.ok || mine !== asked) return;
    const { items } = await answer.json();
    find("#found").replaceChildren(...items.map(foundPlace));
    const first = find("#found input");
    if (first) first.checked = true;
  }

  function foundPlace(place) {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: "choice", value: `place-${place.code}` });
    radio.dataset.code = place.code;
    const text = document.createElement("span");
    text.textContent = place.name === place.township ? place.name : `${place.township} ${place.name}`;
    label.append(radio, text);
    return label;
  }

  const KEYS = {
    j: () => go("after"), k: () => go("before"), u: () => { const b = find("[data-undo]"); if (b) undo(b); },
    m: () => press("duplicates/merge"), d: () => press("duplicates/distinct"), s: () => focusOn("#place-q"), "/": () => focusOn("#q"), p: () => { choose("p"); focusOn("#lon"); },
  };

  /** Pairs are stepped through on their own page; the one in hand is marked. */
  function step(by) {
    const pairs = all("[data-pair]");
    const at = pairs.findIndex((pair) => pair.classList.contains("selected"));
    const next = pairs[Math.max(0, Math.min(pairs.length - 1, at + by))];
    if (at >= 0) pairs[at].classList.remove("selected");
    next.classList.add("selected");
    next.querySelector("input[data-survivor]:checked").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function press(path) {
    const button = find(`.pair.selected [data-act="${path}"]`);
    if (button) button.click();
  }

  function go(where) {
    if (find("[data-pair]")) { step(where === "after" ? 1 : -1); return; }
    const next = find("main").dataset[where];
    if (next) window.location.assign(next);
  }

  function focusOn(selector) {
    const field = find(selector);
    if (field) { field.focus(); if (field.select) field.select(); }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest("input:not([type=radio]):not([type=checkbox]),select,textarea");
    if (field) {
      if (event.key === "Escape") field.blur();
      if (event.key === "Enter" && field.id === "place-q") { event.preventDefault(); decide(); }
      return;
    }
    if (event.key === "Enter") {
      if (!find("#decide") || event.target.closest("a,button,summary")) return;
      event.preventDefault();
      decide();
      return;
    }
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
    else if (/^[1-9ovn]$/.test(event.key) && find("#decide")) { event.preventDefault(); choose(event.key); }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "decide") return;
    event.preventDefault();
    decide();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-narrow]")) event.target.form.submit();
    if (event.target.matches("input[name=choice]")) show(event.target);
    if (event.target.matches("#lon,#lat")) find("#pick").checked = true;
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "place-q") search();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-undo],[data-datum-decision],[data-act]");
    if (!button) return;
    if (button.dataset.undo) undo(button);
    if (button.dataset.datumDecision) {
      const by = who();
      const id = button.closest("[data-datum]").dataset.datum;
      if (by) post(`datum-proposals/${id}/decision`, { decision: button.dataset.datumDecision, by }, window.location.href);
    }
    if (button.dataset.act) {
      const by = who();
      if (by) post(button.dataset.act, { ...JSON.parse(button.dataset.body), ...fields(button), by }, window.location.href);
    }
  });

  /** What is chosen beside a button: which record survives, and each field of it. */
  function fields(button) {
    const pair = button.closest("[data-pair]");
    if (!pair || button.dataset.plain) return {};
    const survivor = pair.querySelector("input[data-survivor]:checked");
    const chosen = {};
    for (const radio of pair.querySelectorAll("input[data-field]:checked")) chosen[radio.dataset.field] = Number(radio.value);
    return { survivor: Number(survivor.value), fields: chosen };
  }

  window.addEventListener("message", (event) => {
    const map = find("#map");
    if (!map || event.source !== map.contentWindow || event.origin !== window.location.origin) return;
    const message = event.data || {};
    if (message.type !== "wangge:select") return;
    if (message.kind === "point") {
      const [lon, lat] = String(message.id).split(",");
      find("#lon").value = lon;
      find("#lat").value = lat;
      find("#datum").value = "wgs84";
      find("#pick").checked = true;
    }
    const place = /^place-(\d)$/.exec(String(message.id));
    if (message.kind === "cluster" && place) choose(place[1], true);
  });

  const field = find("#by");
  if (field) field.value = window.localStorage.getItem(NAME) || "";
})();
