/**
 * The keyboard of the desk: one listener, no key written here that a button does not carry.
 *
 *   data-key="F8"          what answers to the key as delivered: function keys, letters, digits, "Enter", "Escape", ".",
 *                          "Ctrl+Enter". <html data-keys='{"F8": "F4"}'> says which of them the person has moved where.
 *                          A button, link, radio or checkbox is focused and clicked; a text field, select or radio group
 *                          is focused. Disabled, aria-disabled or invisible elements do not answer.
 *   data-in-passing        on something with a key: the key clicks it and leaves the focus, so that whoever types types on
 *   data-then-focus="#id"  what gets the focus when the key was pressed (an offer's key goes on to its slider)
 *   data-letters           on a radio group with a key: for 2 s after it, a letter picks the radio whose words begin so
 *   data-go="h"            link that answers to G and then this letter
 *   data-find              text field for "/" and Ctrl+K; without one these follow the key F2
 *   <html data-single-keys="off">   letters, digits and signs do not answer (function keys, Enter, Escape, Ctrl+… do)
 *
 * "?" sends `desk:help` with detail.answers(key), to which js/help.js listens.
 *
 * Letters are matched by character, and by position where the layout is not Latin. Keys of an input method, repeated
 * keys and anything with Alt are left alone. A key whose action was changed by news from the server within the last
 * 500 ms does nothing: the person aimed at what was there before.
 *
 * Letters and digits that no element claims become the event `desk:key` on document, with detail.key.
 */
const root = document.documentElement;
const FUNCTION_KEY = /^F\d{1,2}$/;
const GO_WAIT = 1500;
const LETTERS_WAIT = 2000;
const SETTLE_WAIT = 500;
const OWN_ACTION = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search"]);

const own = JSON.parse(root.dataset.keys ?? "{}");
const moved = new Map(Object.entries(own).map(([delivered, key]) => [key, delivered]));

let goUntil = 0;
let letters = { group: null, until: 0 };
const changed = new Map();

/** Does this element take letters as text? */
const typing = (el) =>
  !!el &&
  (el.isContentEditable ||
    el.matches("textarea, select") ||
    (el.matches("input") && !/^(radio|checkbox|range|button|submit|reset|image|file|color)$/.test(el.type)));

/** Does Enter mean something to this element by itself? */
const ownsEnter = (el) => typing(el) || el.matches("button, a[href], summary, input[type=submit], [contenteditable]");

const singleKeysOn = () => root.dataset.singleKeys !== "off";

/** The name of the pressed key as `data-key` writes it. */
function nameOf(event) {
  if (event.key.length !== 1) return event.key;
  const latin = /^[\x20-\x7e]$/.test(event.key);
  if (latin) return event.key.toLowerCase();
  const byPlace = /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code);
  if (byPlace) return byPlace[1].toLowerCase();
  return { Period: ".", Slash: event.shiftKey ? "?" : "/" }[event.code] ?? event.key;
}

/** The key as delivered that the person's key stands for; none where they have moved it away. */
const standsFor = (key) => moved.get(key) ?? (key in own ? "" : key);

const usable = (el) =>
  !el.matches(":disabled") &&
  el.getAttribute("aria-disabled") !== "true" &&
  !el.closest("[inert]") &&
  el.getClientRects().length > 0;

