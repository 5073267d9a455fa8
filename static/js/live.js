/**
 * News from the desk: one event stream a page, and asking where there is none.
 *
 *   <meta name="desk-live" content="/live/">   where the stream is; without it the page asks by itself
 *   data-on="request floor"    kinds of events (retention_desk/live/kinds.py) upon which this part asks: it gets the event
 *                              `desk:ask`, to which its hx-trigger listens. With data-of-call="17" or data-of-request="5"
 *                              only upon those of this call or request
 *   data-ask="3"               seconds between two questions while there is no stream. While there is one it asks every
 *                              30 s, since a ring may be lost
 *   data-rest="1"              seconds between two questions at least, however much happens
 *   data-told="customer"       element that is shown (with data-of-call, as above) when such an event comes; it says so
 *   data-title="Approved"      in a part that came as news: the title says it, and the icon has a dot, until the page is
 *                              looked at; data-announce is said politely
 *
 * While the stream lives, <html data-live="on">. When a beat is more than 5 s late, or the stream does not come back
 * within 5 s, the event `desk:silent` asks js/connection.js whether anybody is there. `desk:live` says that the stream
 * is (back), `desk:asking` that the page asks for itself again, `desk:heard` goes out with whatever is heard.
 */
const BEAT = 15000;
const GRACE = 5000;
const SWEEP = 30000;
const TRY_AGAIN = 30000;
// Everybody is told of these at once; their browsers do not all ask at once.
const SPREAD = { authority: 3000, news: 3000 };
const root = document.documentElement;
const address = document.querySelector("meta[name=desk-live]")?.content;
// Read a little before the page was drawn: what happened in between is told again, and costs a question.
const drawnAt = (Number(document.querySelector("meta[name=desk-now]")?.content) || 0) - 2;

let source = null;
let lastId = "";
let heardAt = Date.now();
let living = false;
let grace = 0;

/* Asking */

const askedAt = new WeakMap();
const planned = new WeakSet();

/** Let a part ask, not more often than it wants to. */
function ask(part) {
  const rest = Number(part.dataset.rest ?? 0) * 1000 - (performance.now() - (askedAt.get(part) ?? -Infinity));
  if (rest <= 0) {
    askedAt.set(part, performance.now());
    // Not to the parts around it.
    part.dispatchEvent(new CustomEvent("desk:ask"));
  } else if (!planned.has(part)) {
    planned.add(part);
    setTimeout(() => {
      planned.delete(part);
      askNow(part);
    }, rest);
  }
}

/** The part, or what was drawn in its place meanwhile. */
function askNow(part) {
  const present = part.isConnected ? part : part.id && document.getElementById(part.id);
  if (present?.dataset?.on) ask(present);
}

// A part that is replaced while it waits for an answer takes none: what comes beside the answer would find no page.
const waiting = new WeakSet();
document.addEventListener("htmx:beforeSend", ({ detail }) => waiting.add(detail.elt));
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => waiting.delete(detail.elt));
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  if (waiting.delete(target)) target.addEventListener("htmx:beforeOnLoad", (answer) => answer.preventDefault());
});

const parts = () => document.querySelectorAll("[data-on]");

function askEverything() {
  for (const part of parts()) ask(part);
}

function tick() {
  for (const part of document.querySelectorAll("[data-ask]")) {
    if (!askedAt.has(part)) askedAt.set(part, performance.now());
    const every = living ? SWEEP : Number(part.dataset.ask) * 1000;
    if (performance.now() - askedAt.get(part) >= every && !root.dataset.offline) ask(part);
  }
  if (living && Date.now() - heardAt > BEAT + GRACE) silent();
}

/* Hearing */

const concerns = (part, data) =>
  ["call", "request"].every((name) => {
    const wanted = part.dataset[`of${name[0].toUpperCase()}${name.slice(1)}`];
    return wanted === undefined || data[name] === undefined || wanted === String(data[name]);
  });

function happened(kind, data) {
  const after = (data.wait ? data.wait + 50 : 0) || Math.random() * (SPREAD[kind] ?? 0);
  for (const part of parts()) {
    if (!part.dataset.on.split(" ").includes(kind) || !concerns(part, data)) continue;
    if (after) setTimeout(askNow, after, part);
    else ask(part);
  }
  for (const note of document.querySelectorAll("[data-told]")) {
    if (note.dataset.told === kind && concerns(note, data)) note.hidden = false;
  }
  document.dispatchEvent(new CustomEvent("desk:happened", { detail: { kind, ...data } }));
}

function heard(event) {
  heardAt = Date.now();
  if (event.lastEventId) lastId = event.lastEventId;
  document.dispatchEvent(new CustomEvent("desk:heard"));
}

/** The stream lives; the page does not ask any more. */
function alive() {
  clearTimeout(grace);
  grace = 0;
  if (living) return;
  living = true;
  root.dataset.live = "on";
  document.dispatchEvent(new CustomEvent("desk:live"));
}

/** There is no stream to rely on; the page asks again. */
function asking() {
  if (!living) return;
  living = false;
  delete root.dataset.live;
  document.dispatchEvent(new CustomEvent("desk:asking"));
  askEverything();
}

/** Nothing was heard for too long: is anybody there at all? */
function silent() {
  document.dispatchEvent(new CustomEvent("desk:silent", { detail: { since: Date.now() - GRACE } }));
  asking();
  close();
  setTimeout(open, GRACE);
}

function close() {
  source?.close();
  source = null;
}

function open() {
  if (source || !address) return;
  const at = new URL(address, location.href);
  at.searchParams.set("since", lastId || `${drawnAt}000-0`);
  source = new EventSource(at, { withCredentials: at.origin !== location.origin });
  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      heard(event);
      act(event);
    });
  on("hello", alive);
  on("beat", () => {});
  on("deaf", asking);
  on("refresh", () => {
    alive();
    askEverything();
  });
  for (const kind of ["request", "floor", "authority", "customer", "call", "waiting", "queues", "note", "news"])
    on(kind, (event) => happened(kind, JSON.parse(event.data)));
  source.addEventListener("error", lost);
}

/** The browser comes back by itself, unless it was refused; then it is tried again much later. */
function lost() {
  if (source?.readyState === EventSource.CLOSED) {
    close();
    asking();
    setTimeout(open, TRY_AGAIN + Math.random() * TRY_AGAIN);
    return;
  }
  grace ||= setTimeout(() => {
    grace = 0;
    if (source?.readyState !== EventSource.OPEN) silent();
  }, GRACE);
}

/* What a hidden page says of itself */

const icon = document.querySelector("link[rel=icon]");
let before = null;

function shout(words) {
  before ??= { title: document.title, icon: icon?.getAttribute("href") };
  document.title = `${words} – ${before.title}`;
  if (icon) icon.setAttribute("href", icon.dataset.news);
}

document.addEventListener("desk:news", ({ detail }) => {
  const told = detail.part.matches("[data-title]") ? detail.part : detail.part.querySelector("[data-title]");
  if (!told) return;
  document.getElementById("announce-polite").textContent = told.dataset.announce ?? "";
  // Once everybody who writes titles has written theirs.
  if (document.hidden) queueMicrotask(() => shout(told.dataset.title));
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !before) return;
  document.title = before.title;
  icon?.setAttribute("href", before.icon);
  before = null;
});

open();
setInterval(tick, 500);
document.addEventListener("desk:online", () => {
  if (!living) askEverything();
  close();
  open();
});
// A page that the back button brings back begins to listen anew.
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", ({ persisted }) => persisted && open());
