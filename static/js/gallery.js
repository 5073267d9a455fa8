/**
 * The states that only a script brings about, on the pages of the gallery: the very events that bring them about.
 *
 *   <meta name="gallery-script" content="offline">   loading, not-saved, offline, online
 */
const deed = document.querySelector("meta[name=gallery-script]")?.content;
const panel = () => document.getElementById("offer-panel");
const send = (type, detail) => panel().dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));

const DEEDS = {
  loading() {
    const requestConfig = { verb: "get", triggeringEvent: new Event("click") };
    send("htmx:beforeRequest", { elt: panel(), target: panel(), xhr: {}, requestConfig });
  },
  "not-saved"() {
    send("htmx:sendError", { elt: panel(), requestConfig: { triggeringEvent: new Event("submit") } });
  },
  offline: () => window.dispatchEvent(new Event("offline")),
  online() {
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
  },
};

addEventListener("load", () => DEEDS[deed]?.());
