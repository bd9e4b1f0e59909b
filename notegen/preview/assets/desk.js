// Keeps the page as fresh as the files: without it every page still works, and is renewed by hand.
"use strict";

const live = document.querySelector(".live");
let queue = Promise.resolve();

function say(key, time) {
  live.textContent = live.dataset[key].replace("{time}", time || "");
  live.dataset.state = key;
}

async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// What is slow to make (a note on paper) is a page of its own, fetched into its place.
async function fill(root) {
  for (const place of root.querySelectorAll("[data-part]")) {
    const found = (await read(place.dataset.part)).getElementById(place.id);
    if (!found || !place.isConnected) continue;
    const part = document.importNode(found, true);
    await Promise.all([...part.querySelectorAll("img")].map((image) => {
      return image.decode().catch(() => undefined);
    }));
    const scrolled = place.querySelector(".sheets")?.scrollTop || 0;
    place.replaceChildren(...part.childNodes);
    place.dataset.filled = "yes";
    const sheets = place.querySelector(".sheets");
    if (sheets) sheets.scrollTop = scrolled;
  }
}

// The old sheets stay until the new ones are there, and whoever writes stays where they were.
function keep(old, fresh) {
  for (const place of fresh.querySelectorAll("[data-part]")) {
    const before = document.getElementById(place.id);
    if (before && before.dataset.filled) place.replaceChildren(...before.childNodes);
  }
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  const shape = fresh.querySelectorAll("details");
  if (shape.length === open.length) shape.forEach((each, at) => { each.open = open[at]; });
}

function focusPath() {
  const own = document.activeElement;
  if (!own || !document.querySelector("main").contains(own)) return null;
  if (own.id) return () => document.getElementById(own.id);
  const all = (tag) => [...document.querySelectorAll(`main ${tag}`)];
  const tag = own.localName;
  const at = all(tag).indexOf(own);
  return () => all(tag)[at];
}

async function renew() {
  const page = await read(location.href);
  // Pictures that pass through another document are fetched again: all happens in this one.
  const fresh = document.importNode(page.querySelector("main"), true);
  const old = document.querySelector("main");
  const focus = focusPath();
  const [x, y] = [scrollX, scrollY];
  keep(old, fresh);
  old.replaceWith(fresh);
  document.title = page.title;
  document.documentElement.dataset.snapshot = page.documentElement.dataset.snapshot;
  scrollTo({ left: x, top: y, behavior: "instant" });
  if (focus) focus()?.focus({ preventScroll: true });
  say("renewed", new Date().toLocaleTimeString(document.documentElement.lang));
  await fill(fresh);
}

function changed(event) {
  if (live.dataset.state !== "renewed") say("following");
  const number = Number(event.data);
  queue = queue.then(async () => {
    if (number !== Number(document.documentElement.dataset.snapshot)) await renew();
  }).catch(() => say("lost"));
}

// A browser keeps few connections to one server: a page that nobody sees holds none.
let changes = null;

function follow() {
  if (document.hidden) {
    changes?.close();
    changes = null;
  } else if (!changes) {
    changes = new EventSource("/changes");
    changes.addEventListener("snapshot", changed);
    changes.addEventListener("error", () => say("lost"));
  }
}

document.addEventListener("visibilitychange", follow);
follow();

queue = queue.then(() => fill(document)).catch(() => say("lost"));
