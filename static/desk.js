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
      if (!active) return;
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
    if (row.className !== now.className && announce) announce.textContent = now.innerText;
    row.replaceWith(now);
  }

  setTimeout(look, pause);
});
