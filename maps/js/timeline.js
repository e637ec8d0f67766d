/*
 * timeline.js: the weeks of the period as bars, with a slider over them.
 *
 * The slider is an ordinary range: it is dragged, clicked, and moved with the arrow keys. Its thumb
 * is a frame as wide as a bar.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const { el, both } = wangge;
  const SPANS = [
    ["", { zh: "累计到此", en: "Up to it" }],
    ["week", { zh: "只看当周", en: "That week" }],
  ];

  wangge.timeline = function (box) {
    const data = wangge.counts;
    if (!box || !data || data.weeks.length < 2) return;
    const head = el("p", { class: "wg-weeks-head" });
    const bars = el("div", { class: "wg-bars", "aria-hidden": "true" });
    const slider = el("input", { type: "range", min: 0, max: data.current, step: 1 });
    const spans = el("div", { class: "wg-seg wg-spans", role: "group" }, SPANS.map(([span, label]) =>
      el("button", { type: "button", "data-span": span, onclick: () => wangge.change({ span }) }, both(label)),
    ));
    const rail = el("div", { class: "wg-rail" }, bars, slider);
    box.replaceChildren(el("div", { class: "wg-weeks-left" }, head, spans), rail);
    box.hidden = false;

    slider.addEventListener("input", () => {
      const week = Number(slider.value);
      wangge.change({ week: week === data.current ? "" : data.weeks[week].key });
    });
    new ResizeObserver(() => {
      const width = rail.clientWidth / data.weeks.length;
      slider.style.setProperty("--thumb", `${width}px`);
      slider.style.width = `${width * (data.current + 1)}px`;
    }).observe(rail);

    function show() {
      const state = wangge.state;
      const weeks = wangge.byWeek(state);
      const at = wangge.weekOf(state);
      const alone = state.span === "week";
      const most = Math.max(1, ...weeks.map((week) => week.visits));
      slider.value = at;
      slider.setAttribute("aria-label", wangge.plain({ zh: "截至哪一周", en: "Up to which week" }));
      slider.setAttribute("aria-valuetext", wangge.plain(spoken(data.weeks[at], weeks[at])));
      for (const button of spans.children) {
        button.setAttribute("aria-pressed", String(button.dataset.span === (alone ? "week" : "")));
      }
      bars.replaceChildren(...weeks.map((week, index) => bar(data, week, index, { at, alone, most })));
      head.replaceChildren(...sentence(data.weeks[at], weeks[at]));
    }
    wangge.on("state", show);
    wangge.on("language", show);
    wangge.on("records", show);
    show();
  };

  function bar(data, week, index, { at, alone, most }) {
    const isIn = alone ? index === at : index <= at;
    const kind = index > data.current ? "later" : isIn ? "in" : "out";
    const tall = (n) => `${Math.max(n ? 3 : 0, Math.round((100 * n) / most))}%`;
    const part = (name, n) => {
      const piece = el("span", { class: name });
      piece.style.height = tall(n);
      return piece;
    };
    return el("span", { class: `wg-bar-week ${kind}` }, part("seen", week.visits), part("bad", week.problems));
  }

  const days = (week) => `${week.first.slice(5)} – ${week.last.slice(5)}`;

  function spoken(week, counts) {
    return {
      zh: `${week.key}，${days(week)}，检查 ${counts.visits} 次，发现问题 ${counts.problems} 次`,
      en: `${week.key}, ${days(week)}, ${counts.visits} visits, ${counts.problems} with problems`,
    };
  }

  /** What the chosen week held; both numbers open their records where the page has them. */
  function sentence(week, counts) {
    const link = (set, n) => wangge.recordsLink({ set, week: week.key, span: "week" }, n);
    return [
      both({ zh: "截至 ", en: "Up to " }), el("b", {}, week.last), document.createTextNode(` ${week.key}`),
      el("span", { class: "wg-week-said" },
        both({ zh: "当周检查 ", en: "that week " }), link("visits", counts.visits),
        both({ zh: " 次，发现问题 ", en: " visits, " }), link("problems", counts.problems),
        both({ zh: " 次", en: " with problems" })),
    ];
  }
})();
