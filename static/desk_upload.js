// Sends files one a request, a few at a time, and says how far each is; without this file the form sends them all.
"use strict";

(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const options = JSON.parse(document.getElementById("upload-options").textContent);
  const { words } = options;
  const zone = form.querySelector(".drop");
  const word = form.querySelector("[data-drop-word]");
  const sending = document.querySelector("[data-sending]");
  const overall = sending.querySelector("[data-sending-all]");
  const list = sending.querySelector("[data-sending-files]");
  const token = form.elements.csrfmiddlewaretoken.value;
  const AT_ONCE = 3;
  const MB = 1024 * 1024;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  const waiting = [];
  let open = 0;
  let counts = { all: 0, ended: 0, queued: 0, other: 0 };

  // --- what is wrong with a file before it is sent; the server asks the same again ---------------------
  function objection(file) {
    const dot = file.name.lastIndexOf(".");
    const suffix = dot < 0 ? "" : file.name.slice(dot).toLowerCase();
    if (!options.suffixes.includes(suffix)) return words.kind;
    if (file.size > options.maxBytes) return fill(words.tooLarge, { size: Math.floor(options.maxBytes / MB) });
    return file.size ? "" : words.empty;
  }

  // In a folder lie things that are no issues: ~$第2期.docx while Word has it open, README.md, pictures.
  function passedOver(file) {
    const stem = file.name.replace(/\.[^.]*$/, "").toLowerCase();
    return /^(\.|~\$|__MACOSX)/.test(file.name) || options.passedOver.includes(stem) || objection(file) === words.kind;
  }

  // --- lines -----------------------------------------------------------------------------------------
  function lineOf(file) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.className = "sending-name";
    name.lang = "zh-Hans";
    name.textContent = file.name;
    const note = document.createElement("span");
    note.className = "sending-note";
    line.append(name, note);
    return line;
  }

  function say(line, text, kind) {
    line.className = kind;
    line.querySelector("progress")?.remove();
    line.querySelector(".sending-note").textContent = text;
  }

  function showBytes(line, sent, size) {
    let bar = line.querySelector("progress");
    if (!bar) {
      bar = document.createElement("progress");
      bar.setAttribute("aria-label", line.firstChild.textContent);
      line.append(bar);
    }
    bar.max = size;
    bar.value = sent;
    const megabytes = (bytes) => (bytes / MB).toFixed(1);
    line.querySelector(".sending-note").textContent =
      sent < size ? fill(words.sent, { sent: megabytes(sent), size: megabytes(size) }) : words.received;
  }

  function showAll() {
    overall.textContent = counts.ended < counts.all ? fill(words.many, { n: counts.ended, all: counts.all })
      : fill(words.done, { n: counts.queued, known: counts.other });
  }

  // --- sending ---------------------------------------------------------------------------------------
  async function openBatch(name) {
    const body = new URLSearchParams({ name });
    const response = await fetch(options.openBatch, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    return response.json();
  }

  function addressOf(job) {
    const query = new URLSearchParams({ name: job.file.name });
    if (job.replace) query.set("replace", "1");
    if (job.batch) query.set("batch", job.batch.batch);
    return `${options.address}?${query}`;
  }

  function send(job) {
    const request = new XMLHttpRequest();
    open += 1;
    request.open("POST", addressOf(job));
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (job.password) request.setRequestHeader("X-Password", encodeURIComponent(job.password));
    if (!job.line.isConnected) list.append(job.line);
    showBytes(job.line, 0, job.file.size);
    request.upload.addEventListener("progress", (event) => showBytes(job.line, event.loaded, job.file.size));
    request.addEventListener("load", () => answered(job, request));
    for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, () => broken(job, words.broken));
    request.addEventListener("loadend", () => {
      open -= 1;
      next();
    });
    request.send(job.file);
  }

  function answered(job, request) {
    let answer;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // Signed out meanwhile, the answer is the page that asks to sign in.
      const text = request.status === 200 ? words.signedOut : fill(words.refused, { status: request.status });
      return broken(job, text);
    }
    counts.ended += 1;
    counts.queued += answer.new;
    counts.other += answer.said.length;
    if (answer.batch && !job.batch) job.batch = { page: answer.batch };
    const said = document.createElement("ul");
    said.innerHTML = answer.said.join("");
    job.line.replaceWith(...said.children);
    answer.rows.forEach(showRun);
    if (job.batch) batchPage = job.batch.page;
    showAll();
  }

  function broken(job, text) {
    say(job.line, text, "error");
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = words.again;
    again.addEventListener("click", () => {
      again.remove();
      counts.ended -= 1;
      counts.other -= 1;
      enqueue(job);
    });
    job.line.append(again);
    counts.ended += 1;
    counts.other += 1;
    showAll();
  }

  function showRun(html) {
    const body = document.querySelector("[data-runs] tbody");
    const fresh = document.createElement("tbody");
    fresh.innerHTML = html;
    body.prepend(fresh.firstElementChild);
    document.querySelector("[data-runs]").hidden = false;
    document.dispatchEvent(new Event("runs"));
  }

  let batchPage = "";

  function enqueue(job) {
    job.line.className = "";
    waiting.push(job);
    next();
  }

  function next() {
    while (open < AT_ONCE && waiting.length) send(waiting.shift());
    showAll();
    // What went wrong is read before the page changes.
    if (!open && !waiting.length && batchPage && !list.querySelector(".error")) location.assign(batchPage);
    else if (!open && !waiting.length && batchPage && !sending.querySelector("a.to-batch")) {
      const link = document.createElement("a");
      link.className = "to-batch";
      link.href = batchPage;
      link.textContent = words.toBatch;
      overall.after(link);
    }
  }

  async function take(files, folder) {
    const good = [];
    const fresh = counts.ended === counts.all;
    if (fresh) {
      counts = { all: 0, ended: 0, queued: 0, other: 0 };
      list.replaceChildren();
      sending.querySelector("a.to-batch")?.remove();
      batchPage = "";
    }
    sending.hidden = false;
    for (const file of files) {
      if (folder && passedOver(file)) continue;
      const text = objection(file);
      if (!text) {
        good.push(file);
        continue;
      }
      const line = lineOf(file);
      say(line, text, "error");
      list.append(line);
    }
    if (!good.length && !list.children.length) {
      overall.textContent = words.nothing;
      return;
    }
    let batch = null;
    if (folder || good.length > options.mostSingle) {
      try {
        batch = await openBatch(folder);
      } catch {
        overall.textContent = words.broken;
        return;
      }
    }
    const replace = form.elements.replace.checked;
    const password = form.elements.password.value;
    counts.all += good.length;
    good.map((file) => ({ file, replace, password, batch, line: lineOf(file) })).forEach((job) => {
      if (good.length <= options.mostSingle) {
        job.line.querySelector(".sending-note").textContent = words.waiting;
        list.append(job.line);
      }
      enqueue(job);
    });
    form.reset();
  }

  form.addEventListener("submit", (event) => {
    const folder = [...form.elements.folder.files];
    const files = [...form.elements.uploads.files];
    if (!folder.length && !files.length) return;
    event.preventDefault();
    take([...files, ...folder], folder.length ? folder[0].webkitRelativePath.split("/")[0] : "");
  });

  // --- dropping --------------------------------------------------------------------------------------
  const readEntries = (reader) => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
  const fileOf = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });

  async function filesIn(entry) {
    if (entry.isFile) return [await fileOf(entry)];
    const reader = entry.createReader();
    const found = [];
    // A reader gives at most a hundred entries at a time.
    for (let some = await readEntries(reader); some.length; some = await readEntries(reader)) {
      for (const inner of some) found.push(...await filesIn(inner));
    }
    return found;
  }

  const holdsFiles = (event) => [...event.dataTransfer.types].includes("Files");
  word.hidden = false;
  const wordAtRest = word.textContent;
  let depth = 0;

  function hover(over) {
    zone.classList.toggle("over", over);
    word.textContent = over ? words.drop : wordAtRest;
  }

  // Dropped beside the zone, a file would take the place of the page.
  addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  zone.addEventListener("dragenter", (event) => { if (holdsFiles(event)) { depth += 1; hover(true); } });
  zone.addEventListener("dragleave", (event) => {
    if (holdsFiles(event)) {
      depth = Math.max(depth - 1, 0);
      hover(depth > 0);
    }
  });
  zone.addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    hover(false);
    // The entries are asked for at once: after the first await the event holds none.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    const folder = entries.find((entry) => entry.isDirectory);
    if (!folder) return take(plain, "");
    const found = [];
    for (const entry of entries) found.push(...await filesIn(entry));
    return take(found, folder.name);
  });

  addEventListener("beforeunload", (event) => { if (open || waiting.length) event.preventDefault(); });
})();
