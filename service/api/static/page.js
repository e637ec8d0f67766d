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
    tell({ type: "wangge:state", state: JSON.parse(view.dataset.state) });
    const points = document.querySelector("[data-points]");
    if (points) { points.checked = showsPoints; tell({ type: "wangge:points", on: showsPoints }); }
  }

  let showsPoints = false;
  let asking = null;
  let waiting = null;

  /** Fetch the page of an address and put its parts in place. */
  async function go(address, { push = true } = {}) {
    if (asking) asking.abort();
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
    tell({ type: "wangge:focus", kind, id });
    mark(kind, id);
    const map = frame();
    if (map && window.innerWidth < 860) map.scrollIntoView({ block: "start" });
  });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.matches("[data-points]")) {
      showsPoints = event.target.checked;
      tell({ type: "wangge:points", on: showsPoints });
    } else if (event.target.matches("[data-submit]")) {
      // A cell or an officer, not both: the one chosen last counts.
      for (const other of all("[data-submit]")) if (other !== event.target) other.value = "";
      form.submit();
    } else if (form && form.matches("[data-nav]")) {
      const address = new URL(form.action);
      for (const [key, value] of new FormData(form)) if (value) address.searchParams.set(key, value);
      go(address.href);
    }
  });

  function mark(kind, id, scrolls) {
    // A row that stands for several cells is meant by any of them.
    const isMeant = (part) => {
      const { focusKind, focusId } = part.dataset;
      if (focusKind === kind && focusId === id) return true;
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
      const list = card.closest(".scroll") || document.body;
      if (!lists.has(list)) card.scrollIntoView({ block: "nearest" });
      lists.add(list);
    }
  }

  window.addEventListener("message", (event) => {
    const map = frame();
    if (!map || event.source !== map.contentWindow || event.origin !== window.location.origin) return;
    const message = event.data;
    if (!message || typeof message !== "object") return;
    if (message.type === "wangge:select") mark(String(message.kind), String(message.id), true);
    if (message.type === "wangge:changed" && message.state) changed(message.state);
  });

  window.addEventListener("popstate", () => go(window.location.href, { push: false }));
  window.addEventListener("DOMContentLoaded", () => {
    const map = frame();
    if (map) map.addEventListener("load", follow);
    follow();
    later();
  });
})();
