// The search: the order changes when it is chosen, and a box is drawn on the solar disk.
"use strict";
for (const id of ["id_ordering", "id_group"]) {
  const select = document.getElementById(id);
  select?.addEventListener("change", () => select.form.requestSubmit());
}
document.querySelector(".order .apply")?.setAttribute("hidden", "");

{
  const disk = document.querySelector(".disk");
  const input = disk && document.getElementById(disk.dataset.box);
  if (input) {
    const svg = disk.querySelector("svg"), shown = disk.querySelector(".chosen");
    const STEP = 50, EDGE = 1200, THINNEST = 8;
    disk.hidden = false;

    const read = () => {
      const numbers = input.value.split(",").map(Number);
      return input.value && numbers.length === 4 && numbers.every(Number.isFinite) ? numbers : null;
    };
    const draw = () => {
      const box = read();
      shown.toggleAttribute("hidden", !box);
      if (!box) return;
      const [left, bottom, right, top] = box;
      shown.setAttribute("x", left);
      shown.setAttribute("y", -top);
      shown.setAttribute("width", Math.max(right - left, THINNEST));
      shown.setAttribute("height", Math.max(top - bottom, THINNEST));
    };
    const write = (a, b) => {
      const [x, y] = [0, 1].map((axis) => [a[axis], b[axis]].map(Math.round).sort((one, other) => one - other));
      input.value = [x[0], y[0], x[1], y[1]].join(",");
      draw();
    };
    const place = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [at.x, -at.y].map((value) => Math.min(Math.max(value, -EDGE), EDGE));
    };

    let start = null;
    svg.addEventListener("pointerdown", (event) => {
      start = place(event);
      svg.setPointerCapture(event.pointerId);
      write(start, start);
    });
    svg.addEventListener("pointermove", (event) => start && write(start, place(event)));
    svg.addEventListener("pointerup", () => { start = null; });
    svg.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
      if (!move) return;
      event.preventDefault();
      const [left, bottom, right, top] = read() ?? [-100, -100, 100, 100];
      const [x, y] = move;
      if (event.shiftKey) write([left, bottom], [Math.max(right + x, left), Math.max(top + y, bottom)]);
      else write([left + x, bottom + y], [right + x, top + y]);
    });
    input.addEventListener("input", draw);
    draw();
  }
}
