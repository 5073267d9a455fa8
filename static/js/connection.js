/**
 * The connection to the desk: says when it is lost, for how long, and when it is back.
 *
 *   [data-offline], [data-back-online], [data-offline-clock]    the bars of templates/_parts/offline.html; the first of
 *                       each on the page is used, so a screen that includes them decides where they stand
 *   #live               the dot in the rail: data-state, and its words from data-on and data-lost
 *   data-online-only    does not answer while the connection is lost, and says so (aria-disabled)
 *   <html data-offline> while it is lost, for the stylesheet
 *
 * Lost: a request that could not be sent or timed out, the browser says so, or the event stream has fallen silent
 * (`desk:silent` of js/live.js) and nobody answers. /livez is asked every 3 s. When it answers, the event `desk:online`
 * goes out on body; hx-trigger="… , desk:online from:body" catches up.
 */
const PROBE = 3000;
const BACK_FOR = 5000;
const root = document.documentElement;

let lostAt = 0;
let probing = 0;
let counting = 0;

function showFirst(selector, on) {
  // The page itself says by the same word that it is offline.
  const bar = document.body.querySelector(selector);
  if (bar) bar.hidden = !on;
}

function rest(on) {
  for (const one of document.querySelectorAll("[data-online-only]")) {
    if (on) one.setAttribute("aria-disabled", "true");
    else one.removeAttribute("aria-disabled");
  }
}

function goOffline(since = Date.now()) {
  if (lostAt) return;
  lostAt = since;
  root.dataset.offline = "true";
  live("lost");
  rest(true);
  showFirst("[data-back-online]", false);
  showFirst("[data-offline]", true);
  probing = setInterval(probe, PROBE);
  counting = setInterval(count, 1000);
  count();
}

function goOnline() {
  if (!lostAt) return;
  lostAt = 0;
  clearInterval(probing);
  clearInterval(counting);
  delete root.dataset.offline;
  live("on");
  rest(false);
  document.body.querySelectorAll("[data-offline]").forEach((bar) => (bar.hidden = true));
  showFirst("[data-back-online]", true);
  setTimeout(() => showFirst("[data-back-online]", false), BACK_FOR);
  document.body.dispatchEvent(new CustomEvent("desk:online", { bubbles: true }));
}

function live(state) {
  const dot = document.getElementById("live");
  if (!dot) return;
  dot.dataset.state = state;
  dot.textContent = dot.dataset[state];
}

function count() {
  const seconds = Math.floor((Date.now() - lostAt) / 1000);
  const text = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  document.querySelectorAll("[data-offline-clock]").forEach((clock) => (clock.textContent = text));
}

async function answers() {
  try {
    return (await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(PROBE) })).ok;
  } catch {
    return false;
  }
}

async function probe() {
  if (await answers()) goOnline();
}

for (const type of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(type, () => goOffline());
document.addEventListener("htmx:afterOnLoad", goOnline);
document.addEventListener("desk:silent", async ({ detail }) => {
  if (!(await answers())) goOffline(detail.since);
});
window.addEventListener("offline", () => goOffline());
window.addEventListener("online", probe);
document.addEventListener(
  "click",
  (event) => {
    if (!root.dataset.offline || !event.target.closest("[data-online-only]")) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
