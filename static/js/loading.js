/**
 * A panel that is fetched and takes longer than 300 ms shows grey bars in its place, never a page spinner.
 *
 * Only what a person asked for (not news from the server), only panels, and never one in which the focus is: that stays
 * readable. Sets data-loading and aria-busy on the panel; the stylesheet draws the bars.
 */
const AFTER = 300;
const OWN_ACTION = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search"]);
const waiting = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { target, xhr, requestConfig } = detail;
  if (requestConfig.verb !== "get" || !OWN_ACTION.has(requestConfig.triggeringEvent?.type)) return;
  if (!target?.matches(".panel")) return;
  const timer = setTimeout(() => {
    if (target.contains(document.activeElement)) return;
    target.dataset.loading = "";
    target.setAttribute("aria-busy", "true");
  }, AFTER);
  waiting.set(xhr, [target, timer]);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const [target, timer] = waiting.get(detail.xhr) ?? [];
  clearTimeout(timer);
  if (!target) return;
  delete target.dataset.loading;
  target.removeAttribute("aria-busy");
});
