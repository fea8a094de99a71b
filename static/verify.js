// Works out the checksum of a file on the reader's device; without this file, or a secure context, the form sends the file.
"use strict";

(() => {
  const form = document.querySelector("[data-verify]");
  if (!form || !globalThis.crypto?.subtle) return;
  const field = form.elements.file;
  const said = form.querySelector("[data-said]");
  document.getElementById("file-hint").textContent = form.dataset.local;

  async function look(file) {
    said.textContent = form.dataset.reading;
    try {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const checksum = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
      location.assign(`${form.getAttribute("action")}?sha256=${checksum}`);
    } catch {
      // A folder was dropped, the file has gone away, or it is larger than the browser can hold.
      said.textContent = form.dataset.failed;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.files.length) look(field.files[0]);
    else said.textContent = form.dataset.choose;
  });
  field.addEventListener("change", () => field.files.length && look(field.files[0]));

  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) look(event.dataTransfer.files[0]);
  });
})();
