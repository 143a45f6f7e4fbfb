// A figure: panels below each other with the same x axis. A pointer or a slider reads values; zoom applies to all panels.
//
// The figure to draw is an object:
//   x            ascending numbers
//   formatX      (number) => text with its unit, for the values shown
//   axis         {label, values: (splits, increment) => texts}
//   bands        [[from, to], …] in x, shaded
//   bandName     the name of the bands
//   panels       [{label of the y axis: its unit, format: (number) => text, series: [{name, values}]}]
"use strict";

const LINES = [
  { colour: "--plot-1", dash: [] },
  { colour: "--plot-2", dash: [7, 4] },
  { colour: "--plot-3", dash: [2, 3] },
];

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Figure {
  constructor(section, drawn) {
    this.drawn = drawn;
    this.root = section.querySelector(".plot-figure");
    this.slider = this.root.querySelector("input[type=range]");
    this.slider.max = drawn.x.length - 1;
    this.root.hidden = false;
    section.querySelector(".without-script").hidden = true;
    const container = this.root.querySelector(".panels");
    const description = section.querySelector(".plot-text").textContent;
    this.panels = drawn.panels.map((panel, number) => this.addPanel(container, panel, number, description));
    this.listen();
    this.fillTableWhenOpened();
    this.slider.value = Math.floor(drawn.x.length / 2);
    this.readSoon();
  }

  addPanel(container, panel, number, description) {
    const readout = element("div", { className: "readout" });
    const names = panel.series.map((series) => series.name).join(", ");
    const name = `${names} in ${panel.label}. ${description}`;
    const canvas = element("div", { className: "canvas", role: "img", ariaLabel: name });
    container.append(element("div", { className: "panel" }, readout, canvas));
    const at = element("span", { className: "at" });
    if (number === 0) readout.append(at);
    const values = panel.series.map((series, index) => {
      const value = element("b");
      const swatch = element("span", { className: "swatch" });
      readout.append(element("span", { className: `line-${index + 1}` }, swatch, `${series.name} `, value));
      return value;
    });
    if (number === 0 && this.drawn.bands.length) {
      readout.append(element("span", {}, element("span", { className: "swatch band" }), this.drawn.bandName));
    }
    const plot = new uPlot(this.options(panel, canvas), [this.drawn.x, ...panel.series.map((one) => one.values)], canvas);
    new ResizeObserver(() => {
      plot.setSize(sizeOf(canvas));
      this.readSoon();
    }).observe(canvas);
    return { ...panel, at, values, plot };
  }

  options(panel, canvas) {
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = {
      font,
      labelFont: font,
      labelSize: 22,
      stroke: () => cssColour("--ink-soft"),
      grid: { stroke: () => cssColour("--rule"), width: 1 },
      ticks: { stroke: () => cssColour("--rule"), width: 1 },
    };
    const few = this.drawn.x.length <= 60;
    return {
      ...sizeOf(canvas),
      tzDate: (seconds) => uPlot.tzDate(new Date(1000 * seconds), "Etc/UTC"),
      legend: { show: false },
      scales: { x: { time: this.drawn.axis.time, range: padded } },
      cursor: { y: false, drag: { x: true, y: false, dist: 8 }, points: { size: 9 } },
      axes: [
        // Room for each mark, enough for “17:34:55” and “617.3045”.
        { ...axis, label: this.drawn.axis.label, space: 84, values: (plot, splits, _axis, _space, step) => this.drawn.axis.values(splits, step) },
        { ...axis, label: panel.label, size: 62 },
      ],
      series: [
        {},
        ...panel.series.map((series, index) => ({
          label: series.name,
          stroke: () => cssColour(LINES[index].colour),
          fill: undefined,
          width: 1.75,
          dash: LINES[index].dash,
          points: { show: few, size: 6, fill: () => cssColour(LINES[index].colour) },
        })),
      ],
      hooks: {
        drawClear: [(plot) => this.shadeBands(plot)],
        setCursor: [(plot) => this.followPointer(plot)],
        setScale: [(plot, key) => this.zoomOthers(plot, key)],
      },
    };
  }

  shadeBands(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.globalAlpha = 0.13;
    ctx.fillStyle = cssColour("--plot-band");
    for (const [from, to] of this.drawn.bands) {
      const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
      if (right > left) ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
    }
    ctx.restore();
  }

  followPointer(plot) {
    if (this.moving || plot.cursor.idx == null) return;
    this.read(plot.cursor.idx, plot);
  }

  // Show the values at a place, and mark the place in all panels.
  read(index, pointedAt = null) {
    this.moving = true;
    const x = this.drawn.x[index];
    const texts = [this.drawn.formatX(x)];
    this.panels.forEach((panel) => {
      panel.at.textContent = texts[0];
      panel.series.forEach((series, number) => {
        const value = series.values[index];
        const text = value == null ? "no value" : panel.format(value);
        panel.values[number].textContent = text;
        texts.push(`${series.name} ${text}`);
      });
      if (panel.plot !== pointedAt) panel.plot.setCursor({ left: panel.plot.valToPos(x, "x"), top: 10 }, false);
    });
    this.slider.value = index;
    this.slider.setAttribute("aria-valuetext", texts.join(", "));
    this.moving = false;
  }

  listen() {
    this.slider.addEventListener("input", () => {
      const index = Number(this.slider.value);
      this.bringIntoView(this.drawn.x[index]);
      this.read(index);
    });
    this.slider.addEventListener("keydown", (event) => {
      const how = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "all" }[event.key];
      if (!how || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.zoom(how);
    });
    for (const button of this.root.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(button.dataset.zoom));
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const { plot } of this.panels) plot.redraw();
    });
  }

  whole() {
    const { x } = this.drawn;
    return padded(null, x[0], x[x.length - 1]);
  }

  // Halve or double the range around the place that is shown, within the data.
  zoom(how) {
    const [low, high] = this.whole();
    const { min, max } = this.panels[0].plot.scales.x;
    const width = how === "all" ? high - low : Math.min(high - low, (max - min) * (how === "in" ? 0.5 : 2));
    const place = this.drawn.x[Number(this.slider.value)];
    const share = Math.min(1, Math.max(0, (place - min) / (max - min)));
    const from = Math.min(high - width, Math.max(low, place - share * width));
    this.setRange(from, from + width);
  }

  bringIntoView(place) {
    const { min, max } = this.panels[0].plot.scales.x;
    if (place < min) this.setRange(place, place + max - min);
    else if (place > max) this.setRange(place - max + min, place);
  }

  setRange(min, max) {
    this.panels[0].plot.setScale("x", { min, max });
  }

  zoomOthers(plot, key) {
    if (key !== "x" || this.zooming || !this.panels) return;
    this.zooming = true;
    const { min, max } = plot.scales.x;
    for (const other of this.panels) if (other.plot !== plot) other.plot.setScale("x", { min, max });
    this.zooming = false;
    this.readSoon();
  }

  // Move the marks back to their place in the data after drawing, because they keep their place on the screen.
  readSoon() {
    this.moving = true;
    queueMicrotask(() => this.read(Number(this.slider.value)));
  }

  fillTableWhenOpened() {
    const details = this.root.querySelector(".plot-values");
    details.addEventListener("toggle", () => this.fillTable(details.querySelector("table")), { once: true });
  }

  fillTable(table) {
    const columns = this.drawn.panels.flatMap((panel) => panel.series.map((series) => ({ ...series, format: panel.format })));
    const heading = (text, scope) => element("th", { scope }, text);
    table.append(
      element("thead", {}, element("tr", {}, heading(this.drawn.axis.label, "col"), ...columns.map((column) => heading(column.name, "col")))),
    );
    const body = element("tbody");
    this.drawn.x.forEach((x, index) => {
      const cells = columns.map(({ values, format }) => element("td", {}, values[index] == null ? "–" : format(values[index])));
      body.append(element("tr", {}, heading(this.drawn.formatX(x), "row"), ...cells));
    });
    table.append(body);
  }
}

function sizeOf(box) {
  return { width: Math.max(50, box.clientWidth), height: Math.max(50, box.clientHeight) };
}

// A little room on both sides of the data; more if there is only one place.
function padded(_plot, min, max) {
  if (min == null) return [0, 1];
  if (min === max) return [min - 0.5, max + 0.5];
  return [min, max];
}
