// The review by hand and by keyboard: what belongs together is lit on both sides, findings are settled by single keys.
// Every link and form works without this file.
"use strict";

// --- the printed page and the text, lit together ---

const bench = document.querySelector(".bench");
if (bench) {
  const sheets = bench.querySelector("[data-sheets]");
  const boxes = (block) => (sheets ? sheets.querySelectorAll(`rect[data-of="${block}"]`) : []);
  const blockOf = (target) => target instanceof Element && target.closest("[data-block]");
  let lit = null;

  function light(block) {
    if (block === lit) return;
    if (lit !== null) {
      boxes(lit).forEach((box) => box.classList.remove("alight"));
      document.getElementById(`block-${lit}`)?.classList.remove("alight");
    }
    lit = block;
    if (block === null) return;
    boxes(block).forEach((box) => box.classList.add("alight"));
    document.getElementById(`block-${block}`)?.classList.add("alight");
  }

  // The first line of the block comes into view on the picture, without moving the page itself.
  function show(block) {
    const box = boxes(block)[0];
    if (!box) return;
    const wanted = box.getBoundingClientRect(), room = sheets.getBoundingClientRect();
    if (wanted.top < room.top + 48 || wanted.bottom > room.bottom) {
      sheets.scrollTop += wanted.top - room.top - room.height / 3;
    }
    if (wanted.left < room.left || wanted.right > room.right) sheets.scrollLeft += wanted.left - room.left - 24;
  }

  // What scrolls away under a resting pointer lights nothing.
  let resting = false;
  bench.addEventListener("pointermove", () => { resting = false; });
  bench.addEventListener("pointerover", (event) => {
    if (resting) return;
    const block = blockOf(event.target);
    if (block) light(block.dataset.block);
    else if (event.target.matches?.("rect[data-of]")) light(event.target.dataset.of);
  });
  bench.addEventListener("focusin", (event) => {
    const block = blockOf(event.target);
    if (block) { light(block.dataset.block); show(block.dataset.block); }
  });
  bench.addEventListener("click", (event) => {
    const block = blockOf(event.target);
    if (block && !event.target.closest("a, button, input, textarea, select, summary")) show(block.dataset.block);
    if (event.target.matches?.("rect[data-of]")) {
      resting = true;
      light(event.target.dataset.of);
      document.getElementById(`block-${event.target.dataset.of}`)?.scrollIntoView({ block: "center" });
    }
  });
  const first = location.hash.match(/^#block-(\d+)$/);
  if (first) addEventListener("load", () => { light(first[1]); show(first[1]); });
  // Where an address names a place, browsers leave out autofocus.
  if (location.hash) addEventListener("load", () => bench.querySelector("[autofocus]")?.focus());

  const tools = bench.querySelector(".sheet-tools .zoom");
  if (tools) {
    tools.hidden = false;
    let zoom = 0;
    tools.addEventListener("click", (event) => {
      const step = Number(event.target.dataset.zoom);
      if (!step) return;
      zoom = Math.max(0, Math.min(3, zoom + step));
      sheets.dataset.zoomed = zoom;
      if (lit !== null) show(lit);
    });
  }
}

// --- findings: j k, 1 2, a, e ---

const findings = () => [...document.querySelectorAll("[data-finding]")];
if (findings().length) {
  let here = null;

  function goTo(finding) {
    if (!finding) return;
    here?.classList.remove("here");
    here = finding;
    here.classList.add("here");
    here.focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
    const sheet = document.querySelector(`[data-sheet="${here.dataset.page}"]`);
    if (sheet) {
      document.querySelectorAll("[data-sheet]").forEach((other) => { other.hidden = other !== sheet; });
    }
    const key = here.id.slice("finding-".length);
    document.querySelectorAll(".review-picture rect").forEach((box) => box.classList.toggle("alight", box.dataset.of === key));
  }

  const step = (by) => {
    const all = findings();
    const at = all.indexOf(here);
    goTo(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]);
  };
  const press = (selector) => (here?.querySelector(selector) ?? null)?.click();

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    1: () => press('[data-choice="1"]'),
    2: () => press('[data-choice="2"]'),
    a: () => press("[data-accept]"),
    e: () => press("[data-open]"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }, true);
  document.addEventListener("focusin", (event) => {
    const finding = event.target.closest?.("[data-finding]");
    if (finding && finding !== here) goTo(finding);
  });
  document.addEventListener("pointerover", (event) => {
    const finding = event.target.closest?.("[data-finding]");
    if (finding && finding !== here && !here?.contains(document.activeElement)) goTo(finding);
  });
  const wanted = location.hash.startsWith("#finding-") && document.getElementById(location.hash.slice(1));
  if (wanted && wanted.matches("[data-finding]")) goTo(wanted);
  else if (location.hash === "#findings") goTo(findings()[0]);
}
