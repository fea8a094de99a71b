// Keys and small comforts; every page reads and works without this file.
"use strict";

const typing = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

let hit = -1;

function showHit(step) {
  const marks = document.querySelectorAll("main mark");
  if (!marks.length) return;
  hit = (hit + step + marks.length) % marks.length;
  marks.forEach((mark) => mark.classList.remove("current"));
  marks[hit].classList.add("current");
  marks[hit].scrollIntoView({ block: "center" });
}

const follow = (rel) => {
  const link = document.querySelector(`link[rel="${rel}"], a[rel~="${rel}"]`);
  if (link) location.assign(link.href);
};

const KEYS = {
  "/": () => document.querySelector('[data-key="/"]')?.focus(),
  n: () => showHit(1),
  p: () => showHit(hit < 0 ? 0 : -1),
  j: () => follow("next"),
  k: () => follow("prev"),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const act = KEYS[event.key];
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
});

// Contents and facts of a document stand open beside the text where there is room; on a phone they are folded.
const wide = matchMedia("(min-width: 77rem)");
const unfold = () => document.querySelectorAll("[data-open-wide]").forEach((part) => { part.open = wide.matches; });
wide.addEventListener("change", unfold);
unfold();

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
});

// The side contents follow the reading: the entry of the last heading above the middle of the window is marked.
const entries = new Map();
document.querySelectorAll(".outline a").forEach((link) => {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) entries.set(heading, link);
});
if (entries.size && "IntersectionObserver" in window) {
  let current = null;
  const mark = () => {
    const above = [...entries.keys()].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const link = entries.get(above.at(-1));
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    current = link;
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
  entries.forEach((_link, heading) => observer.observe(heading));
}
