/**
 * The dialog behind "?" (templates/_parts/keys.html): the server has written every key of the screen into it.
 *
 *   [data-for-keys="1 2 3"]       a line; with data-off, and its [data-not-now] shown, while nothing answers to its keys
 *   [data-answers="j k"]          while it is there a script answers to these keys, without a button of theirs
 *   [data-always]                 a line whose keys need no button
 *   [data-single-keys-switch]     letters, digits and signs answer, on this page
 *
 * Opens on the event `desk:help` of js/desk.js, which says by detail.answers(key) what would answer now.
 */
const root = document.documentElement;
const dialog = document.getElementById("keys-help");

const byScript = (key) => document.querySelector(`[data-answers~="${CSS.escape(key)}"]`);

document.addEventListener("desk:help", ({ detail }) => {
  for (const line of dialog.querySelectorAll("[data-for-keys]:not([data-always])")) {
    const off = !line.dataset.forKeys.split(" ").some((key) => detail.answers(key) || byScript(key));
    line.toggleAttribute("data-off", off);
    line.querySelector("[data-not-now]").hidden = !off;
  }
  dialog.querySelector("[data-single-keys-switch]").checked = root.dataset.singleKeys !== "off";
  dialog.showModal();
});

dialog?.addEventListener("change", ({ target }) => {
  if (target.matches("[data-single-keys-switch]")) root.dataset.singleKeys = target.checked ? "on" : "off";
});
