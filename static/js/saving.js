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
// What was typed, and once the server has it how many requests had been sent by then: an answer to one of those may have
// been read before and carry the text of a moment ago.
const kept = new Map();
const turnOf = new WeakMap();
let sent = 0;

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  turnOf.set(detail.xhr, ++sent);
  mark(detail.elt, "saving");
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  mark(detail.elt, detail.successful ? "saved" : "kept");
  if (detail.successful) noteSafe(detail);
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
  if (target.matches("[data-keep]")) kept.set(target.dataset.keep, { text: target.value });
});

/** What was sent and is unchanged since is safe with the server. */
function noteSafe({ elt, requestConfig }) {
  const fields = elt.matches("[data-keep]") ? [elt] : elt.querySelectorAll("[data-keep]");
  for (const field of fields) {
    const typed = kept.get(field.dataset.keep);
    if (typed && requestConfig.verb !== "get" && requestConfig.parameters[field.name] === typed.text)
      typed.safeSince ??= sent;
  }
}

function restore({ detail }) {
  for (const field of document.querySelectorAll("[data-keep]")) {
    const typed = kept.get(field.dataset.keep);
    if (!typed || turnOf.get(detail.xhr) > typed.safeSince) continue;
    if (field.value !== typed.text) field.value = typed.text;
  }
}

document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented) target.querySelectorAll("[data-keep]").forEach((field) => kept.delete(field.dataset.keep));
});
const isUnsaved = (typed) => typed && typed.safeSince === undefined;
window.addEventListener("beforeunload", (event) => {
  if ([...kept.values()].some(isUnsaved)) event.preventDefault();
});
document.addEventListener("desk:online", () => {
  for (const field of document.querySelectorAll("[data-keep]")) {
    if (isUnsaved(kept.get(field.dataset.keep))) htmx.trigger(field, "change");
  }
});
