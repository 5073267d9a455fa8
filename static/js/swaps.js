/**
 * What happens around a request: where the focus goes, busy buttons, errors in their place, and holding still.
 *
 *   data-focus          in an answer: gets the focus after an action of the person, never after news from the server.
 *                       Without one the first aria-invalid field gets it.
 *   data-trouble        place in a form, panel or dialog where an error answer to its requests stands (else #trouble)
 *   data-again          button in an error: sends the same request again, with the same one-time key
 *   data-hold           news does not change this part while pointer or focus is in it, nor within 2 s after. Instead
 *                       the elements [data-held="#its-id"] appear; a [data-show-held="#its-id"] button fetches it by
 *                       the event `desk:show`, to which the part listens in its hx-trigger. The news goes out as the
 *                       event `desk:held` on the part, with detail.page; its own data-held-words, where it has some,
 *                       take the place of those in [data-held-words]
 *   form[data-once]     plain form: its buttons are off from the first sending on
 */
const OWN_ACTION = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search", "desk:show"]);
const BUSY_AFTER = 300;
const HOLD = 2000;

const cause = (detail) => detail.requestConfig?.triggeringEvent;
const isNews = (detail) => !OWN_ACTION.has(cause(detail)?.type);

/* Focus */

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.requestConfig || isNews(detail)) return;
  const answer = detail.elt;
  const wanted =
    (answer.matches("[data-focus]") ? answer : answer.querySelector("[data-focus]")) ??
    answer.querySelector("[aria-invalid=true]");
  if (!wanted) return;
  wanted.removeAttribute("data-focus");
  wanted.focus();
});

/* Busy */

const busy = new WeakMap();
const buttonOf = ({ elt, requestConfig }) => requestConfig?.triggeringEvent?.submitter ?? elt.closest("button, a.btn");

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const button = buttonOf(detail);
  if (button && !isNews(detail)) busy.set(detail.xhr, [button, setTimeout(() => setBusy(button, true), BUSY_AFTER)]);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const [button, timer] = busy.get(detail.xhr) ?? [];
  clearTimeout(timer);
  if (button) setBusy(button, false);
  if (detail.successful && !isNews(detail)) placeFor(detail.elt).replaceChildren();
});

function setBusy(button, on) {
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  if (event.submitter) setBusy(event.submitter, true);
});
// The back button brings a page back as it was left: its forms must work again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => setBusy(button, false));
  });
});

/* Errors */

let failed = null;
let newsComing = false;

const placeFor = (elt) =>
  elt.closest("form, section, dialog, main")?.querySelector("[data-trouble]") ?? document.getElementById("trouble");

/** Put an error into its place: the server's words, or else that it was not saved. The note gets the focus. */
function showTrouble(detail, told) {
  failed = { elt: detail.elt, type: cause(detail)?.type ?? "click", submitter: cause(detail)?.submitter };
  const place = placeFor(detail.elt);
  if (told) place.replaceChildren(...told.childNodes);
  else place.replaceChildren(document.getElementById("trouble-template").content.cloneNode(true));
  const note = place.querySelector(".note");
  note?.setAttribute("tabindex", "-1");
  note?.focus();
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  newsComing = isNews(detail);
  const status = detail.xhr.status;
  const login = document.querySelector("meta[name=desk-login]")?.content;
  if (login && detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname === login) {
    detail.shouldSwap = false;
    location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  if (status >= 400 && status !== 409 && status !== 422) {
    detail.shouldSwap = false;
    if (newsComing) return;
    const page = new DOMParser().parseFromString(detail.xhr.response, "text/html");
    showTrouble(detail, page.getElementById("problem"));
    return;
  }
  if (newsComing) holdStill(detail);
});

for (const type of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail }) => {
    if (!isNews(detail)) showTrouble(detail, null);
  });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-again]") || !failed?.elt.isConnected) return;
  const { elt, type, submitter } = failed;
  if (elt.matches("form")) elt.requestSubmit(submitter?.isConnected ? submitter : undefined);
  else htmx.trigger(elt, type);
});

/* Holding still */

const lastIn = new WeakMap();
for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(type, ({ target }) => {
    const part = target.closest?.("[data-hold]");
    if (part) lastIn.set(part, performance.now());
  });
}

const isHeld = (part) =>
  part.matches(":hover") ||
  part.contains(document.activeElement) ||
  performance.now() - (lastIn.get(part) ?? -Infinity) < HOLD;

function holdStill(detail) {
  const part = detail.target.closest("[data-hold]");
  const held = !!part && isHeld(part);
  if (held) {
    detail.shouldSwap = false;
    const page = new DOMParser().parseFromString(detail.xhr.response, "text/html");
    const words = page.getElementById(part.id)?.dataset.heldWords;
    for (const place of document.querySelectorAll(`[data-held="#${part.id}"] [data-held-words]`)) {
      if (words) place.textContent = words;
    }
    part.dispatchEvent(new CustomEvent("desk:held", { bubbles: true, detail: { page } }));
  }
  if (part?.id) document.querySelectorAll(`[data-held="#${part.id}"]`).forEach((note) => (note.hidden = !held));
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const part = detail.target.closest("[data-hold]");
  if (newsComing && part && isHeld(part)) detail.shouldSwap = false;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-held]");
  if (!button) return;
  htmx.trigger(button.dataset.showHeld, "desk:show");
  button.closest("[data-held]")?.setAttribute("hidden", "");
});
