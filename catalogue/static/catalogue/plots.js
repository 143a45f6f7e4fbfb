// Draws the two figures of a cube, its seeing and its line profile, from the data in the page.
"use strict";

function dataOf(id) {
  const data = document.getElementById(id);
  return data && JSON.parse(data.textContent);
}

function utcText(seconds, digits) {
  return new Date(1000 * seconds).toISOString().slice(0, digits);
}

function seconds(iso) {
  return iso === null ? null : Date.parse(iso) / 1000;
}

// Points in the order of x, without those that have no x.
function ordered(x, ...columns) {
  const indices = [...x.keys()].filter((index) => x[index] !== null).sort((a, b) => x[a] - x[b]);
  return [x, ...columns].map((column) => indices.map((index) => column[index]));
}

function seeingFigure(seeing) {
  const inCm = (metres) => metres.map((value) => (value === null ? null : 100 * value));
  const [x, low, all] = ordered(seeing.times.map(seconds), inCm(seeing.r0_low), inCm(seeing.r0_low_and_high));
  return {
    x,
    formatX: (time) => `${utcText(time, 19).replace("T", " ")} UTC`,
    axis: {
      label: "Time (UTC)",
      time: true,
      values: (splits, step) => splits.map((time) => utcText(time, step < 60 ? 19 : 16).slice(step < 86400 ? 11 : 0)),
    },
    bands: seeing.scans.map((scan) => [seconds(scan.begin), seconds(scan.end)]).filter((ends) => !ends.includes(null)),
    bandName: "scans",
    panels: [
      {
        label: "r₀ (cm)",
        format: (value) => `${value.toFixed(1)} cm`,
        series: [
          { name: "low altitudes", values: low },
          { name: "low and high altitudes", values: all },
        ],
      },
    ],
  };
}

const SUPERSCRIPTS = { "-": "⁻", "+": "", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

function superscript(number) {
  return [...String(number)].map((sign) => SUPERSCRIPTS[sign] ?? sign).join("");
}

// Units as FITS writes them, “W m^-2”, in the notation of papers.
function unitText(unit) {
  return unit.replace(/(?:\^|\*\*)\(?([+-]?\d+)\)?/g, (_all, power) => superscript(power));
}

// A panel of intensities, scaled by a power of ten that gives readable numbers.
function intensityPanel(names, columns, unit) {
  const largest = Math.max(0, ...columns.flat().map((value) => Math.abs(value ?? 0)));
  const power = largest ? Math.floor(Math.log10(largest)) : 0;
  const exponent = power < -2 || power > 3 ? power : 0;
  const whole = [exponent ? `10${superscript(exponent)}` : "", unitText(unit)].filter(Boolean).join(" ");
  return {
    label: whole || "unit not stated",
    format: (value) => `${value.toPrecision(4).replace("-", "−")}${whole ? ` ${exponent ? "× " : ""}${whole}` : ""}`,
    series: names.map((name, index) => ({
      name,
      values: columns[index].map((value) => (value === null ? null : value / 10 ** exponent)),
    })),
  };
}

function lineProfileFigure(profile) {
  const names = Object.keys(profile.stokes);
  const [x, ...columns] = ordered(profile.wavelengths, ...Object.values(profile.stokes));
  const panel = (from, to) => intensityPanel(names.slice(from, to), columns.slice(from, to), profile.units.intensity);
  return {
    x,
    formatX: (wavelength) => `${wavelength.toFixed(4)} nm`,
    axis: {
      label: "Wavelength (nm)",
      time: false,
      values: (splits, step) => splits.map((value) => value.toFixed(Math.min(6, Math.max(0, Math.ceil(-Math.log10(step)))))),
    },
    bands: [],
    bandName: "",
    // Q, U and V are much smaller than I.
    panels: names.length > 1 ? [panel(0, 1), panel(1)] : [panel(0)],
  };
}

for (const [name, figure] of [
  ["seeing", seeingFigure],
  ["line-profile", lineProfileFigure],
]) {
  const data = dataOf(`${name}-data`);
  const drawn = data && figure(data);
  if (drawn && drawn.x.length) new Figure(document.querySelector(`[data-plot="${name}"]`), drawn);
}
