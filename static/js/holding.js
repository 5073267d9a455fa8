/**
 * Nothing moves under the hand: news waits while the pointer or the focus is in a part, and for 2 s after.
 *
 *   data-hold           news does not change this part while pointer or focus is in it, nor within 2 s after. Instead
 *                       the elements [data-held="#its-id"] appear; a [data-show-held="#its-id"] button fetches it by
 *                       the event `desk:show`, to which the part listens in its hx-trigger. The news goes out as the
 *                       event `desk:held` on the part, with detail.page; its own data-held-words, where it has some,
 *                       take the place of those in [data-held-words]. Let go, the part asks once more (`desk:ask`).
 *                       data-hold="keep": news never takes the place of this part, only of parts in it
 *   data-stay="acts"    in a part that news replaces: stays as it is while pointer or focus is in it, and 2 s more; then
 *                       what has the same name in the new part takes its place
 *
 * Loaded after js/swaps.js, which turns error answers away. Before something changes without an answer of the server
 * the event `desk:changing` goes out, so that the key under it rests (js/desk.js).
 */
const OWN_ACTION = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search", "desk:show"]);
const HOLD = 2000;
const HELD = "[data-hold], [data-stay]";

const lastIn = new WeakMap();
/** Parts that wait to be let go: who asks for them again, and what was sent beside another part. */
const asking = new Map();
const sent = new Map();
let newsComing = false;

for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(type, ({ target }) => {
    for (let part = target.closest?.(HELD); part; part = part.parentElement?.closest(HELD))
      lastIn.set(part, performance.now());
  });
}

const isHeld = (part) =>
  part.dataset.hold === "keep" ||
  part.matches(":hover") ||
  part.contains(document.activeElement) ||
  performance.now() - (lastIn.get(part) ?? -Infinity) < HOLD;

/** The part that may not be touched now, if this target is one or lies in one. */
function heldAround(target) {
  const part = target.matches("[data-hold=keep]") ? target : target.closest("[data-hold]:not([data-hold=keep])");
  return part && isHeld(part) ? part : null;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  newsComing = !OWN_ACTION.has(detail.requestConfig?.triggeringEvent?.type);
  if (!newsComing || !detail.shouldSwap) return;
  const part = heldAround(detail.target);
  if (part) hold(part, detail);
  else keepStaying(detail.target);
  const id = part?.id || detail.target.id;
  if (id) document.querySelectorAll(`[data-held="#${id}"]`).forEach((note) => (note.hidden = !part));
});

function hold(part, detail) {
  detail.shouldSwap = false;
  asking.set(part, detail.requestConfig?.elt);
  const page = new DOMParser().parseFromString(detail.xhr.response, "text/html");
  const words = page.getElementById(part.id)?.dataset.heldWords;
  for (const place of document.querySelectorAll(`[data-held="#${part.id}"] [data-held-words]`)) {
    if (words) place.textContent = words;
  }
  part.dispatchEvent(new CustomEvent("desk:held", { bubbles: true, detail: { page } }));
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (!newsComing || !heldAround(detail.target)) {
    sent.delete(detail.target.id);
    return;
  }
  detail.shouldSwap = false;
  sent.set(detail.target.id, detail.fragment.firstElementChild?.cloneNode(true));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-held]");
  if (!button) return;
  htmx.trigger(button.dataset.showHeld, "desk:show");
  button.closest("[data-held]")?.setAttribute("hidden", "");
});

/* Staying: what is under the hand in a part that is replaced around it */

let staying = [];
const successors = new Map();

function keepStaying(target) {
  staying = [...target.querySelectorAll("[data-stay]")].filter(isHeld).map((part) => {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const inside = lastIn.get(part);
    // Out of the page while htmx tears the old part down, so that it keeps its behaviour.
    part.remove();
    return { part, focused, inside, host: target.id };
  });
}

document.addEventListener("htmx:afterSwap", () => {
  const back = staying;
  staying = [];
  for (const { part, focused, inside, host } of back) {
    const panel = document.getElementById(host);
    const successor = panel?.querySelector(`[data-stay="${part.dataset.stay}"]`);
    if (successor) successor.replaceWith(part);
    else panel?.append(part);
    successors.set(part, successor);
    lastIn.set(part, inside ?? performance.now());
    focused?.focus({ preventScroll: true });
  }
});

/* Letting go */

const changing = () => document.dispatchEvent(new CustomEvent("desk:changing"));

function letGo() {
  for (const [part, asker] of asking) {
    if (part.isConnected && isHeld(part)) continue;
    asking.delete(part);
    if (part.isConnected && asker?.isConnected) asker.dispatchEvent(new CustomEvent("desk:ask"));
  }
  for (const [id, fresh] of sent) {
    const part = document.getElementById(id);
    if (part && heldAround(part)) continue;
    sent.delete(id);
    if (!part || !fresh) continue;
    fresh.removeAttribute("hx-swap-oob");
    changing();
    htmx.swap(part, fresh.outerHTML, { swapStyle: "outerHTML" });
  }
  for (const [part, successor] of successors) {
    if (part.isConnected && isHeld(part)) continue;
    successors.delete(part);
    if (!part.isConnected) continue;
    changing();
    if (successor) part.replaceWith(successor);
    else part.remove();
    document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: {} }));
  }
}

setInterval(letGo, 250);
