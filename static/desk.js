// Keeps running uploads and batches up to date; without this file the pages' own links do.
"use strict";

const MOST_ROWS = 50;
const announce = (text) => {
  const place = document.querySelector("[data-announce]");
  if (place) place.textContent = text;
};

// --- rows of uploads -----------------------------------------------------------------------------------
const underWay = () => [...document.querySelectorAll("[data-poll] tr.running, [data-poll] tr.queued")];
let pause = 1000;
let looking = false;

async function look() {
  const keys = new Set(underWay().map((row) => row.dataset.run));
  if (!keys.size) {
    looking = false;
    if (!document.querySelector("[data-under-way]")) document.querySelectorAll(".refresh").forEach((link) => link.remove());
    return;
  }
  try {
    const asked = [...keys].slice(0, MOST_ROWS).map((key) => `run=${key}`);
    const address = `${document.querySelector("[data-poll]").dataset.poll}?${asked.join("&")}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    // Signed out meanwhile, or the server is being restarted: look again later.
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    const { rows } = await response.json();
    for (const [key, html] of Object.entries(rows)) show(key, html);
    pause = 1000;
  } catch {
    pause = Math.min(pause * 2, 30000);
  }
  setTimeout(look, pause);
}

function startLooking() {
  if (looking) return;
  looking = true;
  setTimeout(look, pause);
}

function rowOf(html) {
  const fresh = document.createElement("tbody");
  fresh.innerHTML = html;
  return fresh.firstElementChild;
}

function show(key, html) {
  document.querySelectorAll(`[data-poll] tr[data-run="${key}"]`).forEach((row) => {
    const now = rowOf(html);
    if (row.isEqualNode(now)) return;
    // Only the end of a file is read out, not each page.
    const ended = row.className !== now.className;
    if (ended) announce(now.innerText);
    row.replaceWith(now);
    if (ended && !/queued|running/.test(now.className)) renewLists().catch(() => {});
  });
}

// --- parts of the page that are taken from it as it would be loaded anew -------------------------------
async function renewLists() {
  const lists = document.querySelectorAll("[data-live]");
  if (!lists.length) return;
  const response = await fetch(location.href);
  if (!response.ok || response.redirected) throw new Error(response.statusText);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  lists.forEach((list) => {
    const fresh = page.querySelector(`[data-live="${list.dataset.live}"]`);
    // Nothing is taken from under somebody's finger.
    if (fresh && list.isConnected && !list.isEqualNode(fresh) && !list.contains(document.activeElement)) list.replaceWith(fresh);
  });
}

// A batch goes on by hundreds of files: its page is looked at as a whole, at leisure.
async function renewBatch(rest) {
  if (!document.querySelector("[data-under-way]")) return;
  let next = 2000;
  try {
    await renewLists();
  } catch {
    next = Math.min(rest * 2, 30000);
  }
  setTimeout(() => renewBatch(next), next);
}

document.addEventListener("runs", startLooking);
if (document.querySelector("[data-under-way]")) setTimeout(() => renewBatch(2000), 2000);
else startLooking();
