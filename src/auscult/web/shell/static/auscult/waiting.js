// Says and shows that something is being worked on, once it takes longer than a second.
"use strict";

(() => {
  const PATIENCE = 1000; // milliseconds
  const waits = new Map();

  function show() {
    const busy = [...waits.values()].some((wait) => wait.shown);
    document.body.classList.toggle("busy", busy);
    const status = document.getElementById("working");
    const text = busy ? status.dataset.says : "";
    if (status.textContent !== text) status.textContent = text;
  }

  function begin(what) {
    end(what);
    const wait = { shown: false };
    wait.timer = setTimeout(() => {
      wait.shown = true;
      show();
    }, PATIENCE);
    waits.set(what, wait);
  }

  function end(what) {
    const wait = waits.get(what);
    if (!wait) return;
    clearTimeout(wait.timer);
    waits.delete(what);
    show();
  }

  document.addEventListener("htmx:beforeRequest", (event) => begin(event.detail.xhr));
  document.addEventListener("htmx:afterRequest", (event) => end(event.detail.xhr));
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.method !== "dialog") begin("page");
  });
  // A page that comes back from the browser's memory waits for nothing.
  window.addEventListener("pageshow", () => end("page"));
})();
