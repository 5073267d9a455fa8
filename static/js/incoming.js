/**
 * A call that comes in: the screen follows it by itself, unless somebody types.
 *
 *   data-opens   form or link of a call that may open by itself: sent or followed at once when nobody types. Else it
 *                stays, with its key. Typing is a key pressed or a text changed within the last 2 s, a text field that has
 *                the focus and is not empty, or a text that the server does not have yet
 *   data-say     its words are announced when the bar comes in
 *
 * Enter takes the call from an empty search field, too, which has the focus on the first page; but not within 500 ms
 * after the bar has come in or changed.
 */
const QUIET = 2000;
const SETTLE_WAIT = 500;
let touched = -Infinity;
let told = "";
let came = -Infinity;

for (const type of ["keydown", "input"]) document.addEventListener(type, () => (touched = performance.now()), true);

const isText = (el) =>
  el?.isContentEditable ||
  el?.matches?.("textarea, input:not([type=radio], [type=checkbox], [type=range], [type=hidden], [type=submit], [type=button])");
const isChanged = (field) => isText(field) && field.value !== field.defaultValue;

function typing() {
  if (performance.now() - touched < QUIET) return true;
  const active = document.activeElement;
  if (isText(active) && (active.value ?? active.textContent) !== "") return true;
  return [...document.querySelectorAll("main textarea, main input")].some(isChanged);
}

function follow() {
  const bar = document.getElementById("incoming");
  const words = bar?.querySelector("[data-say]")?.textContent ?? "";
  const seen = bar?.getAttribute("hx-get") ?? "";
  if (words && seen !== told) document.getElementById("announce-polite").textContent = words;
  if (seen !== told) came = performance.now();
  told = seen;
  const way = document.querySelector("[data-opens]");
  if (!way || typing() || document.querySelector("dialog[open]")) return;
  if (way.matches("form")) way.requestSubmit();
  else way.click();
}

function take(event) {
  const field = document.activeElement;
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!field?.matches("[data-find]") || field.value) return;
  const way = document.querySelector("#incoming [data-key=Enter]");
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  if (performance.now() - came >= SETTLE_WAIT) way.click();
}

document.addEventListener("keydown", take, true);
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.id === "incoming") follow();
});
follow();
