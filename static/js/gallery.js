/**
 * The states that only a script brings about, on the pages of the gallery: the very events that bring them about.
 *
 *   <meta name="gallery-script" content="offline">   loading, not-saved, offline, online; on the approvals page settled
 *       (somebody else has the open request), gone (it is over, and the hand is on the list), news (a new one, likewise)
 *
 * These pages ask nothing of the desk by themselves, which knows nothing of what they show.
 */
// As js/connection.js has it.
const BACK_FOR = 5000;
const deed = document.querySelector("meta[name=gallery-script]")?.content;
const panel = () => document.getElementById("offer-panel");
const queue = () => document.getElementById("queue");
const settle = () => document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: {} }));
const send = (type, detail) => panel().dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));

document.addEventListener("htmx:beforeRequest", (event) => {
  // Any answer would say that the desk is there.
  const cause = event.detail.requestConfig?.triggeringEvent?.type;
  if (deed === "offline" || !cause || ["desk:ask", "load"].includes(cause)) event.preventDefault();
});

/** News of the list while the focus is in it; `gone`: the open request is not there any more. */
function hold(gone) {
  queue().querySelector("[aria-current]").focus();
  const page = queue().cloneNode(true);
  if (gone) page.querySelector("[aria-current]").parentElement.remove();
  const requestConfig = { elt: queue(), triggeringEvent: new Event("desk:ask") };
  const detail = { target: queue(), shouldSwap: true, requestConfig, xhr: { response: page.outerHTML } };
  queue().dispatchEvent(new CustomEvent("htmx:beforeSwap", { bubbles: true, detail }));
  settle();
}

const DEEDS = {
  loading() {
    const requestConfig = { verb: "get", triggeringEvent: new Event("click") };
    send("htmx:beforeRequest", { elt: panel(), target: panel(), xhr: {}, requestConfig });
  },
  "not-saved"() {
    send("htmx:sendError", { elt: panel(), requestConfig: { triggeringEvent: new Event("submit") } });
  },
  settled: settle,
  gone: () => hold(true),
  news: () => hold(false),
  // Both stay while they are looked at: nobody ever answers, and what says that somebody does is never taken away.
  offline() {
    window.fetch = () => new Promise(() => {});
    window.dispatchEvent(new Event("offline"));
  },
  online() {
    const later = window.setTimeout;
    window.setTimeout = (act, after, ...rest) => (after === BACK_FOR ? 0 : later(act, after, ...rest));
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
  },
};

addEventListener("load", () => DEEDS[deed]?.());
