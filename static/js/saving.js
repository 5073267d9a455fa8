/**
 * Fields that save themselves: the mark beside them, and text that must not get lost.
 *
 *   data-saves          around fields that save themselves; its [data-savehint] shows the words of its attributes
 *                       data-saving, data-saved or data-kept, in its <span>, and has data-state for the stylesheet
 *   data-keep="notes"   text field: what is typed outlives swaps and lost connections, in the memory of the page, until
 *                       the server has it. When the connection is back the field sends the event `change` again.
 *
 * The memory is that of the open page only; leaving it with unsaved text asks first.
 */
const kept = new Map();

document.addEventListener("htmx:beforeRequest", ({ detail }) => mark(detail.elt, "saving"));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  mark(detail.elt, detail.successful ? "saved" : "kept");
  if (detail.successful) forget(detail);
});
document.addEventListener("htmx:afterSettle", restore);

function mark(elt, state) {
  const hint = elt.closest("[data-saves]")?.querySelector("[data-savehint]");
  if (!hint) return;
  hint.dataset.state = state;
  const words = hint.querySelector("span") ?? hint;
  words.textContent = hint.dataset[state] ?? words.textContent;
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-keep]")) kept.set(target.dataset.keep, target.value);
});

/** What was sent and is unchanged since is safe with the server. */
function forget({ elt, requestConfig }) {
  const fields = elt.matches("[data-keep]") ? [elt] : elt.querySelectorAll("[data-keep]");
  for (const field of fields) {
    if (requestConfig.verb !== "get" && requestConfig.parameters[field.name] === kept.get(field.dataset.keep))
      kept.delete(field.dataset.keep);
  }
}

function restore() {
  for (const field of document.querySelectorAll("[data-keep]")) {
    const text = kept.get(field.dataset.keep);
    if (text !== undefined && field.value !== text) field.value = text;
  }
}

document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented) target.querySelectorAll("[data-keep]").forEach((field) => kept.delete(field.dataset.keep));
});
window.addEventListener("beforeunload", (event) => {
  if (kept.size) event.preventDefault();
});
document.addEventListener("desk:online", () => {
  for (const field of document.querySelectorAll("[data-keep]")) {
    if (kept.has(field.dataset.keep)) htmx.trigger(field, "change");
  }
});
