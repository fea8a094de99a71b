// A document that was missed is shown on the picture of a page: a rectangle drawn over its title, or a line clicked,
// leads to the form. Without this file, and by keyboard, the lines of a page of its own are links to the same form.
"use strict";

const area = document.querySelector("[data-draw]");
if (area) {
  const SVG = "http://www.w3.org/2000/svg";
  // A pointer that moved less than this (pixels) has clicked.
  const STILL = 5;
  const start = area.querySelector("[data-draw-start]");
  const hint = area.querySelector("[data-draw-hint]");
  const says = document.querySelector("[data-draw-says]");
  let drawing = "drawing" in area.dataset;
  let drawn = null;
  let drew = false;

  const sheetsOf = () => [...area.querySelectorAll(".sheet[data-page]")].filter((sheet) => sheet.offsetParent);

  // The page that is most in view.
  function pageInView() {
    const room = area.getBoundingClientRect();
    const top = Math.max(room.top, 0), bottom = Math.min(room.bottom, innerHeight);
    const seen = (sheet) => {
      const box = sheet.getBoundingClientRect();
      return Math.min(box.bottom, bottom) - Math.max(box.top, top);
    };
    return sheetsOf().sort((one, other) => seen(other) - seen(one))[0]?.dataset.page;
  }

  function setDrawing(on) {
    drawing = on;
    area.toggleAttribute("data-drawing", on);
    hint.hidden = !on;
  }

  // With the mouse or a pen the mode is here; a finger scrolls, and keys need lines to move to: they get the page.
  start?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.detail && /^(mouse|pen)$/.test(event.pointerType ?? "")) {
      event.preventDefault();
      setDrawing(!drawing);
      return;
    }
    const page = pageInView();
    if (page) start.href = `${area.dataset.draw}?page=${page}`;
  });

  // Where the pointer is on the page, in its points.
  function place(svg, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const { width, height } = svg.viewBox.baseVal;
    return { x: Math.max(0, Math.min(width, point.x)), y: Math.max(0, Math.min(height, point.y)) };
  }

  const number = (element, name) => Number(element.getAttribute(name));
  const overlaps = (a, aLength, b, bLength) => {
    const common = Math.min(a + aLength, b + bLength) - Math.max(a, b);
    return common > 0 && 2 * common >= Math.min(aLength, bLength);
  };
  // The lines that the server will find: drawn over by half, each way.
  const under = (svg, box) => [...svg.querySelectorAll("rect:not(.drawn)")].filter((line) =>
    overlaps(box.x, box.width, number(line, "x"), number(line, "width"))
    && overlaps(box.y, box.height, number(line, "y"), number(line, "height")));

  function boxTo(event) {
    const { svg, from } = drawn, to = place(svg, event);
    return {
      x: Math.min(from.x, to.x), y: Math.min(from.y, to.y),
      width: Math.max(Math.abs(to.x - from.x), 1), height: Math.max(Math.abs(to.y - from.y), 1),
    };
  }

  function stop() {
    if (!drawn) return;
    drawn.shape?.remove();
    drawn.svg.querySelectorAll(".under").forEach((line) => line.classList.remove("under"));
    drawn = null;
  }

  area.addEventListener("pointerdown", (event) => {
    drew = false;
    if (!drawing || event.button || event.pointerType === "touch") return;
    const svg = event.target.closest(".sheet[data-page]")?.querySelector("svg");
    if (!svg) return;
    stop();
    drawn = { svg, from: place(svg, event), x: event.clientX, y: event.clientY, shape: null };
  });
  area.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    // The button was let go where this page does not hear of it.
    if (!event.buttons) {
      stop();
      return;
    }
    if (!drawn.shape) {
      if (Math.hypot(event.clientX - drawn.x, event.clientY - drawn.y) < STILL) return;
      drawn.shape = document.createElementNS(SVG, "rect");
      drawn.shape.classList.add("drawn");
      drawn.svg.append(drawn.shape);
      drawn.svg.setPointerCapture(event.pointerId);
    }
    const box = boxTo(event), lines = new Set(under(drawn.svg, box));
    for (const [name, value] of Object.entries(box)) drawn.shape.setAttribute(name, value);
    drawn.svg.querySelectorAll("rect:not(.drawn)").forEach((line) => line.classList.toggle("under", lines.has(line)));
  });
  area.addEventListener("pointerup", (event) => {
    if (!drawn) return;
    const { svg, shape } = drawn, box = boxTo(event);
    // A click on a line follows its link.
    const link = !shape && event.target.closest("[data-line]");
    const found = under(svg, box).length > 0;
    drew = Boolean(shape);
    stop();
    if (link) return;
    if (says && !found) {
      says.textContent = says.dataset.none;
      says.hidden = false;
      return;
    }
    const place = ["x", "y", "width", "height"].map((name) => box[name].toFixed(1)).join(",");
    location.assign(`${area.dataset.draw}?drawn=${svg.closest(".sheet").dataset.page}:${place}`);
  });
  area.addEventListener("pointercancel", stop);
  // Pictures and links are not dragged away, and a drawn rectangle is no click on what lies beneath.
  area.addEventListener("dragstart", (event) => { if (drawing) event.preventDefault(); });
  area.addEventListener("click", (event) => {
    if (!drawing || !event.target.closest(".sheet[data-page]") || event.pointerType === "touch") return;
    // Enter on a link clicks without a pointer.
    if (!event.detail) return;
    if (event.target.closest("[data-line]") && !drew) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawing) return;
    if (drawn) stop();
    else if (start) setDrawing(false);
  });
}
