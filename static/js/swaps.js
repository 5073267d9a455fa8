/**
 * What happens around a request: where the focus goes, busy buttons, and errors in their place. News of the server is
 * told apart from what the person did, and held by js/holding.js; what has come in goes out as `desk:news`, detail.part.
 *
 *   data-focus          in an answer: gets the focus after an action of the person, never after news from the server.
 *                       Without one the first aria-invalid field gets it.
 *   data-trouble        place in a form, panel or dialog where an error answer to its requests stands (else #trouble)
 *   data-again          button in an error: sends the same request again, with the same one-time key
 *   form[data-once]     plain form: its buttons are off from the first sending on
 */
const OWN_ACTION = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search", "desk:show"]);
const BUSY_AFTER = 300;

const cause = (detail) => detail.requestConfig?.triggeringEvent;
const isNews = (detail) => !OWN_ACTION.has(cause(detail)?.type);

/* Focus */

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.requestConfig) return;
  const answer = detail.elt;
  if (isNews(detail)) {
    document.dispatchEvent(new CustomEvent("desk:news", { detail: { part: answer } }));
    return;
  }
  // What went wrong before what stands there.
  const wanted =
    answer.querySelector(".note[data-focus]") ??
    (answer.matches("[data-focus]") ? answer : answer.querySelector("[data-focus]")) ??
    answer.querySelector("[aria-invalid=true]");
  if (!wanted) return;
  wanted.removeAttribute("data-focus");
  wanted.focus();
});

// A whole page that came back with errors: the first wrong field, else the note that says what is wrong.
document.querySelector("main [aria-invalid=true], main .note[data-focus]")?.focus();

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

/** The nearest place around it: a form that is a part of a panel has the panel's. */
function placeFor(elt) {
  const around = elt.closest("form, section, dialog, main");
  const panel = around?.parentElement?.closest("section.panel");
  const place = around?.querySelector("[data-trouble]") ?? panel?.querySelector("[data-trouble]");
  return place ?? document.getElementById("trouble");
}

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
