// Keys and small comforts; every page reads and works without this file.
"use strict";

const typing = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

// The hits of a page: the marks of one number are one hit; where a page numbers none, each mark is a hit.
const hits = [];
document.querySelectorAll("main mark").forEach((mark) => {
  const begun = hits[mark.dataset.hit - 1];
  if (begun) begun.push(mark);
  else hits.push([mark]);
});
const bar = document.querySelector(".hit-bar");
let hit = Number(bar?.querySelector(".hit-at:not([hidden]) b")?.textContent ?? 0) - 1;

const around = (index) => (index + hits.length) % hits.length;

function markHit(index) {
  hits[hit]?.forEach((mark) => mark.classList.remove("current"));
  hit = index;
  hits[hit].forEach((mark) => mark.classList.add("current"));
  if (!bar) return;
  bar.querySelector(".hit-at b").textContent = hit + 1;
  bar.querySelector(".hit-at").hidden = false;
  bar.querySelector(".hit-total").hidden = true;
  bar.querySelectorAll("[data-step]").forEach((link) => {
    link.href = addressOf(around(hit + Number(link.dataset.step)));
  });
}

function addressOf(index) {
  const address = new URL(location.href);
  address.searchParams.set("hit", index + 1);
  address.hash = `hit-${index + 1}`;
  return address.href;
}

// Where the reader presses the buttons the focus stays on them; the keys take it to the mark.
function showHit(step, focus = true) {
  if (!hits.length) return;
  markHit(hit < 0 ? around(step > 0 ? 0 : -1) : around(hit + step));
  const [mark] = hits[hit];
  for (let part = mark.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  if (focus) {
    mark.tabIndex = -1;
    mark.focus({ preventScroll: true });
  }
  mark.scrollIntoView({ block: "center" });
  if (bar) history.replaceState(null, "", addressOf(hit));
}

bar?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-step]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showHit(Number(link.dataset.step), false);
});

// A result leads to a section: the first hit from there on is the one at hand.
function startHits() {
  if (hits[hit]) {
    markHit(hit);
    return;
  }
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const next = place
    ? hits.findIndex(([mark]) => place.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING)
    : -1;
  if (next < 0) return;
  markHit(next);
  const { top, bottom } = hits[next][0].getBoundingClientRect();
  // Whoever comes back or reloads stays where the reading was.
  const fresh = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (fresh && (top < 0 || bottom > innerHeight)) hits[next][0].scrollIntoView({ block: "center" });
}
if (bar && hits.length) addEventListener("load", () => requestAnimationFrame(startHits));

const follow = (rel) => {
  const link = document.querySelector(`link[rel="${rel}"], a[rel~="${rel}"]`);
  if (link) location.assign(link.href);
};

const KEYS = {
  "/": () => document.querySelector('[data-key="/"]')?.focus(),
  n: () => showHit(1),
  p: () => showHit(-1),
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

// What stands beside the text, by the style sheet's mark, stands open; where it folds above the text it begins closed.
const unfold = () => document.querySelectorAll("[data-open-wide]").forEach((part) => {
  const stands = getComputedStyle(part).getPropertyValue("--stands").trim() === "open";
  if (part.stood === stands) return;
  part.stood = stands;
  part.open = stands;
});
addEventListener("resize", unfold);
// Larger type leaves less room.
new MutationObserver(unfold).observe(document.documentElement, { attributeFilter: ["data-size"] });
unfold();

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
});

// The link of a section goes to the address and, to be cited, to the clipboard.
document.querySelectorAll(".anchor").forEach((anchor) => {
  anchor.addEventListener("click", async () => {
    if (!navigator.clipboard) return;
    await navigator.clipboard.writeText(anchor.href);
    anchor.dataset.copied = document.querySelector("[data-done]")?.dataset.done ?? "✓";
    setTimeout(() => delete anchor.dataset.copied, 2000);
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
