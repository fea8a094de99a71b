// How a reader likes to read: set before the page is drawn, kept in this browser alone. Every page reads without it.
"use strict";

(() => {
  const CHOICES = { size: ["large", "largest"], spacing: ["wide"], contrast: ["high"], theme: ["light", "dark"] };
  const KEPT_UNDER = "reading";
  const root = document.documentElement;

  // What is kept may be of another version or no JSON at all; a browser may refuse to keep anything.
  function kept() {
    try {
      const value = JSON.parse(localStorage.getItem(KEPT_UNDER));
      return value && typeof value === "object" ? value : {};
    } catch {
      return {};
    }
  }

  let chosen = kept();

  function show() {
    for (const [name, values] of Object.entries(CHOICES)) {
      if (values.includes(chosen[name])) root.dataset[name] = chosen[name];
      else delete root.dataset[name];
    }
  }

  function keep() {
    try {
      localStorage.setItem(KEPT_UNDER, JSON.stringify(chosen));
    } catch {
      // It holds for this page then.
    }
  }

  show();

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("reading");
    const button = document.querySelector("[data-reading]");
    if (!dialog?.showModal || !button) return;
    const form = dialog.querySelector("form");

    const check = () => {
      for (const one of form.querySelectorAll("[type=radio]")) one.checked = one.value === (root.dataset[one.name] ?? "");
    };

    button.hidden = false;
    button.addEventListener("click", () => {
      check();
      dialog.showModal();
    });
    form.addEventListener("change", ({ target }) => {
      chosen = { ...chosen, [target.name]: target.value };
      show();
      keep();
    });
    form.querySelector("[data-reset]").addEventListener("click", () => {
      chosen = {};
      show();
      keep();
      check();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  });

  // The other pages that are open follow.
  addEventListener("storage", (event) => {
    if (event.key !== KEPT_UNDER) return;
    chosen = kept();
    show();
  });
})();
