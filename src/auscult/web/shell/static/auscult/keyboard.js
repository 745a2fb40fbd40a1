// The keyboard's ways: Ctrl-K goes anywhere, `?` lists the keys, `/` searches, `g 1` changes rooms.
// Keys without Ctrl can be switched off (WCAG 2.1.4); the choice stays in this browser.
"use strict";

(() => {
  const OFF = "auscult-shortcuts-off";
  const PAIR = 1500; // milliseconds between the two keys of `g 1`
  const palette = document.getElementById("palette");
  const shortcuts = document.getElementById("shortcuts");
  const box = palette.querySelector("input");
  let g = 0; // when `g` was pressed last

  function stored() {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false; // a browser that keeps nothing
    }
  }

  function open(dialog) {
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    // A modal dialog keeps the focus inside and gives it back when it is closed.
    dialog.showModal();
    if (dialog === palette) {
      box.select();
      box.form.dispatchEvent(new Event("opened"));
    }
  }

  function hits() {
    return [...palette.querySelectorAll("#hits a")];
  }

  function move(step) {
    const places = [box, ...hits()];
    const here = places.indexOf(document.activeElement);
    places[(here + step + places.length) % places.length].focus();
  }

  function search() {
    const first = document.querySelector("main input[type=search], search input[type=search]");
    if (first) first.focus();
    return Boolean(first);
  }

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function single(event) {
    if (event.key === "?") return open(shortcuts) ?? true;
    if (event.key === "/") return search();
    if (event.key === "g") {
      g = event.timeStamp;
      return true;
    }
    const room = shortcuts.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (!room || event.timeStamp - g > PAIR || g === 0) return false;
    room.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open(palette);
      return;
    }
    if (command || event.altKey || stored() || typing(event.target)) return;
    if (!document.querySelector("dialog[open]") && single(event)) event.preventDefault();
  });

  palette.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Enter" && event.target === box && hits().length) {
      event.preventDefault();
      hits()[0].click();
    }
  });

  for (const link of document.querySelectorAll("[data-opens]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(document.getElementById(link.dataset.opens));
    });
  }

  const on = document.getElementById("shortcuts-on");
  on.checked = !stored();
  on.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, on.checked ? "0" : "1");
    } catch {
      on.checked = true; // it can't be kept, so nothing is promised
    }
  });
})();
