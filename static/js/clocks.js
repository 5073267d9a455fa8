/**
 * Clocks of the page. All count from moments the server named, corrected by the difference between its clock and the
 * browser's (<meta name="desk-now">), so that a slow or wrong computer shows the same time as the rest of the floor.
 *
 *   data-since="1795344000"   Unix seconds: counts up, 04:37, past an hour 1:04:37
 *   data-until="1795344120"   Unix seconds: counts down to 00:00
 *   data-timer="04:37"        without a moment: counts up from what stands there
 *   data-due="120"            seconds that are allowed. The clock gets data-late="40" at 40 %, "75" at 75 %, "100" when
 *                             they are used up, and what stands in data-say-75 and data-say-100 is announced, once
 *   data-fill="#id"           SVG rect whose width (of 100) follows the share of data-due that is used up
 *   data-at-end="submit"      when data-until is reached, or data-due used up: "submit" sends the form it is in, "hide"
 *                             hides it, "event" sends the event `desk:over` up from it
 *
 * The template gives each role="timer" and no live region: a clock that speaks every second is no help.
 */
const server = Number(document.querySelector("meta[name=desk-now]")?.content);
let drawn = false;
const offset = server ? server - Date.now() / 1000 : 0;
const startOf = new WeakMap();
const said = new Map();
const ended = new Set();

const now = () => Date.now() / 1000 + offset;
const two = (number) => String(number).padStart(2, "0");

/** 277 is "04:37", 3723 is "1:02:03". */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** One clock, however often its fragment is drawn again: what was said is not said twice. */
const identity = (el) => [el.id, el.dataset.since, el.dataset.until, el.dataset.due].join("|");

/** Seconds in "04:37" or "1:04:37". */
const secondsIn = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

/** When an element without a moment of its own began to count. */
function startedAt(el) {
  if (el.dataset.since) return Number(el.dataset.since);
  if (!startOf.has(el)) startOf.set(el, now() - secondsIn(el.dataset.timer));
  return startOf.get(el);
}

function announce(el, share) {
  const step = share >= 1 ? 100 : share >= 0.75 ? 75 : share >= 0.4 ? 40 : 0;
  if (step && el.dataset.late !== String(step)) el.dataset.late = String(step);
  const id = identity(el);
  if (step <= (said.get(id) ?? 0)) return;
  said.set(id, step);
  const words = el.getAttribute(`data-say-${step}`);
  // Late already when the page was drawn: the colour tells, nothing is said again.
  if (words && drawn) document.getElementById("announce-polite").textContent = words;
}

function atEnd(el) {
  const id = identity(el);
  if (ended.has(id)) return;
  ended.add(id);
  const what = el.dataset.atEnd;
  if (what === "submit") el.closest("form")?.requestSubmit();
  else if (what === "hide") el.hidden = true;
  else if (what === "event") el.dispatchEvent(new CustomEvent("desk:over", { bubbles: true }));
}

function draw(el) {
  const left = el.dataset.until ? Number(el.dataset.until) - now() : null;
  const due = Number(el.dataset.due) || 0;
  const used = left === null ? now() - startedAt(el) : due - left;
  // Rounded up, so that a countdown shows 00:00 only when it is over.
  const text = clock(left === null ? used : Math.ceil(left));
  if (el.textContent !== text) el.textContent = text;
  if (due) {
    const share = used / due;
    announce(el, share);
    const width = String(Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10);
    if (el.dataset.fill) document.querySelector(el.dataset.fill)?.setAttribute("width", width);
  }
  // Of what the server counts it has to say itself that it is over: asked a second later, it does.
  const over = left !== null ? left <= 0 : due && used >= due + 1;
  if (over && el.dataset.atEnd) atEnd(el);
}

function tick() {
  document.querySelectorAll("[data-since], [data-until], [data-timer]").forEach(draw);
  drawn = true;
}

tick();
setInterval(tick, 1000);
// A tab that was asleep, and a fragment that has just come in, show the right time at once.
document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:afterSettle", tick);
