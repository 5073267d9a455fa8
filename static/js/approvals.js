/**
 * The supervisor's queue by keyboard; everything else on that page is declared for the common modules.
 *
 *   [data-queue]            list of links, each with aria-current on the one that is open. J goes to the next, K to the
 *                           previous; the link is focused and clicked, and stays in sight
 *   data-counter-of="#id"   on the counter's button: Enter in the fields of the form #id presses it, not Approve
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
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("input:not([type=radio], [type=checkbox])")) return;
  const form = event.target.form;
  const counter = form?.id && document.querySelector(`[data-counter-of="#${form.id}"]`);
  if (!counter) return;
  event.preventDefault();
  // A click, so that the button's own name and value are sent by htmx, too.
  counter.click();
});
