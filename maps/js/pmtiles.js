/*
 * pmtiles.js: the county's own lines and names from one PMTiles file of our host.
 */
"use strict";
(function () {
  const wangge = window.wangge;
  const FONT = '"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif';

  function line(dataLayer, color, width, more) {
    return { dataLayer, symbolizer: new protomapsL.LineSymbolizer({ color, width, ...more }) };
  }

  function name(kind, symbolizer, minzoom) {
    return { dataLayer: "places", minzoom, symbolizer, filter: (_, feature) => feature.props.kind === kind };
  }

  wangge.pmtiles = function (id) {
    const data = wangge.data(id);
    const text = (font, fill) => new protomapsL.CenteredTextSymbolizer({
      labelProps: ["name"], font: `${font} ${FONT}`, fill, stroke: "#ffffff", width: 3,
    });
    const along = (fill) => new protomapsL.LineLabelSymbolizer({
      labelProps: ["name"], font: `italic 12px ${FONT}`, fill, stroke: "#ffffff", width: 3,
    });
    return protomapsL.leafletLayer({
      url: data.address,
      attribution: "",
      pane: "wg-lines",
      noWrap: true,
      maxDataZoom: data.deepest,
      paintRules: [
        line("rivers", "#7fb4dc", 2.4),
        line("roads", "#8b7d6b", 1.1, { dash: [5, 3] }),
        line("borders", "#45556b", 1.3),
      ],
      labelRules: [
        name("township", text("600 13px", "#1d2733"), 0),
        { dataLayer: "rivers", minzoom: 10, symbolizer: along("#2f6ea3") },
        { dataLayer: "roads", minzoom: 12, symbolizer: along("#6b5f50") },
        name("village", text("400 11px", "#4a5666"), 12),
      ],
    });
  };
})();
