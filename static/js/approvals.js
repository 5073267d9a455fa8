/**
 * The supervisor's queue by keyboard; everything else on that page is declared for the common modules.
 *
 *   [data-queue]            list of links, each with aria-current on the one that is open. J goes to the next, K to the
 *                           previous; the link is focused and clicked, and stays in sight
 *   data-counter-of="#id"   on the counter's button: Enter in the fields of the form #id presses it, not Approve
 *
 *   #req-…                  a row of the list. While the list stands still under the hand its rows are brought up to date
 *                           where they are: who has it, and data-gone on what is no longer open. The figures follow too
 *   #card-state             where the open request stands, with data-state "yours", "theirs" or "over". Where it is not
 *                           "yours" any more the answers are off (data-off on #card); nothing moves
 *   #live-ago               how long ago the desk was last heard, in its [data-ago]; shown once it has been
 *   #queue-figures          its data-waiting stands before the title of the page
 *
 * Approve, counter, decline (A, C, D), the four reasons (1 to 4) behind a data-reveal button, "show it" (.) and undo (U)
 * are data-key elements (js/desk.js, js/widgets.js); the list stands still under the hand by data-hold (js/swaps.js);
 * the clocks and the 5 s of undo are js/clocks.js.
 */
function move(by) {
  const links = [...document.querySelectorAll("[data-queue] a[href]")];
  if (!links.length) return false;
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  // The one that is open is not fetched again: a counter being typed there would be lost.
  if (!next.hasAttribute("aria-current")) next.click();
  return true;
}

document.addEventListener("desk:key", (event) => {
  const by = { j: 1, k: -1 }[event.detail.key];
  if (by && move(by)) event.preventDefault();
});

/** The chosen row is marked at once; the server's fragment says the same when it comes. */
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("[data-queue] a[href]");
  if (!link) return;
  for (const other of link.closest("[data-queue]").querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("select, input:not([type=radio], [type=checkbox])")) return;
  const form = event.target.form;
  const counter = form?.id && document.querySelector(`[data-counter-of="#${form.id}"]`);
  if (!counter) return;
  event.preventDefault();
  // A click, so that the button's own name and value are sent by htmx, too.
  counter.click();
});

/* What changes while the list is under the hand */

/** The words of a row without its clock, which runs by itself. */
const wordsOf = (row) => row.querySelector(".req__b").textContent.replace(/\s+/g, " ").trim();

document.addEventListener("desk:held", ({ target, detail }) => {
  if (target.id !== "queue") return;
  for (const row of target.querySelectorAll(".req")) {
    const now = detail.page.getElementById(row.id);
    row.toggleAttribute("data-gone", !now);
    if (now && wordsOf(now) !== wordsOf(row)) row.replaceChildren(...now.childNodes);
  }
  const figures = detail.page.getElementById("queue-figures");
  if (!figures) return;
  figures.removeAttribute("hx-swap-oob");
  document.getElementById("queue-figures").replaceWith(figures);
  htmx.process(figures);
  tell();
});

/* The open request, when it is somebody else's now or over */

function turnOff() {
  const card = document.getElementById("card");
  const form = card?.querySelector("#decide-form");
  const state = card?.querySelector("#card-state")?.dataset.state;
  if (!form || !state || state === "yours") return;
  card.dataset.off = "true";
  form.querySelectorAll("button").forEach((button) => (button.disabled = true));
  form.querySelectorAll("input").forEach((field) => (field.readOnly = true));
}

/* Title and live mark */

const title = document.title.replace(/^\(\d+\) /, "");
let heardAt = performance.now();

function tell() {
  const waiting = Number(document.getElementById("queue-figures")?.dataset.waiting);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

function heard() {
  heardAt = performance.now();
  const mark = document.getElementById("live-ago");
  if (mark) mark.hidden = false;
}

setInterval(() => {
  const place = document.querySelector("#live-ago [data-ago]");
  if (place) place.textContent = String(Math.floor((performance.now() - heardAt) / 1000));
}, 1000);

// htmx tells of every answer, also of one that says that nothing is new; whoever else hears the desk says so.
for (const type of ["htmx:afterOnLoad", "desk:heard"]) document.addEventListener(type, heard);
document.addEventListener("htmx:afterSettle", () => {
  turnOff();
  tell();
});
