/*
 * page.js: the page and the map in its frame talk by messages; all text stays on the server.
 */
"use strict";
(function () {
  const frame = () => document.getElementById("map");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const state = {};

  function tell(message) {
    const map = frame();
    if (map && map.contentWindow) map.contentWindow.postMessage(message, window.location.origin);
  }

  /** The product stands in the address, and so on the page: the map follows what the page shows. */
  function follow() {
    const strip = document.getElementById("strip");
    if (strip && strip.dataset.state) Object.assign(state, JSON.parse(strip.dataset.state));
    if (Object.keys(state).length) tell({ type: "wangge:state", state });
    for (const button of all("button[data-state]")) {
      const wanted = Object.entries(JSON.parse(button.dataset.state));
      const pressed = wanted.every(([key, value]) => (state[key] || first[key]) === value);
      button.setAttribute("aria-pressed", String(pressed));
    }
    const points = document.querySelector("[data-points]");
    if (points) { points.checked = showsPoints; tell({ type: "wangge:points", on: showsPoints }); }
  }

  const first = { measure: "rate", view: "officer" };
  let showsPoints = false;

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button[data-state],[data-focus-kind]");
    if (!target) return;
    if (target.matches("button[data-state]")) {
      Object.assign(state, JSON.parse(target.dataset.state));
      follow();
      return;
    }
    event.preventDefault();
    const { focusKind: kind, focusId: id } = target.dataset;
    tell({ type: "wangge:focus", kind, id });
    mark(kind, id);
    const map = frame();
    if (map && window.innerWidth < 860) map.scrollIntoView({ block: "start" });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-points]")) {
      showsPoints = event.target.checked;
      tell({ type: "wangge:points", on: showsPoints });
    }
    if (event.target.matches("[data-submit]")) {
      // A cell or an officer, not both: the one chosen last counts.
      for (const other of all("[data-submit]")) if (other !== event.target) other.value = "";
      event.target.form.submit();
    }
  });

  function mark(kind, id) {
    for (const part of all("[data-focus-kind]")) {
      const same = part.dataset.focusKind === kind && part.dataset.focusId === id;
      const card = part.closest("[data-card]");
      if (!card) continue;
      if (same) { card.classList.add("selected"); card.dataset.marked = "1"; }
      else if (!card.querySelector(`[data-focus-kind="${kind}"][data-focus-id="${CSS.escape(id)}"]`)) {
        card.classList.remove("selected");
      }
    }
  }

  window.addEventListener("message", (event) => {
    const map = frame();
    if (!map || event.source !== map.contentWindow || event.origin !== window.location.origin) return;
    const message = event.data;
    if (message && message.type === "wangge:select") mark(String(message.kind), String(message.id));
  });

  document.addEventListener("htmx:afterSettle", follow);
  window.addEventListener("DOMContentLoaded", () => {
    const map = frame();
    if (map) map.addEventListener("load", follow);
    follow();
  });
})();
