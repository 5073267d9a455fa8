/**
 * Says that the session is about to end, and goes to the log-in when it has.
 *
 *   [data-session-ends="1795344000"]   Unix seconds; hidden until two minutes before (templates/_parts/session_end.html)
 *
 * Counts by the server's clock (<meta name="desk-now">), as js/clocks.js does.
 */
const BEFORE = 120;
const server = Number(document.querySelector("meta[name=desk-now]")?.content);
const offset = server ? server - Date.now() / 1000 : 0;

function look() {
  const bar = document.querySelector("[data-session-ends]");
  if (!bar) return;
  const left = Number(bar.dataset.sessionEnds) - (Date.now() / 1000 + offset);
  bar.hidden = left > BEFORE;
  const login = document.querySelector("meta[name=desk-login]")?.content;
  if (left <= 0 && login) location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

look();
setInterval(look, 1000);
