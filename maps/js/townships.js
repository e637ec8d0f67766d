/*
 * townships.js: the table of pass rates follows the state: product, week, span, township, class.
 * The rate is that of sample tests; with fewer than `least` of them there is none. The interval is
 * Wilson's, as in service/domain/pass_rates.py; a test compares the two.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const ROW = 6;
  const Z = 1.959963984540054;
  const SVG = "http://www.w3.org/2000/svg";

  /** The 95 % score interval of a rate, both ends 0 to 1. */
  wangge.wilson = function (passed, n) {
    const rate = passed / n;
    const z2 = Z * Z;
    const centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
    const half = (Z / (1 + z2 / n)) * Math.sqrt((rate * (1 - rate)) / n + z2 / (4 * n * n));
    return [passed === 0 ? 0 : centre - half, passed === n ? 1 : centre + half];
  };

  /** Samples and failures of every township in the state's period. */
  function tally(data, state) {
    const last = wangge.weekOf(state);
    const first = state.span === "week" ? last : 0;
    const product = data.products.indexOf(state.product);
    const risk = Number(state.class || 0);
    const counted = data.townships.map(() => ({ samples: 0, failed: 0 }));
    for (let at = 0; at < data.samples.length; at += ROW) {
      const [town, ofProduct, week, ofRisk, samples, failed] = data.samples.slice(at, at + ROW);
      if (town < 0 || week < first || week > last) continue;
      if ((product >= 0 && ofProduct !== product) || (risk && ofRisk !== risk)) continue;
      counted[town].samples += samples;
      counted[town].failed += failed;
    }
    return { counted, from: data.weeks[first].first, to: data.weeks[last].last };
  }

  function bar(low, high, rate) {
    const svg = document.createElementNS(SVG, "svg");
    const put = (name, values) => {
      const part = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
      svg.append(part);
    };
    const share = (value) => Math.round(1000 * value) / 10;
    svg.setAttribute("class", "wg-interval");
    svg.setAttribute("viewBox", "0 0 100 12");
    svg.setAttribute("aria-hidden", "true");
    put("rect", { width: 100, height: 12, fill: "#f0f3f6" });
    put("rect", { x: share(low), y: 4, width: share(high - low), height: 4, fill: "#8aa2c0" });
    put("rect", { x: Math.min(97, share(rate)), y: 1, width: 3, height: 10, fill: "#14213d" });
    put("line", {
      x1: 85, x2: 85, y1: 0, y2: 12, stroke: "#b6182d", "stroke-width": 1.5, "stroke-dasharray": "2 2",
    });
    return svg;
  }

  function cells({ samples, failed }, least) {
    const none = { zh: `n<${least} 不评价`, en: `n<${least}, not rated` };
    if (samples < least) {
      return [wangge.el("td", { colspan: 2, class: "wg-quiet" }, wangge.both(none))];
    }
    const passed = samples - failed;
    const [low, high] = wangge.wilson(passed, samples);
    return [
      wangge.el("td", {}, `${((100 * passed) / samples).toFixed(1)}%`),
      wangge.el("td", {}, bar(low, high, passed / samples)),
    ];
  }

  function show(data, body) {
    const state = wangge.state;
    const { counted, from, to } = tally(data, state);
    const rate = ({ samples, failed }) => (samples < data.least_samples ? 2 : 1 - failed / samples);
    const order = counted.map((_, at) => at)
      .filter((at) => !state.township || data.townships[at] === state.township)
      .sort((a, b) => rate(counted[a]) - rate(counted[b]) || a - b);
    body.replaceChildren(...order.map((at) => wangge.el(
      "tr", {},
      wangge.el("th", { scope: "row" }, wangge.el("button", {
        type: "button", class: "wg-link", "data-focus-kind": "township",
        "data-focus-id": data.townships[at],
      }, data.names[at])),
      cells(counted[at], data.least_samples),
      wangge.el("td", {}, counted[at].samples),
    )));
    const period = document.getElementById("wg-townships-period");
    if (period) period.replaceChildren(document.createTextNode(`${from} – ${to}`));
  }

  wangge.townshipTable = function () {
    const data = wangge.counts;
    const body = document.querySelector("#wg-townships tbody");
    if (!data || !data.samples || !body) return;
    wangge.on("state", () => show(data, body));
  };
})();
