(function () {
  "use strict";
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const root = document.documentElement;
  const by = (id) => document.getElementById(id);
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  // `#probe=5` lets a test see the page: it looks at so many snapshots, and says in attributes what it has drawn.
  const probe = Number((/^#probe=(\d+)$/.exec(location.hash) || [])[1] || 0);
  // How long charts go back while the run goes on, in seconds, how many points and lines they have, and over what a rate is taken.
  const WINDOW = 120;
  const POINTS = 1600;
  const LINES = 6;
  const SPAN = 1;

  const times = [];
  const counts = [];
  const lags = [];
  let last = null;
  let seen = 0;
  let isOver = false;

  function grouped(value) {
    return Math.round(value).toLocaleString("en");
  }
  function rough(value) {
    if (value >= 1e9) return (value / 1e9).toPrecision(3) + " G";
    if (value >= 1e6) return (value / 1e6).toPrecision(3) + " M";
    if (value >= 1e4) return (value / 1e3).toPrecision(3) + " k";
    if (value >= 100 || value === 0) return String(Math.round(value));
    return value.toPrecision(2);
  }
  function brief(seconds) {
    if (seconds === 0) return "0";
    if (seconds < 1e-6) return Math.round(seconds * 1e9) + " ns";
    if (seconds < 1e-3) return (seconds * 1e6).toPrecision(3) + " µs";
    if (seconds < 1) return (seconds * 1e3).toPrecision(3) + " ms";
    if (seconds < 120) return seconds.toFixed(1) + " s";
    if (seconds < 7200) return Math.floor(seconds / 60) + " min " + Math.floor(seconds % 60) + " s";
    if (seconds < 172800) return (seconds / 3600).toFixed(1) + " h";
    return (seconds / 86400).toFixed(1) + " days";
  }
  function put(id, text) {
    const element = by(id);
    if (element.textContent !== text) element.textContent = text;
  }
  // 2025-01-01T12:00:00.123456789Z as people read it, without what is too small to see.
  function clock(time) {
    const [, day, hour, fraction] = /^(.*)T(.*?)(\.\d+)?Z$/.exec(time) || [null, time, "", ""];
    return day + " " + hour + (fraction || "").slice(0, 4);
  }

  // Rows are used again, so that what is selected stays so.
  function fill(body, rows, numbers) {
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((cells, k) => {
      const row = body.rows[k] || body.insertRow();
      cells.forEach((text, column) => {
        let cell = row.cells[column];
        if (!cell) {
          cell = row.insertCell();
          if (numbers && column > 0) cell.className = "number";
        }
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  // The events of each stream a second, over the last second or so.
  function ratesAt(index) {
    let from = index;
    while (from > 0 && times[index] - times[from] < SPAN) from--;
    const took = times[index] - times[from];
    const rates = new Map();
    if (took > 0) {
      for (const [name, count] of counts[index]) rates.set(name, (count - (counts[from].get(name) || 0)) / took);
    }
    return rates;
  }

  const rates = [];
  const plots = {};

  function plot(id, names, data, value) {
    const place = by(id);
    const key = names.join("\n");
    const width = place.clientWidth || 320;
    const isNarrow = width < 560;
    const font = "12px " + getComputedStyle(document.body).fontFamily;
    const known = plots[id];
    // Of a run that is over all of it is shown.
    const end = data[0][data[0].length - 1];
    const scale = { min: isOver ? data[0][0] : Math.max(end - WINDOW, data[0][0]), max: end };
    if (scale.max - scale.min < 5 && !isOver) scale.max = scale.min + 5;
    if (scale.max <= scale.min) scale.max = scale.min + 1;
    if (known && known.key === key) {
      if (Math.abs(width - known.width) > 1) known.setSize({ width, height: known.height });
      known.setData(data, false);
      known.batch(() => {
        known.setScale("x", scale);
        known.setScale("y", top(data, scale));
      });
      return;
    }
    if (known) known.destroy();
    const axis = { stroke: () => css("--muted"), font, grid: { stroke: () => css("--grid"), width: 1 }, ticks: { stroke: () => css("--line"), width: 1, size: 5 } };
    const series = names.map((name, k) => {
      const colour = () => css("--c" + Math.min(k, 6));
      const only = names.length === 1;
      return { label: name, stroke: colour, width: 1.75, fill: only ? () => css("--wash") : undefined, points: { show: false }, value: (_, shown) => (shown == null ? "" : value(shown)) };
    });
    plots[id] = new uPlot({
      width,
      height: isNarrow ? 190 : 220,
      padding: [8, isNarrow ? 8 : 16, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      legend: { live: true, markers: { width: 0, fill: (chart, k) => chart.series[k].stroke(chart, k) } },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        Object.assign({ space: isNarrow ? 60 : 76, size: 30, values: (_, ticks) => ticks.map((tick) => tick + " s") }, axis),
        Object.assign({ size: isNarrow ? 62 : 70, values: (_, ticks) => ticks.map(value) }, axis),
      ],
      series: [{ label: "s" }].concat(series),
      hooks: { draw: [(chart) => { root.dataset[id === "rates-plot" ? "drawn" : "lagged"] = chart.draws = (chart.draws || 0) + 1; }] },
    }, data, place);
    plots[id].key = key;
    plots[id].batch(() => {
      plots[id].setScale("x", scale);
      plots[id].setScale("y", top(data, scale));
    });
  }

  function top(data, scale) {
    let most = 0;
    for (const line of data.slice(1)) {
      line.forEach((value, k) => { if (value > most && data[0][k] >= scale.min) most = value; });
    }
    return { min: 0, max: most > 0 ? most * 1.06 : 1 };
  }

  function drawRates() {
    const totals = counts[counts.length - 1];
    const names = [...totals.keys()].sort((one, other) => totals.get(other) - totals.get(one));
    const shown = names.slice(0, LINES).sort();
    const data = [times.slice()];
    for (const name of shown) data.push(rates.map((rate) => rate.get(name) ?? null));
    const rest = names.slice(LINES);
    if (rest.length > 0) {
      data.push(rates.map((rate) => rest.reduce((sum, name) => sum + (rate.get(name) || 0), 0)));
      shown.push(rest.length + " others");
    }
    if (shown.length > 0) plot("rates-plot", shown, data, rough);
  }

  // Where the graph has room for a count: under the labels of streams, and under the boxes of strategies.
  const picture = document.querySelector(".picture svg");
  const marks = { streams: new Map(), strategies: new Map() };
  function mark(group, rectangle) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rectangle.getAttribute(name)));
    text.setAttribute("class", "count");
    text.setAttribute("text-anchor", "middle");
    text.setAttribute("x", x + width / 2);
    text.setAttribute("y", y + height + 13);
    group.append(text);
    return text;
  }
  if (picture) {
    const names = new Map(facts.streams);
    for (const rectangle of picture.querySelectorAll("rect.stream")) {
      const group = rectangle.parentNode;
      const name = names.get(group.textContent.trim());
      if (name !== undefined) marks.streams.set(name, mark(group, rectangle));
    }
    picture.querySelectorAll("g.strategy").forEach((group, k) => {
      marks.strategies.set(facts.strategies[k], mark(group, group.querySelector("rect")));
    });
  }

  function note(elapsed, streams, lag) {
    if (elapsed <= times[times.length - 1]) return;
    times.push(elapsed);
    counts.push(streams);
    rates.push(ratesAt(times.length - 1));
    lags.push(lag);
    // What is long ago is kept in fewer points.
    if (times.length > POINTS) {
      for (const list of [times, counts, rates, lags]) {
        list.splice(0, POINTS / 2, ...list.slice(0, POINTS / 2).filter((_, k) => k % 2 === 0));
      }
    }
  }

  function show(shot) {
    last = shot;
    note(shot.elapsed, new Map(shot.streams.map(([name, fed, emitted]) => [name, fed + emitted])), shot.live ? shot.behind : null);
    isOver = shot.over;
    const now = rates[rates.length - 1];
    // The rate after the end is none; that on the way there says more.
    const all = shot.over && shot.elapsed > 0 ? shot.events / shot.elapsed : [...now.values()].reduce((sum, rate) => sum + rate, 0);
    put("phase", shot.phase);
    by("phase").className = "chip" + (shot.failed ? " bad" : shot.live || shot.over ? " good" : "");
    put("now-value", clock(shot.now));
    put("rate-value", (shot.over ? "⌀ " : "") + rough(all));
    put("dispatched-value", grouped(shot.dispatched));
    put("pending-value", grouped(shot.pending));
    put("tasks-value", grouped(shot.tasks));
    put("elapsed-value", brief(shot.elapsed));
    put("behind-value", shot.behind != null ? brief(shot.behind) : shot.max_behind > 0 ? "at most " + brief(shot.max_behind) : "–");
    const passed = (Date.parse(shot.now) - Date.parse(shot.start)) / 1e3 / shot.elapsed;
    put("speed-value", shot.live ? "× 1" : passed > 0 ? "× " + rough(passed) : "–");
    const bar = by("progress");
    bar.hidden = shot.progress == null || shot.live;
    if (!bar.hidden) bar.firstElementChild.style.width = (shot.over && !shot.failed ? 1 : shot.progress) * 100 + "%";
    const oddities = ["skipped", "clamped", "errors", "missed", "dropped"].filter((name) => shot[name] > 0);
    by("oddities").hidden = oddities.length === 0;
    put("oddities", oddities.map((name) => grouped(shot[name]) + " " + name).join(", "));
    fill(by("streams"), shot.streams.map(([name, fed, emitted, waiting, dropped]) =>
      [name, grouped(fed + emitted), rough(now.get(name) || 0), waiting ? grouped(waiting) : "", dropped ? grouped(dropped) : ""]), true);
    fill(by("strategies"), shot.strategies.map((row) => [row[0], ...row.slice(1).map(grouped)]), true);
    by("unlisted").hidden = shot.unlisted === 0;
    put("unlisted", grouped(shot.unlisted) + " streams and strategies are not listed.");
    for (const [name, fed, emitted] of shot.streams) {
      const text = marks.streams.get(name);
      if (text) text.textContent = grouped(fed + emitted);
    }
    for (const [name, , calls, timers] of shot.strategies) {
      const text = marks.strategies.get(name);
      const parts = [calls > 0 && grouped(calls) + " pending", timers > 0 && grouped(timers) + (timers === 1 ? " timer" : " timers")];
      if (text) text.textContent = parts.filter(Boolean).join(", ");
    }
    drawRates();
    if (lags.some((lag) => lag != null)) {
      by("lag-plot").hidden = false;
      put("lag-note", "The most by which an item was late, from one look to the next; at most " + brief(shot.max_behind) + " at all.");
      plot("lag-plot", ["behind"], [times.slice(), lags.slice()], brief);
    }
    document.title = (shot.over ? shot.phase : rough(all) + "/s") + " · " + facts.title;
  }

  function showEvents(events) {
    by("no-events").hidden = events.length > 0;
    by("events-table").hidden = events.length === 0;
    fill(by("last"), events.slice().reverse().map((event) => [clock(event.time), event.stream, event.payload]), false);
  }

  function told(message) {
    if (message.run !== facts.run) return location.reload();
    // A page that has lost its connection has a gap; one that is new begins with what was seen before.
    if (message.past && times.length === 0) {
      for (const look of message.past) note(look.elapsed, new Map(look.streams), look.behind);
    }
    if (message.snapshot) show(message.snapshot);
    if (message.events) showEvents(message.events);
    if (message.summary !== undefined) {
      by("summary").hidden = false;
      put("summary", message.summary);
      if (!last) put("phase", "over");
      isOver = true;
    }
    put("connection", isOver ? "the program still shows what was seen" : "seen as it goes on");
    if (message.snapshot) {
      seen += 1;
      if (probe > 0 && seen >= probe) report();
    }
  }

  // For tests.
  function report() {
    source.close();
    const canvas = document.querySelector("#rates-plot canvas");
    const pixels = canvas ? canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data : [];
    const [red, green, blue] = css("--c0").match(/\w\w/g).map((part) => parseInt(part, 16));
    let visible = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      const far = Math.abs(pixels[at] - red) + Math.abs(pixels[at + 1] - green) + Math.abs(pixels[at + 2] - blue);
      if (pixels[at + 3] > 200 && far < 24) visible += 1;
    }
    Object.assign(root.dataset, {
      snapshots: seen,
      visible: visible > 0,
      phase: last.phase,
      streams: by("streams").rows.length,
      events: by("last").rows.length,
      counted: [...marks.streams.values()].filter((text) => text.textContent !== "").length,
      wide: root.scrollWidth > innerWidth,
      ready: true,
    });
  }

  const source = new EventSource("events");
  source.onmessage = (event) => told(JSON.parse(event.data));
  source.onerror = () => {
    put("connection", "the program does not answer; trying again");
    if (!isOver) by("phase").className = "chip gone";
  };
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => Object.values(plots).forEach((chart) => chart.redraw(false, true)));
})();
