// Reads a document aloud with the browser's own speech, piece by piece, and marks the piece that is read.
"use strict";

(() => {
  const bar = document.querySelector("[data-aloud]");
  const speech = window.speechSynthesis;
  if (!bar || !speech || !window.SpeechSynthesisUtterance) return;

  // Some voices fall silent in the middle of what takes longer than a quarter of a minute.
  const LONGEST = 80;
  const PARTS = "h1 > span, .document-number, .text > *, .text tr, .text .signed > p, .text .attachment > p";
  const NOT_READ = ".leaf, .anchor, .unseen, .corrected, .omitted, .table-along";

  const [main, stop] = bar.querySelectorAll("button");
  let pieces = [];
  let at = -1;
  let state = "silent";
  // Speech that was cancelled tells its end late: only the run that is on may go on.
  let run = 0;

  function voice() {
    const voices = speech.getVoices().filter(({ lang }) => /^(zh|cmn)\b/i.test(lang));
    return voices.find(({ lang }) => /CN|Hans/i.test(lang)) ?? voices[0];
  }

  function offer() {
    if (voice()) bar.hidden = false;
  }

  function textOf(part) {
    const copy = part.cloneNode(true);
    copy.querySelectorAll(NOT_READ).forEach((one) => one.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  // What stands in a table or beside another is read in its rows, not once more as a whole.
  function collect() {
    const found = [...document.querySelectorAll(`article.document :is(${PARTS})`)];
    return found.filter(
      (part) => !part.matches(NOT_READ) && !found.some((other) => other !== part && part.contains(other)) && textOf(part),
    );
  }

  function breaths(text) {
    const found = [];
    for (const sentence of text.match(/[^。；！？]+[。；！？]?/g) ?? []) {
      let rest = sentence;
      while (rest.length > LONGEST) {
        const comma = rest.slice(0, LONGEST).search(/[，、：,][^，、：,]*$/);
        const cut = comma > 0 ? comma + 1 : LONGEST;
        found.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      if (rest.trim()) found.push(rest);
    }
    return found;
  }

  function show(next) {
    state = next;
    main.textContent = { silent: bar.dataset.start, speaking: bar.dataset.pause, paused: bar.dataset.resume }[state];
    stop.hidden = state === "silent";
  }

  function mark(index) {
    pieces[at]?.classList.remove("spoken");
    at = index;
    const part = pieces[at];
    if (!part) return;
    part.classList.add("spoken");
    part.scrollIntoView({ block: "nearest" });
  }

  function read(index, mine) {
    if (mine !== run) return;
    if (index >= pieces.length) {
      silence();
      return;
    }
    mark(index);
    const parts = breaths(textOf(pieces[index]));
    const say = (n) => {
      if (mine !== run) return;
      if (n >= parts.length) {
        read(index + 1, mine);
        return;
      }
      const words = new SpeechSynthesisUtterance(parts[n]);
      words.voice = voice() ?? null;
      words.lang = words.voice?.lang ?? "zh-CN";
      words.onend = () => say(n + 1);
      words.onerror = () => mine === run && silence();
      speech.speak(words);
    };
    say(0);
  }

  function silence() {
    run += 1;
    speech.cancel();
    mark(-1);
    show("silent");
  }

  main.addEventListener("click", () => {
    if (state === "speaking") {
      speech.pause();
      show("paused");
    } else if (state === "paused") {
      speech.resume();
      show("speaking");
    } else {
      speech.cancel();
      run += 1;
      pieces = collect();
      show("speaking");
      // From where the reader is: at the top that is the title.
      const here = pieces.findIndex((part) => part.getBoundingClientRect().bottom > 0);
      read(Math.max(here, 0), run);
    }
  });
  stop.addEventListener("click", () => {
    silence();
    main.focus();
  });
  addEventListener("pagehide", () => speech.cancel());

  offer();
  speech.addEventListener?.("voiceschanged", offer);
})();
