// Drags the bars of the plan's timeline with the pointer, and moves them with the keyboard.
// The server has the last word: after each move it sends the timeline as it is now. Without this
// script the buttons and the pages of tasks do the same.
"use strict";

(() => {
  const DAY = 86_400_000; // milliseconds
  const WEEK = 7;
  const WIDTH = 1000; // units of a strip
  const GRIP = 14; // pixels at each end of a handle that move this end alone; a third at most
  const STEPS = new Map([
    ["ArrowLeft", -1],
    ["ArrowDown", -1],
    ["ArrowRight", 1],
    ["ArrowUp", 1],
    ["PageDown", -WEEK],
    ["PageUp", WEEK],
  ]);
  const status = document.getElementById("timeline-says");
  const { lang } = document.documentElement;
  const format = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });
  let bars = [];
  let busy = false; // a move is on its way to the server

  // Days are counted from 1 January 1970, so that they can be added.
  const counted = (day) => Date.parse(day) / DAY;
  const written = (number) => new Date(number * DAY).toISOString().slice(0, 10);
  // As the pages write a day: "20 Nov", which in English browsers is "Nov 20".
  const read = (number) => {
    const said = format.format(number * DAY);
    return lang === "en" ? said.split(" ").reverse().join(" ") : said;
  };
  const within = (value, least, most) => Math.min(Math.max(value, least), most);

  function tell(text, refused = false) {
    status.textContent = text;
    status.classList.toggle("bad", refused);
  }

  class Bar {
    constructor(track, cycle) {
      this.cycle = cycle;
      this.track = track;
      this.title = track.dataset.title;
      this.form = track.parentElement.querySelector("form");
      this.kept = { first: counted(track.dataset.first), last: counted(track.dataset.last) };
      this.days = { ...this.kept };
      // What stands outside of the cycle may stay there, but goes no further.
      this.least = Math.min(cycle.first, this.kept.first);
      this.most = Math.max(cycle.last, this.kept.last);
      this.dragged = null; // where a pointer took it, and by which part
      this.handle = this.makeHandle();
      this.show();
    }

    makeHandle() {
      const handle = document.createElement("div");
      handle.className = "plan-handle";
      handle.id = `bar-${this.track.dataset.task}`;
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", this.say("bar"));
      handle.setAttribute("aria-describedby", "timeline-keys");
      handle.setAttribute("aria-valuemin", this.least - this.cycle.first + 1);
      handle.setAttribute("aria-valuemax", this.most - this.cycle.first + 1);
      for (const end of ["first", "last"]) {
        const grip = document.createElement("span");
        grip.className = `plan-grip ${end}`;
        handle.append(grip);
      }
      handle.addEventListener("keydown", (event) => this.press(event));
      handle.addEventListener("blur", () => this.abandon());
      handle.addEventListener("pointerdown", (event) => this.take(event));
      handle.addEventListener("pointermove", (event) => this.drag(event));
      handle.addEventListener("pointerup", () => this.drop());
      handle.addEventListener("pointercancel", () => this.abandon());
      this.track.append(handle);
      return handle;
    }

    say(what) {
      const { first, last } = this.days;
      return status.dataset[what]
        .replace("{title}", () => this.title)
        .replace("{first}", () => read(first))
        .replace("{last}", () => read(last));
    }

    get changed() {
      return this.days.first !== this.kept.first || this.days.last !== this.kept.last;
    }

    show() {
      const { first, last } = this.days;
      const length = this.cycle.last - this.cycle.first + 1;
      const share = (day) => within((day - this.cycle.first) / length, 0, 1);
      const begins = Math.min(share(first), 1 - 4 / WIDTH);
      const width = Math.max(share(last + 1) - begins, 4 / WIDTH);
      const bar = this.track.querySelector(".plan-bar");
      bar.setAttribute("x", begins * WIDTH);
      bar.setAttribute("width", width * WIDTH);
      this.handle.style.insetInlineStart = `${begins * 100}%`;
      this.handle.style.width = `${width * 100}%`;
      this.handle.setAttribute("aria-valuenow", first - this.cycle.first + 1);
      this.handle.setAttribute("aria-valuetext", this.say("days"));
      this.track.parentElement.querySelector(".plan-days").textContent = this.say("days");
      this.track.classList.toggle("moving", this.changed);
    }

    // Moves a part of what it was before: "whole", "first" or "last".
    shift(part, before, by) {
      const length = before.last - before.first;
      const days = { ...before };
      if (part === "whole") {
        days.first = within(before.first + by, this.least, this.most - length);
        days.last = days.first + length;
      } else if (part === "first") {
        days.first = within(before.first + by, this.least, before.last);
      } else {
        days.last = within(before.last + by, before.first, this.most);
      }
      this.days = days;
      this.show();
    }

    press(event) {
      if (busy || event.ctrlKey || event.altKey || event.metaKey) return;
      const step = STEPS.get(event.key);
      if (step) {
        this.shift(event.shiftKey ? "last" : "whole", this.days, step);
        tell(this.say("moving"));
      } else if (event.key === "Enter") {
        this.keep();
      } else if (event.key === "Escape" && this.changed) {
        this.abandon();
      } else {
        return;
      }
      event.preventDefault();
    }

    take(event) {
      if (busy || !event.isPrimary || event.button !== 0) return;
      event.preventDefault(); // no text is chosen on the way
      this.handle.focus({ preventScroll: true });
      this.handle.setPointerCapture(event.pointerId);
      const box = this.handle.getBoundingClientRect();
      const grip = Math.min(GRIP, box.width / 3);
      const from = event.clientX - box.left;
      const part = from < grip ? "first" : from > box.width - grip ? "last" : "whole";
      this.dragged = { part, at: event.clientX, before: this.days };
    }

    drag(event) {
      if (!this.dragged) return;
      const { part, at, before } = this.dragged;
      const day = this.track.clientWidth / (this.cycle.last - this.cycle.first + 1);
      this.shift(part, before, Math.round((event.clientX - at) / day));
    }

    drop() {
      if (!this.dragged) return;
      this.dragged = null;
      this.keep();
    }

    back() {
      this.dragged = null;
      this.days = { ...this.kept };
      this.show();
    }

    abandon() {
      if (busy || !(this.changed || this.dragged)) return;
      this.back();
      tell(this.say("back"));
    }

    keep() {
      if (!this.changed) return;
      const body = new FormData(this.form);
      body.set("first_day", written(this.days.first));
      body.set("last_day", written(this.days.last));
      body.set("seen_first", written(this.kept.first));
      body.set("seen_last", written(this.kept.last));
      send(this.form, body, `#${this.handle.id}`);
    }
  }

  async function send(form, body, focused) {
    if (busy) return;
    busy = true;
    tell(status.dataset.keeping);
    const fresh = await answer(form, body);
    if (!fresh) {
      busy = false;
      for (const bar of bars) bar.back();
      tell(status.dataset.failed, true);
      return;
    }
    document.getElementById("timeline").replaceWith(fresh); // which takes the focus away
    busy = false;
    enhance(fresh);
    fresh.querySelector(focused)?.focus({ preventScroll: true });
    tell(fresh.dataset.told, "refused" in fresh.dataset);
  }

  // What the server sends: the timeline as it is now, also where it refuses; else nothing.
  async function answer(form, body) {
    try {
      const sent = { method: "POST", body, headers: { "HX-Request": "true" } };
      const text = await (await fetch(form.action, sent)).text();
      return new DOMParser().parseFromString(text, "text/html").getElementById("timeline");
    } catch {
      return null; // the server wasn't reached
    }
  }

  function enhance(timeline) {
    const { first, last } = timeline.dataset;
    const cycle = { first: counted(first), last: counted(last) };
    const tracks = [...timeline.querySelectorAll(".plan-track[data-task]")];
    bars = tracks.map((track) => new Bar(track, cycle));
    timeline.addEventListener("submit", (event) => {
      event.preventDefault();
      const { target, submitter } = event;
      const { value } = submitter;
      const focused = `form[action="${target.getAttribute("action")}"] button[value="${value}"]`;
      send(target, new FormData(target, submitter), focused);
    });
    document.getElementById("timeline-keys").hidden = bars.length === 0;
  }

  tell(""); // whitespace of the page would hold its place
  enhance(document.getElementById("timeline"));
})();
