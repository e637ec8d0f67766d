/*
 * weeks.js: counts by week, and the classes that follow from them.
 *
 * The state says which: {product, measure, week: "2012-W14", span: "week", township, area, side,
 * class, unit}.
 * Without `week` everything up to the day of the map counts; with `span: "week"` that week alone.
 * The rules of the classes are those of maps/hotspot_classes.py; a test compares the two.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const VISIT = 6;
  const FIRM = 4;

  /** Rows of cell, product, week, class, visits, problems, as `maps/week_counts.py` packs them. */
  function unpacked(packed) {
    const rows = [];
    for (let at = 0; at < packed.length;) {
      const [cell, product, risk, count] = packed.slice(at, at + 4);
      let week = 0;
      at += 4;
      for (const end = at + 3 * count; at < end; at += 3) {
        week += packed[at];
        rows.push(cell, product, week, risk, packed[at + 1], packed[at + 2]);
      }
    }
    return Int32Array.from(rows);
  }

  wangge.weeks = function (id) {
    const data = wangge.data(id);
    data.visits = unpacked(data.visits);
    wangge.counts = data;
    wangge.derive = (theme, cells) => derive(data, theme, cells);
    let township;
    wangge.on("state", (state) => {
      const wanted = state.township || "";
      if (!wangge.current || wanted === (township || "")) return;
      township = wanted;
      if (!wanted || !wangge.focus("township", wanted)) wangge.current.wanggeReset();
    });
    return L.layerGroup();
  };

  /** The number of the week that the state names; the last one that has begun otherwise. */
  wangge.weekOf = function (state) {
    const found = wangge.counts.weeks.findIndex((week) => week.key === state.week);
    return found >= 0 && found <= wangge.counts.current ? found : wangge.counts.current;
  };

  const isAlone = (state) => state.span === "week";

  const everywhere = () => true;
  const inArea = (state) => (wangge.inArea ? wangge.inArea(state) : everywhere);

  /** What a row must be to count: product, township, area, risk class. */
  function chosen(data, state) {
    const product = data.products.indexOf(state.product);
    const township = data.townships.indexOf(state.township || "");
    const risk = Number(state.class || 0);
    const isIn = inArea(state);
    return (cell, ofProduct, ofRisk) =>
      (product < 0 || ofProduct === product) &&
      (township < 0 || data.of_cell[cell] === township) && isIn(cell) &&
      (!risk || ofRisk === risk);
  }

  /** Visits and problems of every week for the state's product, township and class. */
  wangge.byWeek = function (state) {
    const data = wangge.counts;
    const fits = chosen(data, state);
    const weeks = data.weeks.map(() => ({ visits: 0, problems: 0 }));
    for (let at = 0; at < data.visits.length; at += VISIT) {
      // Rows by the hundred thousand: no array is made of each.
      const rows = data.visits;
      const week = weeks[rows[at + 2]];
      if (!fits(rows[at], rows[at + 1], rows[at + 3])) continue;
      week.visits += rows[at + 4];
      week.problems += rows[at + 5];
    }
    return weeks;
  };

  /** Enterprises, visits and problems of every cell, or of every township on each of its cells. */
  function tally(data, state) {
    const fits = chosen(data, state);
    const last = wangge.weekOf(state);
    const first = isAlone(state) ? last : 0;
    const byTownship = state.unit === "township";
    const size = byTownship ? data.townships.length : data.of_cell.length;
    const place = byTownship ? (cell) => data.of_cell[cell] : (cell) => cell;
    const [firms, visits, problems] = [0, 1, 2].map(() => new Int32Array(size));
    for (let at = 0; at < data.enterprises.length; at += FIRM) {
      const [cell, product, risk, n] = data.enterprises.slice(at, at + FIRM);
      if (fits(cell, product, risk)) firms[place(cell)] += n;
    }
    for (let at = 0; at < data.visits.length; at += VISIT) {
      const rows = data.visits;
      const week = rows[at + 2];
      if (week < first || week > last || !fits(rows[at], rows[at + 1], rows[at + 3])) continue;
      visits[place(rows[at])] += rows[at + 4];
      problems[place(rows[at])] += rows[at + 5];
    }
    return { firms, visits, problems, place, byTownship, first, last };
  }

  /** How many of the breaks a value has reached. */
  const reached = (value, breaks) => breaks.filter((edge) => value >= edge).length;

  const RULES = {
    rate(data, firms, visits, problems, least) {
      const top = data.rate_breaks.length;
      if (!firms && !visits) return top + 3;
      if (visits < least) return top + 2;
      if (!problems) return top + 1;
      return top - reached((100 * problems) / visits, data.rate_breaks);
    },
    effort(data, firms, visits) {
      const top = data.effort_breaks.length;
      if (!firms) return top + 2;
      if (!visits) return top + 1;
      return top - reached(visits / firms, data.effort_breaks);
    },
    blind(data, firms, visits, problems, least) {
      if (!firms && !visits) return 3;
      if (!visits) return 0;
      return visits < least ? 1 : 2;
    },
  };

  function fill(text, values) {
    const put = (line) => line.replace(/\{(\w+)\}/g, (_, key) => values[key]);
    return { zh: put(text.zh), en: put(text.en) };
  }

  /** A theme with the classes, values and heading of the state. */
  function derive(data, theme, cells) {
    const state = wangge.state;
    const counts = tally(data, state);
    const least = counts.byTownship ? data.least_township : data.least;
    const measure = theme.switches.measure;
    const outside = theme.classes.length;
    if (measure === "local") return tested(data, theme, state, { ...counts, byTownship: false });
    const township = data.townships.indexOf(state.township || "");
    const isIn = inArea(state);
    const assigned = data.of_cell.map((own, cell) => {
      if ((township >= 0 && own !== township) || !isIn(cell)) return outside.toString(36);
      const at = counts.place(cell);
      const { firms, visits, problems } = counts;
      return RULES[measure](data, firms[at], visits[at], problems[at], least).toString(36);
    }).join("");
    return {
      ...theme, assigned, classes: classesOf(data, theme, counts, least),
      unit: unitOf(data, counts, state, measure),
      columns: columnsOf(data, theme, counts, least, measure),
      tally: legendCounts(data, assigned, counts, outside), figures: figuresOf(data, counts, least),
    };
  }

  /** The test was made once, cell by cell for the day of the map: only the township narrows it. */
  function tested(data, theme, state, counts) {
    const township = data.townships.indexOf(state.township || "");
    const outside = theme.classes.length;
    const assigned = data.of_cell.map((own, cell) => (
      township >= 0 && own !== township ? outside.toString(36) : theme.assigned[cell]
    )).join("");
    return {
      ...theme, assigned, classes: classesOf(data, theme, counts, data.least),
      tally: legendCounts(data, assigned, counts, outside),
      figures: figuresOf(data, tally(data, { ...state, unit: "cell" }), data.least),
    };
  }

  /** The first two figures of the strip: problems per 100 visits, and places not seen enough. */
  function figuresOf(data, { firms, visits, problems, byTownship }, least) {
    const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
    const seen = sum(visits);
    const work = firms.reduce((n, own, at) => n + (own > 0 || visits[at] > 0 ? 1 : 0), 0);
    const blind = firms.reduce(
      (n, own, at) => n + ((own > 0 || visits[at] > 0) && visits[at] < least ? 1 : 0), 0);
    const named = byTownship ? data.texts.blind_townships : data.texts.blind_cells;
    return [
      { value: seen ? ((100 * sum(problems)) / seen).toFixed(1) : "–",
        label: fill(data.texts.rate_figure, { visits: seen.toLocaleString("en") }) },
      { value: `${blind}/${work}`, label: named, tone: blind ? "bad" : "" },
    ];
  }

  function classesOf(data, theme, counts, least) {
    const named = (entry) => {
      if (!counts.byTownship || !entry.label.zh.includes(`${data.least} 次`)) return entry;
      const put = (text) => text.replace(`${data.least} 次`, `${least} 次`);
      const label = { zh: put(entry.label.zh), en: entry.label.en.replace(`${data.least} `, `${least} `) };
      return { ...entry, label };
    };
    const outside = { fill: "#f6f7f9", hatch: null, label: data.texts.outside, listed: false };
    return [...theme.classes.map(named), outside];
  }

  /** The number of cells, or of townships, in each class. */
  function legendCounts(data, assigned, counts, outside) {
    const numbers = new Array(outside + 1).fill(0);
    const seen = new Set();
    data.of_cell.forEach((own, cell) => {
      // A township is counted by a cell of it that is shown, should only a part of it be.
      const isOut = parseInt(assigned[cell], 36) === outside;
      if (counts.byTownship && (isOut || seen.has(own))) return;
      seen.add(own);
      numbers[parseInt(assigned[cell], 36)] += 1;
    });
    return numbers;
  }

  function unitOf(data, counts, state, measure) {
    const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
    const week = data.weeks[counts.last];
    return fill(data.texts[measure], {
      visits: sum(counts.visits).toLocaleString("en"), firms: sum(counts.firms).toLocaleString("en"),
      from: isAlone(state) ? week.first : data.weeks[0].first, to: week.last,
    });
  }

  function columnsOf(data, theme, counts, least, measure) {
    const { firms, visits, problems, place } = counts;
    const each = (value) => data.of_cell.map((_, cell) => value(place(cell)));
    const one = (number) => Math.round(number * 10) / 10;
    const rate = {
      label: data.texts.columns[0], sorts: measure !== "effort",
      values: each((at) => (visits[at] >= least ? one((100 * problems[at]) / visits[at]) : null)),
    };
    const effort = {
      label: data.texts.columns[4], sorts: true,
      values: each((at) => (firms[at] ? Math.round((100 * visits[at]) / firms[at]) / 100 : null)),
    };
    const rest = [visits, problems, firms].map((numbers, index) => ({
      label: data.texts.columns[index + 1], values: each((at) => numbers[at]), sorts: false,
      // What the number opens in a page: the records of this cell, or of its township.
      records: ["visits", "problems", "register"][index], ofTownship: counts.byTownship,
    }));
    // The neighbourhood test was made once, for the day of the map.
    const isWhole = counts.last === data.current && !counts.byTownship && !counts.first;
    const tested = isWhole ? theme.columns.filter((column) => column.label.zh === data.texts.tested) : [];
    return measure === "effort" ? [effort, rate, ...rest] : [rate, ...rest, ...tested];
  }
})();
