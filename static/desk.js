// Keeps the rows of running uploads up to date; without this file the page's own link does.
"use strict";

document.querySelectorAll("[data-poll]").forEach((table) => {
  const announce = document.querySelector("[data-announce]");
  let pause = 1000;

  async function look() {
    try {
      const response = await fetch(table.dataset.poll, { headers: { Accept: "application/json" } });
      // Signed out meanwhile, or the server is being restarted: look again later.
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const { rows, active } = await response.json();
      for (const [key, html] of Object.entries(rows)) show(key, html);
      pause = 1000;
      if (!active) {
        document.querySelectorAll(".refresh").forEach((link) => link.remove());
        return;
      }
    } catch {
      pause = Math.min(pause * 2, 30000);
    }
    setTimeout(look, pause);
  }

  function show(key, html) {
    const row = document.getElementById(`run-${key}`);
    if (!row) return;
    const fresh = document.createElement("tbody");
    fresh.innerHTML = html;
    const now = fresh.firstElementChild;
    if (row.isEqualNode(now)) return;
    // Only the end of a file is read out, not each page.
    const ended = row.className !== now.className;
    if (ended && announce) announce.textContent = now.innerText;
    row.replaceWith(now);
    if (ended && now.classList.contains("done")) renewLists().catch(() => {});
  }

  // A file that is in is a draft by now: the list of drafts is taken from the page as it would be loaded anew.
  async function renewLists() {
    const lists = document.querySelectorAll("[data-live]");
    if (!lists.length) return;
    const response = await fetch(location.href);
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    lists.forEach((list) => {
      const fresh = page.querySelector(`[data-live="${list.dataset.live}"]`);
      // Nothing is taken from under somebody's finger.
      if (fresh && list.isConnected && !list.contains(document.activeElement)) list.replaceWith(fresh);
    });
  }

  setTimeout(look, pause);
});
