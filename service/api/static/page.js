/*
 * page.js: one view in the address, shared by figures, lists and the map in its frame.
 *
 * A link or form marked `data-nav` changes the address; the server answers with the whole page and
 * the parts marked `data-region` are put in place of the old ones. The frame with the map stays and
 * is told. Without this script the same links and forms work as they are.
 */
"use strict";
(function () {
  const frame = () => document.getElementById("map");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const SETTLED_MS = 200; // a slider moves through many weeks; the lists follow when it rests

  function tell(message) {
    const map = frame();
    if (map && map.contentWindow) map.contentWindow.postMessage(message, window.location.origin);
  }

  /** The map shows what the page shows. */
  function follow() {
    const view = document.getElementById("view");
    if (!view) return;
    if (view.dataset.records) tell({ type: "wangge:records", address: view.dataset.records });
    const state = JSON.parse(view.dataset.state);
    tell({ type: "wangge:state", state });
    if ("points" in state) tell({ type: "wangge:points", on: state.points === "1" });
  }

  /** A link to the page may name a place; the map shows it once it stands. */
  function pointed() {
    const view = document.getElementById("view");
    const [kind, id] = ((view && view.dataset.focus) || "").split(/:(.*)/s);
    if (id) show({ kind, id, title: "" });
  }

  /** Where the map stands is part of the view, but no reason to ask the server. */
  function keepPlace(at) {
    for (const link of [window.location, document.getElementById("lang")]) {
      if (!link) continue;
      const address = new URL(link.href);
      if (at) address.searchParams.set("at", at);
      else address.searchParams.delete("at");
      if (link === window.location) window.history.replaceState(null, "", address.href);
      else link.href = address.href;
    }
  }

  /** Another filter leaves the map where it is; another township or area moves it. */
  function withPlace(address) {
    const [here, next] = [new URL(window.location.href), new URL(address, window.location.href)];
    const same = (key) => here.searchParams.get(key) === next.searchParams.get(key);
    const at = here.searchParams.get("at");
    if (at && here.pathname === next.pathname && ["township", "area", "side"].every(same) && !next.searchParams.has("at")) {
      next.searchParams.set("at", at);
    }
    return next.href;
  }

  let asking = null;
  let waiting = null;

  /** Fetch the page of an address and put its parts in place. */
  async function go(address, { push = true } = {}) {
    if (asking) asking.abort();
    if (push) address = withPlace(address);
    const mine = (asking = new AbortController());
    document.body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
      const text = await answer.text();
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (!answer.ok || !fresh.querySelector("[data-region]")) throw new Error("another page");
      if (push) window.history.pushState(null, "", address);
      replace(fresh);
      follow();
    } catch (error) {
      if (error.name !== "AbortError") window.location.assign(address);
    } finally {
      if (asking === mine) document.body.removeAttribute("aria-busy");
    }
  }

  function replace(fresh) {
    const focused = document.activeElement ? document.activeElement.id : "";
    for (const part of all("[data-region]")) {
      const next = fresh.getElementById(part.id);
      if (!next) continue;
      const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollTop);
      part.replaceWith(document.adoptNode(next));
      next.querySelectorAll(".scroll").forEach((box, at) => { box.scrollTop = scrolled[at] || 0; });
    }
    document.title = fresh.title;
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
    later();
    const view = document.getElementById("view");
    const said = document.getElementById("said");
    if (view && said) said.textContent = view.dataset.said || "";
  }

  /** What takes longer than the first picture is asked for once that stands. */
  function later() {
    const part = document.querySelector("[data-later]");
    if (part) setTimeout(() => go(part.dataset.later, { push: false }), 0);
  }

  /** The map was moved to another week, product or township: the page follows. */
  function changed(state) {
    const address = new URL(window.location.href);
    for (const [key, value] of Object.entries(state)) {
      if (value) address.searchParams.set(key, value);
      else address.searchParams.delete(key);
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => go(address.href), SETTLED_MS);
  }

  const isPlain = (event) =>
    event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

  document.addEventListener("click", (event) => {
    const target = event.target.closest("a[data-nav],[data-focus-kind]");
    if (!target || !isPlain(event)) return;
    event.preventDefault();
    const { focusKind: kind, focusId: id } = target.dataset;
    if (target.matches("a[data-nav]") && kind !== "cluster") { go(target.href); return; }
    const card = target.closest("[data-card]");
    show({ kind, id, title: (card && card.dataset.title) || "" });
    const map = frame();
    if (map && isNarrow()) map.scrollIntoView({ block: "start" });
  });

  const isNarrow = () => window.innerWidth < 860;

  function show({ kind, id, title }) {
    tell({ type: "wangge:focus", kind, id, title });
    mark(kind, id);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.matches("[data-submit]")) {
      // A cell or an officer, not both: the one chosen last counts.
      for (const other of all("[data-submit]")) if (other !== event.target) other.value = "";
      form.submit();
    } else if (form && form.matches("[data-nav]")) {
      const address = new URL(form.action);
      for (const [key, value] of new FormData(form)) if (value) address.searchParams.set(key, value);
      if (!address.searchParams.get("area")) address.searchParams.delete("side");
      go(address.href);
    }
  });

  function mark(kind, id, scrolls) {
    // A row that stands for several cells is meant by any of them.
    const isMeant = (part) => {
      const { focusKind, focusId, cell } = part.dataset;
      if (focusKind === kind && focusId === id) return true;
      if (kind === "cell" && cell === id) return true;
      return kind === "cell" && focusKind === "cells" && focusId.split(",").includes(id);
    };
    const found = [];
    for (const card of all("[data-card]")) {
      const isIt = [...card.querySelectorAll("[data-focus-kind]")].some(isMeant);
      card.classList.toggle("selected", isIt);
      if (isIt) found.push(card);
    }
    // The first row of each list comes into view.
    const lists = new Set();
    for (const card of scrolls ? found : []) {
      const list = card.closest(".scroll");
      if (list && !lists.has(list)) reveal(card, list);
      lists.add(list);
    }
  }

  /** Scroll the list and not the page: on a phone the map must stay in sight. */
  function reveal(card, list) {
    const [box, own] = [list.getBoundingClientRect(), card.getBoundingClientRect()];
    const head = list.querySelector("thead");
    const top = box.top + (head ? head.getBoundingClientRect().height : 0);
    if (own.top < top) list.scrollTop -= top - own.top;
    else if (own.bottom > box.bottom) list.scrollTop += Math.min(own.bottom - box.bottom, own.top - top);
  }

  window.addEventListener("message", (event) => {
    const map = frame();
    if (!map || event.source !== map.contentWindow || event.origin !== window.location.origin) return;
    const message = event.data;
    if (!message || typeof message !== "object") return;
    if (message.type === "wangge:select") mark(String(message.kind), String(message.id), true);
    if (message.type === "wangge:changed" && message.state) changed(message.state);
    if (message.type === "wangge:moved") keepPlace(String(message.at));
  });

  window.addEventListener("popstate", () => {
    const at = new URL(window.location.href).searchParams.get("at");
    go(window.location.href, { push: false }).then(() => { if (at) tell({ type: "wangge:at", at }); });
  });
  window.addEventListener("DOMContentLoaded", () => {
    const map = frame();
    if (map) map.addEventListener("load", () => { follow(); pointed(); });
    follow();
    pointed();
    later();
  });
})();
