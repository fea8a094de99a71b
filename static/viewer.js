// Leafs through the pages of an issue: zoom, two side by side, small pictures, keys, text to select over the pictures.
// Without this file the pages stand one below the other and all can be read.
"use strict";

{
  const viewer = document.querySelector("[data-viewer]");
  const part = (selector) => viewer.querySelector(selector);
  const list = part(".sheets"), room = part(".viewer-room"), tools = part(".viewer-tools"), thumbs = part(".viewer-thumbs");
  const sheets = [...list.children];
  const field = part("[data-page]"), printed = part("[data-printed-label]"), percent = part("[data-percent]");
  const contents = [...viewer.querySelectorAll(".viewer-contents a")];
  const buttons = Object.fromEntries([...tools.querySelectorAll("[data-do]")].map((one) => [one.dataset.do, one]));
  const numberOf = (sheet) => Number(sheet.id.slice(5));
  const roomy = matchMedia("(min-width: 60rem) and (min-height: 30rem)");
  const narrow = matchMedia("(max-width: 45rem)");
  const SIZES = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];
  // Pictures are drawn at 150 dots an inch, a screen counts 96.
  const DOTS = 96 / 150;

  // --- how the reader likes it, kept for the next issue ---

  const KEPT = "page-viewer";
  const likes = { fit: "width", zoom: 1, two: false, side: roomy.matches ? "contents" : "" };
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    if (["width", "page", "zoom"].includes(kept.fit)) likes.fit = kept.fit;
    if (kept.zoom >= SIZES[0] && kept.zoom <= SIZES.at(-1)) likes.zoom = kept.zoom;
    if (typeof kept.two === "boolean") likes.two = kept.two;
    if (roomy.matches && ["contents", "thumbs", ""].includes(kept.side)) likes.side = kept.side;
  } catch { /* nothing kept, or not readable */ }
  const keep = () => {
    try { localStorage.setItem(KEPT, JSON.stringify(likes)); } catch { /* it may not be kept */ }
  };

  // --- where we are ---

  let current = sheets[0];
  const scroller = () => (roomy.matches ? room : document.scrollingElement);
  const top = () => (roomy.matches ? room.getBoundingClientRect().top : tools.getBoundingClientRect().bottom);
  const height = () => (roomy.matches ? room.clientHeight : innerHeight - tools.offsetHeight);
  const rowOf = (sheet) => (likes.two ? sheets.filter((one) => one.offsetTop === sheet.offsetTop) : [sheet]);

  function atHand() {
    const line = top() + height() / 3;
    const found = sheets.find((sheet) => sheet.getBoundingClientRect().bottom > line) ?? sheets.at(-1);
    // Of two side by side it stays the one that was asked for.
    return rowOf(found).includes(current) ? current : found;
  }

  let told = 0;
  function tell(sheet) {
    current = sheet;
    notePlace();
    const row = rowOf(sheet), numbers = row.map(numberOf);
    sheets.forEach((one) => one.classList.toggle("here", row.includes(one)));
    if (document.activeElement !== field) field.value = numberOf(sheet);
    const names = row.map((one) => one.dataset.printed).filter(Boolean);
    const [first, last] = [names[0], names.at(-1)];
    printed.textContent = first ? printed.dataset.printedLabel.replace("{}", first === last ? first : `${first}–${last}`) : "";
    buttons.before.disabled = row.includes(sheets[0]);
    buttons.after.disabled = row.includes(sheets.at(-1));
    const marked = contents.filter((link) => numbers.some((n) => n >= Number(link.hash.slice(6)) && n <= Number(link.dataset.last)));
    contents.forEach((link) => mark(link, marked.includes(link)));
    [...thumbs.children].forEach((one, n) => mark(one.firstChild, row.includes(sheets[n])));
    follow(likes.side === "thumbs" ? thumbs.querySelector("[aria-current]") : marked[0]);
    // The address follows; not at each step of a scroll, which browsers would refuse.
    clearTimeout(told);
    if (!location.hash && sheet === sheets[0]) return;
    told = setTimeout(() => history.replaceState(history.state, "", `${location.pathname}${location.search}#${current.id}`), 250);
  }

  function mark(link, on) {
    if (on) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }

  // The entry at hand comes into view in the side, without moving anything else.
  function follow(link) {
    const side = part(".viewer-side");
    if (!link || !likes.side || side.matches(":hover, :focus-within")) return;
    const box = link.getBoundingClientRect(), frame = side.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) side.scrollTop += box.top - frame.top - frame.height / 3;
  }

  // The line at the top of the window, as a share of the page at hand; it is kept when pages are laid out anew.
  let offset = 0;
  function notePlace() {
    const box = current.getBoundingClientRect();
    offset = (top() - box.top) / box.height;
  }

  function backToPlace() {
    const box = current.getBoundingClientRect();
    scroller().scrollBy({ top: box.top + offset * box.height - top() });
  }

  function show(sheet) {
    if (!sheet) return;
    sheet.scrollIntoView({ block: "start", inline: "center" });
    tell(sheet);
  }

  function turn(step) {
    const at = current.offsetTop;
    const next = step > 0
      ? sheets.find((sheet) => sheet.offsetTop > at)
      : sheets.find((sheet) => sheet.offsetTop === sheets.findLast((one) => one.offsetTop < at)?.offsetTop);
    show(next);
  }

  // A page that is longer than the window is read to its end before the next one comes.
  function leaf(step) {
    if (current.querySelector(".sheet").offsetHeight <= height()) turn(step);
    else scroller().scrollBy({ top: step * height() * 0.9 });
  }

  function toHit(step) {
    const lit = sheets.filter((sheet) => sheet.querySelector(".lit"));
    const at = numberOf(current);
    const next = step > 0 ? lit.find((sheet) => numberOf(sheet) > at) ?? lit[0] : lit.findLast((sheet) => numberOf(sheet) < at) ?? lit.at(-1);
    showHit(next);
  }

  function showHit(sheet) {
    if (!sheet) return;
    show(sheet);
    const box = sheet.querySelector(".lit rect").getBoundingClientRect();
    if (box.bottom > top() + height()) scroller().scrollBy({ top: box.top - top() - height() / 3 });
    tell(sheet);
  }

  // On paper only the pages in front are laid out: that is no place to be.
  const onPaper = matchMedia("print");
  let moving = false;
  addEventListener("scroll", () => {
    if (moving || onPaper.matches) return;
    moving = true;
    requestAnimationFrame(() => {
      moving = false;
      if (onPaper.matches) return;
      const sheet = atHand();
      if (sheet !== current) tell(sheet);
      else notePlace();
    });
  }, { capture: true, passive: true });

  // --- size ---

  function shareOf(sheet) {
    return sheet.querySelector(".sheet").offsetWidth / Number(sheet.style.getPropertyValue("--natural"));
  }

  // Change how pages are laid out, and leave the reader at the same line of the same page.
  function lay(changes) {
    Object.assign(likes, changes);
    keep();
    const two = likes.two && !narrow.matches;
    list.dataset.fit = narrow.matches ? "width" : likes.fit;
    list.style.setProperty("--zoom", likes.zoom);
    list.classList.toggle("two", two);
    viewer.toggleAttribute("data-side", Boolean(likes.side));
    if (likes.side) viewer.dataset.side = likes.side;
    for (const name of ["contents", "thumbs"]) buttons[name].setAttribute("aria-expanded", likes.side === name);
    for (const name of ["width", "page"]) buttons[name].setAttribute("aria-pressed", likes.fit === name);
    buttons.two.setAttribute("aria-pressed", likes.two);
    let recto = true;
    for (const sheet of sheets) {
      const broad = sheet.classList.contains("broad");
      sheet.classList.toggle("recto", two && !broad && recto);
      sheet.classList.toggle("verso", two && !broad && !recto);
      recto = broad ? false : !recto;
    }
    backToPlace();
    measure();
    tell(current);
  }

  function measure() {
    percent.textContent = `${Math.round(shareOf(current) * 100)}%`;
  }
  const watchSizes = new ResizeObserver(() => {
    if (onPaper.matches) return;
    viewer.style.setProperty("--tools", `${tools.offsetHeight}px`);
    backToPlace();
    measure();
  });
  watchSizes.observe(list);
  watchSizes.observe(tools);
  narrow.addEventListener("change", () => lay({}));
  roomy.addEventListener("change", () => lay({ side: roomy.matches ? "contents" : "" }));

  function zoom(step) {
    const now = shareOf(current);
    const next = step > 0 ? SIZES.find((size) => size > now * 1.02) : SIZES.findLast((size) => size < now * 0.98);
    if (next) lay({ fit: "zoom", zoom: next });
  }

  // --- the side ---

  function toggleSide(name) {
    if (name === "thumbs" && !thumbs.children.length) drawThumbs();
    lay({ side: likes.side === name ? "" : name });
  }

  // While others have pages drawn, a picture does not come: it is asked for again, a few times.
  function askAgain(picture, times = 5) {
    picture.addEventListener("error", () => {
      if (times-- > 0) setTimeout(() => { picture.src = picture.getAttribute("src"); }, 3000);
    });
  }

  function drawThumbs() {
    thumbs.hidden = false;
    for (const sheet of sheets) {
      const item = document.createElement("li"), link = document.createElement("a"), picture = new Image();
      const seen = sheet.querySelector("img");
      link.href = `#${sheet.id}`;
      picture.loading = "lazy";
      picture.width = 180;
      picture.height = seen ? Math.round((180 * seen.height) / seen.width) : 254;
      picture.alt = list.dataset.pictureName.replace("{}", numberOf(sheet));
      if (seen) picture.src = `${numberOf(sheet)}.small.webp`;
      askAgain(picture);
      link.append(picture, String(numberOf(sheet)));
      item.append(link);
      thumbs.append(item);
    }
  }

  // --- the text over the pictures, when a page comes into view ---

  async function readText(sheet) {
    if (sheet.dataset.text || !sheet.querySelector("img") || !sheet.querySelector('.page-name a[href$="/"]')) return;
    sheet.dataset.text = "asked";
    try {
      const answer = await fetch(`${numberOf(sheet)}.json`);
      if (!answer.ok) throw new Error(String(answer.status));
      layText(sheet, (await answer.json()).lines);
      sheet.dataset.text = "there";
    } catch {
      // Asked again when the page comes into view the next time.
      delete sheet.dataset.text;
    }
  }

  function layText(sheet, lines) {
    const layer = document.createElement("div");
    layer.className = "page-text";
    layer.lang = "zh-Hans";
    for (const [text, x, y, w, h, ems] of lines) {
      const line = document.createElement("span");
      line.textContent = `${text}\n`;
      const down = h > w && ems > 1;
      const along = down ? h : w;
      const size = Math.min(along / (ems || 1), down ? w : h);
      line.classList.toggle("down", down);
      const sizes = { x, y, w, h, size, gap: (along - ems * size) / [...text].length };
      for (const [name, value] of Object.entries(sizes)) line.style.setProperty(`--${name}`, value.toFixed(3));
      layer.append(line);
    }
    sheet.querySelector(".sheet").append(layer);
  }

  const inView = new WeakSet();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      if (!isIntersecting) {
        inView.delete(target);
        continue;
      }
      inView.add(target);
      // What only flies past is not asked for.
      setTimeout(() => inView.has(target) && readText(target), 150);
    }
  });

  // --- hands and keys ---

  const ACTS = {
    before: () => turn(-1),
    after: () => turn(1),
    smaller: () => zoom(-1),
    larger: () => zoom(1),
    width: () => lay({ fit: "width" }),
    page: () => lay({ fit: "page" }),
    two: () => lay({ two: !likes.two }),
    contents: () => toggleSide("contents"),
    thumbs: () => toggleSide("thumbs"),
  };
  const scrolled = (step) => scroller().scrollBy({ top: step * 60 });
  const KEYS = {
    ArrowRight: ACTS.after, ArrowLeft: ACTS.before, PageDown: () => leaf(1), PageUp: () => leaf(-1),
    ArrowDown: () => scrolled(1), ArrowUp: () => scrolled(-1), " ": () => leaf(1),
    Home: () => show(sheets[0]), End: () => show(sheets.at(-1)),
    "+": ACTS.larger, "=": ACTS.larger, "-": ACTS.smaller,
    f: () => lay({ fit: likes.fit === "page" ? "width" : "page" }),
    d: ACTS.two, t: ACTS.thumbs, c: ACTS.contents, n: () => toHit(1), p: () => toHit(-1),
  };

  tools.addEventListener("click", (event) => ACTS[event.target.closest("[data-do]")?.dataset.do]?.());

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, .masthead, .colophon")) return;
    if (event.key === "Escape" && likes.side && !roomy.matches) {
      toggleSide(likes.side);
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const own = event.target.closest(".viewer-side");
    if (key === " " && event.target.closest("a, button, summary")) return;
    // The side scrolls by its own keys, and a picture wider than the window is moved by the arrows.
    if (!KEYS[key] || (own && key.length > 1)) return;
    if (/^Arrow(Left|Right)$/.test(key) && room.scrollWidth > room.clientWidth + 1) return;
    if (event.shiftKey && key.length > 1) return;
    event.preventDefault();
    KEYS[key]();
  });

  field.addEventListener("change", () => {
    const wanted = sheets.find((sheet) => numberOf(sheet) === Number(field.value.trim()));
    if (wanted) show(wanted);
    else field.value = numberOf(current);
  });
  field.addEventListener("focus", () => field.select());

  // A way to a page: the side of a phone makes room for it.
  viewer.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#page-"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!roomy.matches && likes.side) toggleSide(likes.side);
    const sheet = document.getElementById(link.hash.slice(1));
    if (link.closest(".lit-pages, .page-name") && sheet?.querySelector(".lit")) showHit(sheet);
    else show(sheet);
    room.focus({ preventScroll: true });
  });
  const addressed = () => sheets.find((sheet) => `#${sheet.id}` === location.hash);
  addEventListener("hashchange", () => show(addressed()));

  // --- begin ---

  // The address says the page, whatever the size of the window was.
  history.scrollRestoration = "manual";

  document.documentElement.classList.add("viewing");
  tools.hidden = false;
  viewer.style.setProperty("--tools", `${tools.offsetHeight}px`);
  part(".viewer-contents")?.setAttribute("open", "");
  for (const sheet of sheets) {
    const picture = sheet.querySelector("img");
    const [w, h] = ["width", "height"].map((side) => Number((picture ?? sheets[0].querySelector("img"))?.getAttribute(side)));
    sheet.style.setProperty("--ratio", w / h || 0.7);
    sheet.style.setProperty("--natural", (w || 1240) * DOTS);
    sheet.classList.toggle("broad", w > 1.2 * h);
    // The picture is no link here: the pointer selects the text over it.
    sheet.querySelector(".sheet > a")?.removeAttribute("href");
    if (picture) askAgain(picture);
    watch.observe(sheet);
  }
  if (likes.side === "thumbs") drawThumbs();
  notePlace();
  lay({});
  if (addressed()) show(addressed());
  else if (part(".lit")) showHit(sheets.find((sheet) => sheet.querySelector(".lit")));
}