/** The element that answers to a key as delivered: in the open dialog if there is one, on the page before the rail. */
function answering(key) {
  if (!key) return undefined;
  const scope = document.querySelector("dialog[open]") ?? document;
  const all = [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(usable);
  return all.find((el) => !el.closest(".rail")) ?? all[0];
}

/** Do with an element what its key promises. */
function press(el) {
  if (el.matches("[role=radiogroup], fieldset")) {
    (el.querySelector("input:checked:enabled") ?? el.querySelector("input:enabled, button:enabled"))?.focus();
    if (el.hasAttribute("data-letters")) letters = { group: el, until: performance.now() + LETTERS_WAIT };
    return;
  }
  if (!el.hasAttribute("data-in-passing")) el.focus();
  if (typing(el)) {
    if (el.matches("[data-find]")) el.select();
    return;
  }
  el.click();
  if (el.dataset.thenFocus) document.querySelector(el.dataset.thenFocus)?.focus();
}

/** Pick the next radio of the group whose words begin with the letter. */
function pickByLetter(letter) {
  const { group, until } = letters;
  if (!group?.isConnected || performance.now() > until) return false;
  const radios = [...group.querySelectorAll("input[type=radio]:enabled")];
  const from = radios.indexOf(document.activeElement) + 1;
  const next = [...radios.slice(from), ...radios.slice(0, from)].find((radio) =>
    wordsOf(radio).toLowerCase().startsWith(letter),
  );
  if (!next) return false;
  press(next);
  letters.until = performance.now() + LETTERS_WAIT;
  return true;
}

function goTo(letter) {
  const link = [...document.querySelectorAll(`[data-go="${CSS.escape(letter)}"]`)].find(usable);
  link?.click();
  return !!link;
}

function find() {
  const target = [...document.querySelectorAll("[data-find]")].find(usable) ?? answering("F2");
  if (target) press(target);
  return !!target;
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.defaultPrevented) return;
  const active = document.activeElement ?? document.body;
  const key = nameOf(event);
  const meant = standsFor(key);
  const command = event.ctrlKey || event.metaKey;
  let done = false;
  if (command) {
    if (event.shiftKey || event.repeat) return;
    const el = answering(`Ctrl+${key}`);
    if (el) done = act(el, `Ctrl+${key}`);
    else if (key === "k") done = find();
  } else if (FUNCTION_KEY.test(key)) {
    const el = answering(meant);
    if (el) done = event.repeat || act(el, meant);
  } else if (key === "Escape") {
    done = leave(active);
  } else if (key === "Enter") {
    const el = answering("Enter");
    const elsewhere = active.form && el?.form && active.form !== el.form;
    if (el && !event.repeat && !ownsEnter(active) && !elsewhere) done = act(el, key);
  } else if (key.length === 1 && !typing(active) && singleKeysOn()) {
    done = onSingleKey(key, event);
  }
  if (done) event.preventDefault();
}

function onSingleKey(key, event) {
  if (event.repeat || key === " ") return false;
  if (performance.now() < goUntil) {
    goUntil = 0;
    if (goTo(key)) return true;
  }
  if (pickByLetter(event.key.toLowerCase()) || pickByLetter(key)) return true;
  const meant = standsFor(key);
  const place = /^Digit(\d)$/.exec(event.code)?.[1];
  const el = answering(meant) ?? (place && !event.shiftKey ? answering(place) : undefined);
  if (el) return act(el, meant);
  if (key === "?") return help();
  if (key === "/") return find();
  if (key === "g") {
    goUntil = performance.now() + GO_WAIT;
    return true;
  }
  return !document.dispatchEvent(new CustomEvent("desk:key", { detail: { key: meant }, cancelable: true }));
}

/** Press, unless the action under this key has just been changed by the server. */
function act(el, key) {
  if (performance.now() - (changed.get(key) ?? -Infinity) >= SETTLE_WAIT) press(el);
  return true;
}

/** Escape: leave the text field first, then what offers a way back. */
function leave(active) {
  if (document.querySelector("dialog[open]")) return false;
  if (typing(active)) {
    active.blur();
    return true;
  }
  const el = answering("Escape");
  return el ? act(el, "Escape") : false;
}

/** The words of an element without icons, key caps and hidden parts. */
function wordsOf(el) {
  const named = el.getAttribute("aria-label");
  if (named) return named;
  const by = el.getAttribute("aria-labelledby");
  const source = (by && document.getElementById(by)) || el.labels?.[0] || el;
  const copy = source.cloneNode(true);
  copy.querySelectorAll("kbd, svg, [hidden], select, textarea").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

/** Show every key of this screen. */
function help() {
  const dialog = document.getElementById("keys-help");
  if (dialog) document.dispatchEvent(new CustomEvent("desk:help", { detail: { answers: (key) => !!answering(key) } }));
  return !!dialog;
}

/** What each key does now, to see what a push changes. */
const actions = () => new Map([...document.querySelectorAll("[data-key]")].map((el) => [el.dataset.key, wordsOf(el)]));
const byPush = (event) => !OWN_ACTION.has(event.detail.requestConfig?.triggeringEvent?.type);
let before = null;

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open='#keys-help']")) help();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  before = byPush(event) ? actions() : null;
});
// News that waited for the hand to leave.
document.addEventListener("desk:changing", () => (before = actions()));
document.addEventListener("htmx:afterSettle", () => {
  if (!before) return;
  const now = performance.now();
  const after = actions();
  for (const [key, words] of after) if (before.get(key) !== words) changed.set(key, now);
  before = null;
});
