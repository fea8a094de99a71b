// Search boxes propose numbers, titles and people as one types; without this file they search all the same.
"use strict";

const WAIT = 120;
const LEAST = 2;

// Characters of `text`, those from `start` to `end` in <mark>. Counted as the server counts: by code point.
function marked(text, start, end) {
  const element = document.createElement("span");
  const characters = [...text];
  const piece = (from, to) => characters.slice(from, to).join("");
  element.className = "suggestion-text";
  element.append(piece(0, start));
  if (end > start) {
    const mark = document.createElement("mark");
    mark.textContent = piece(start, end);
    element.append(mark);
  }
  element.append(piece(end));
  return element;
}

function beside(text, className) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function propose(form) {
  const box = form.querySelector('input[name="q"]');
  const list = document.createElement("div");
  let options = [];
  let current = -1;
  let timer = 0;
  let asking = null;

  list.id = `${box.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestions);
  box.after(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  function choose(index) {
    options[current]?.setAttribute("aria-selected", "false");
    current = index;
    const option = options[current];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function show(suggestions) {
    choose(-1);
    options = suggestions.map((suggestion, index) => {
      const option = document.createElement("a");
      option.id = `${list.id}-${index}`;
      option.href = suggestion.url;
      option.tabIndex = -1;
      option.dataset.kind = suggestion.kind;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(beside(form.dataset[suggestion.kind], "suggestion-kind"));
      const words = document.createElement("span");
      words.lang = "zh-Hans";
      words.className = "suggestion-words";
      words.append(marked(suggestion.text, suggestion.start, suggestion.end));
      if (suggestion.detail) words.append(" ", beside(suggestion.detail, "suggestion-detail"));
      if (suggestion.kind === "person") words.append(" ", beside(suggestion.documents, "suggestion-detail"));
      option.append(words);
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const typed = box.value.trim();
    asking?.abort();
    if ([...typed].length < LEAST) return close();
    asking = new AbortController();
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: asking.signal });
      const found = await answer.json();
      if (document.activeElement === box) show(found.suggestions);
    } catch {
      // Aborted by the next key, or nothing was to be had: one searches without.
    }
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }

  box.addEventListener("input", (event) => {
    if (!event.isComposing) askSoon();
  });
  box.addEventListener("compositionstart", close);
  box.addEventListener("compositionend", askSoon);
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  addEventListener("pagehide", close);

  box.addEventListener("keydown", (event) => {
    // While an input method composes, keys are its own (229: browsers that say so before it begins).
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") ask();
      return;
    }
    if (event.key === "ArrowDown") choose(current + 1 < options.length ? current + 1 : -1);
    else if (event.key === "ArrowUp") choose(current < 0 ? options.length - 1 : current - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && current >= 0) options[current].click();
    else return;
    event.preventDefault();
  });

  // The focus stays in the box, so that a press on the list does not close it before it is let go.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    if (event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) close();
  });
}

document.querySelectorAll("form[data-suggest]").forEach(propose);
