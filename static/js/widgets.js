/**
 * Small behaviours that need no server.
 *
 *   data-toast                a short message; goes after 6 s unless pointer or focus is on it. Warnings and errors stay
 *   data-dismiss              button: removes the toast or note it is in
 *   data-copy="text"          button: copies the text; shows data-copied for 2 s and announces it
 *   data-menu                 <details> that closes on Escape and on a click elsewhere
 *   data-reveal="#id"         button: shows the element, hides what has data-revealed-instead="#id", focuses its first
 *                             control; a [data-conceal="#id"] button goes back. Sets aria-expanded
 *   data-open="#id"           button: opens the <dialog>; data-close inside closes it
 *   data-submit-on-change     form that sends itself when a choice in it changes
 *   nav[data-tabs]            links to panels of this page: the one in the address gets aria-current
 *   data-arrows               list of links: the arrow keys go from one to the next; from a field with
 *                             data-arrows-into="#id" the arrow down goes to the first in there
 *   data-step="-5"            button: moves the range or number field of data-for="id" by so much
 *
 * Events that the server may send by HX-Trigger: `toast` {text, tone} and `announce` {text, assertive}.
 */
const TOAST_FOR = 6000;
const COPIED_FOR = 2000;

/* Toasts and announcements */

function expire(toast) {
  if (toast.matches(".toast--warning, .toast--error")) return;
  setTimeout(function go() {
    if (toast.matches(":hover, :focus-within")) setTimeout(go, TOAST_FOR);
    else toast.remove();
  }, TOAST_FOR);
}

function toast({ text, tone }) {
  const one = document.getElementById("toast-template").content.cloneNode(true).querySelector("[data-toast]");
  one.querySelector("[data-toast-text]").textContent = text;
  if (tone) one.classList.add(`toast--${tone}`);
  document.getElementById("toasts").append(one);
  expire(one);
}

function announce({ text, assertive }) {
  document.getElementById(assertive ? "announce-assertive" : "announce-polite").textContent = text;
}

document.querySelectorAll("[data-toast]").forEach(expire);
document.addEventListener("toast", ({ detail }) => toast(detail));
document.addEventListener("announce", ({ detail }) => announce(detail));

/* Buttons */

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.querySelector("[data-copy-words]") ?? button;
  const before = words.textContent;
  if (button.dataset.copied) {
    words.textContent = button.dataset.copied;
    announce({ text: button.dataset.copied });
    setTimeout(() => (words.textContent = before), COPIED_FOR);
  }
}

function reveal(id, on) {
  const part = document.querySelector(id);
  if (!part) return;
  part.hidden = !on;
  document.querySelectorAll(`[data-revealed-instead="${id}"]`).forEach((other) => (other.hidden = on));
  const opener = document.querySelector(`[data-reveal="${id}"]`);
  opener?.setAttribute("aria-expanded", String(on));
  (on ? part.querySelector("button, input, select, textarea") : opener)?.focus();
}

function step(button) {
  const field = document.getElementById(button.dataset.for);
  const before = field.value;
  const most = field.max === "" ? Infinity : Number(field.max);
  const least = field.min === "" ? -Infinity : Number(field.min);
  field.value = String(Math.min(most, Math.max(least, Number(field.value) + Number(button.dataset.step))));
  if (field.value === before) return;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", ({ target }) => {
  const on = (selector) => target.closest?.(selector);
  let el;
  if ((el = on("[data-dismiss]"))) el.closest("[data-toast], .note")?.remove();
  if ((el = on("[data-copy]"))) copy(el);
  if ((el = on("[data-reveal]"))) reveal(el.dataset.reveal, true);
  if ((el = on("[data-conceal]"))) reveal(el.dataset.conceal, false);
  if ((el = on("[data-step]"))) step(el);
  if ((el = on("[data-close]"))) el.closest("dialog")?.close();
  if ((el = on("[data-open]")) && el.dataset.open !== "#keys-help") document.querySelector(el.dataset.open)?.showModal();
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener(
  "keydown",
  (event) => {
    const menu = document.querySelector("[data-menu][open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  },
  true,
);

document.addEventListener("change", ({ target }) => target.closest("form[data-submit-on-change]")?.requestSubmit());

/* Panels behind tabs on a narrow screen */

function markTabs() {
  for (const tabs of document.querySelectorAll("[data-tabs]")) {
    const links = [...tabs.querySelectorAll("a[href^='#']")];
    const here = links.find((link) => link.hash === location.hash) ?? links[0];
    for (const link of links) {
      if (link === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

window.addEventListener("hashchange", markTabs);
markTabs();

/* Arrows through a list of links */

document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const into = event.target.closest?.("[data-arrows-into]")?.dataset.arrowsInto;
  const list = into ? document.querySelector(`${into} [data-arrows]`) : event.target.closest?.("[data-arrows]");
  const links = [...(list?.querySelectorAll("a[href]") ?? [])];
  const next = into ? (by > 0 ? links[0] : null) : links[links.indexOf(event.target) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
