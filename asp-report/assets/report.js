(function () {
  "use strict";
  const element = document.getElementById("chart-data");
  const host = document.getElementById("charts");
  if (!element || !host) return;
  const data = JSON.parse(element.textContent);
  const span = Math.max(data.to - data.from, 1e-3);
  const whole = [data.base + data.from - span * 0.01, data.base + data.to + span * 0.01];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = () => "12px " + getComputedStyle(document.body).fontFamily;
  const plots = [];
  let drawn = 0;
  let isZooming = false;

  // From which distance of ticks on, the text of a tick, and what is added where a year, month, day, hour, minute begins.
  const day = "\n{D} {MMM} {YYYY}";
  const minute = "\n{D} {MMM} {HH}:{mm}";
  const DATES = [
    [31536000, "{YYYY}", null, null, null, null, null, null, 1],
    [2419200, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [60, "{HH}:{mm}", day, null, "\n{D} {MMM}", null, null, null, 1],
    [1, "{HH}:{mm}:{ss}", day, null, "\n{D} {MMM}", null, null, null, 1],
    [0.001, ":{ss}.{fff}", minute, null, minute, null, "\n{HH}:{mm}", null, 1],
  ];

  function formatted(value) {
    if (value == null) return "";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(4);
    return value.toLocaleString("en", { maximumSignificantDigits: Math.max(6, String(Math.trunc(size)).length) });
  }

  function zoom(min, max) {
    if (isZooming) return;
    isZooming = true;
    for (const plot of plots) plot.setScale("x", { min, max });
    isZooming = false;
  }

  // Lines of one chart on the times of all of them.
  function table(lines) {
    const tables = lines.map((line) => [line.times.map((time) => data.base + time), line.values]);
    for (const [times] of tables) {
      // Several values at one instant stand side by side.
      for (let k = 1; k < times.length; k++) {
        if (times[k] <= times[k - 1]) times[k] = times[k - 1] + 1e-6;
      }
    }
    return tables.length === 1 ? tables[0] : uPlot.join(tables, tables.map(() => [1, 1]));
  }

  function options(chart, width) {
    const isNarrow = width < 560;
    const axis = { stroke: () => css("--muted"), font: font(), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { stroke: () => css("--line"), width: 1, size: 5 } };
    const longest = Math.max(...chart.lines.map((line) => line.times.length));
    const series = chart.lines.map((line) => {
      const colour = () => css("--c" + line.colour);
      const count = line.times.length;
      // Few values, and few over many, are marks on a line. States, as a position, hold until they change.
      const isMark = !chart.is_rate && (count <= 24 || (count <= 1000 && longest > 5 * count));
      const isStepped = chart.is_rate || new Set(line.values).size <= 12;
      return {
        label: line.label,
        stroke: colour,
        width: isMark ? 0 : line.is_other ? 1.5 : 1.75,
        dash: line.is_other ? [5, 4] : undefined,
        fill: chart.is_rate && chart.lines.length === 1 ? () => css("--wash") : undefined,
        paths: isMark ? () => null : isStepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear(),
        points: { show: isMark || (!chart.is_rate && count <= 120), size: isMark ? 6 : 5, width: line.is_other ? 1.5 : 1, fill: line.is_other ? () => css("--surface") : colour, stroke: colour },
        spanGaps: true,
        value: (_, value) => formatted(value),
      };
    });
    return {
      width,
      height: isNarrow ? 200 : 240,
      tzDate: (time) => uPlot.tzDate(new Date(time * 1e3), "Etc/UTC"),
      padding: [8, isNarrow ? 8 : 16, 0, 0],
      cursor: {
        sync: { key: "run" },
        focus: { prox: 24 },
        points: { size: 7 },
        drag: { x: true, y: false, dist: 6 },
        bind: { dblclick: () => () => { zoom(whole[0], whole[1]); return null; } },
      },
      focus: { alpha: 0.4 },
      legend: { live: true, markers: { width: 0, fill: (plot, k) => plot.series[k].stroke(plot, k) } },
      scales: {
        x: { time: true, range: (_, min, max) => [min, max] },
        y: { range: (_, min, max) => {
          if (min == null) return [0, 1];
          if (chart.is_rate) return [0, max > 0 ? max * 1.06 : 1];
          const room = max > min ? (max - min) * 0.07 : Math.max(Math.abs(max) * 0.05, 0.5);
          return [min - room, max + room];
        } },
      },
      axes: [
        Object.assign({ space: isNarrow ? 60 : 76, size: 42, values: DATES }, axis),
        Object.assign({ size: isNarrow ? 52 : 66, values: (_, ticks) => ticks.map(formatted) }, axis),
      ],
      series: [{ label: "time", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" }].concat(series),
      hooks: {
        setScale: [(plot, key) => { if (key === "x" && plots.includes(plot)) zoom(plot.scales.x.min, plot.scales.x.max); }],
        draw: [(plot) => { if (!plot.wasDrawn) { plot.wasDrawn = true; drawn += 1; } }],
      },
    };
  }

  const shown = (plot) => plot.clientWidth || host.clientWidth || 320;
  for (const chart of data.charts) {
    const box = document.createElement("div");
    box.className = "chart";
    const title = document.createElement("h3");
    title.textContent = chart.title;
    const place = document.createElement("div");
    place.className = "plot";
    box.append(title, place);
    if (chart.note) {
      const note = document.createElement("p");
      note.className = "note";
      note.textContent = chart.note;
      box.append(note);
    }
    host.append(box);
    const plot = new uPlot(options(chart, shown(place)), table(chart.lines), place);
    plots.push(plot);
    new ResizeObserver(() => {
      const width = shown(place);
      if (Math.abs(width - plot.width) > 1) plot.setSize({ width, height: plot.height });
    }).observe(place);
  }
  zoom(whole[0], whole[1]);

  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const { min, max } = plots[0].scales.x;
      const middle = (min + max) / 2;
      const half = ((max - min) / 2) * Number(button.dataset.zoom);
      if (button.dataset.zoom === "all") zoom(whole[0], whole[1]);
      else zoom(Math.max(middle - half, whole[0]), Math.min(middle + half, whole[1]));
    });
  }
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => { for (const plot of plots) plot.redraw(false, true); });

  // For tests: how many charts were drawn, and on how many there is something to see, in the colours of their lines.
  function check() {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    let visible = 0;
    data.charts.forEach((chart, k) => {
      const { canvas } = plots[k].ctx;
      probe.canvas.width = canvas.width;
      probe.canvas.height = canvas.height;
      probe.drawImage(canvas, 0, 0);
      const pixels = probe.getImageData(0, 0, canvas.width, canvas.height).data;
      const isSeen = chart.lines.every((line) => {
        const [red, green, blue] = css("--c" + line.colour).match(/\w\w/g).map((part) => parseInt(part, 16));
        for (let at = 0; at < pixels.length; at += 4) {
          const far = Math.abs(pixels[at] - red) + Math.abs(pixels[at + 1] - green) + Math.abs(pixels[at + 2] - blue);
          if (pixels[at + 3] > 200 && far < 24) return true;
        }
        return false;
      });
      if (isSeen) visible += 1;
    });
    const root = document.documentElement.dataset;
    root.charts = data.charts.length;
    root.drawn = drawn;
    root.visible = visible;
    const third = (whole[1] - whole[0]) / 3;
    plots[0].setScale("x", { min: whole[0] + third, max: whole[1] - third });
    const area = plots[0].over.getBoundingClientRect();
    const middle = { clientX: area.left + area.width / 2, clientY: area.top + area.height / 2, bubbles: true };
    for (const kind of ["mouseenter", "mousemove"]) plots[0].over.dispatchEvent(new MouseEvent(kind, middle));
    setTimeout(() => {
      root.zoomed = plots.filter((plot) => Math.abs(plot.scales.x.max - plot.scales.x.min - third) < third / 100).length;
      root.hovered = plots.filter((plot) => plot.root.querySelector(".u-value").textContent.includes(":")).length;
    }, 0);
    root.wide = document.documentElement.scrollWidth > innerWidth;
  }
  // uPlot draws in a microtask.
  if (location.hash === "#check") setTimeout(check, 0);
})();
