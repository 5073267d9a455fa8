/**
 * The offer being built: what the customer pays, what it costs, whose limit it is in, while the slider moves.
 *
 * The server repeats every sum and has the last word: when its answer replaces a figure that stood differently here, the
 * new figure is marked for 2 s. All amounts are integers in minor units, all words are in the template.
 *
 *   form[data-composer]
 *     data-currency="USD"        ISO code
 *     data-bill                  what the customer pays a month now
 *     data-base                  what the discount is taken from a month (all of the bill, or one product)
 *     data-own-cost, data-own-months, data-own-step     the agent's own limits for one offer; -step is the slider's unit
 *     data-sup-cost, data-sup-months, data-sup-step     the supervisor's
 *     data-budget                what is left of the agent's budget; more than that needs a supervisor
 *     data-values='{"20x6": 38400}'   expected value by slider x months, as the server worked it out; may be left out
 *     data-ruling="within"       written here and by the server: within, over, never. The stylesheet shows the
 *                                [data-when="over"] … that match
 *     data-served                the sum is the server's alone: only slider and months are written while they move
 *   [data-rules="over"]          in an answer that replaces a part of the form: its ruling, written onto the form
 *     data-served                kinds whose sums only the server can do: here only the slider's own value is written
 *   [data-rules="over"]          in the server's answer: the ruling it comes with
 *   input[data-slider]           range: per cent (data-unit="percent") or amount a month (data-unit="amount", minor)
 *   input[data-months]           radios or select: months; without any the length is data-fixed-months of the form
 *   [data-fill]                  SVG rect on the slider's track, width of 100
 *   [data-out="slider|months|bill|saving|cost|value|left"]     figures; data-signed writes the sign, data-whole no cents
 *   [data-meter]                 the authority meter, drawn by retention_desk/meters.py
 *
 * Buttons beside the slider are data-step buttons (js/widgets.js). The check with the server after a rest is the form's
 * own hx-trigger="input delay:200ms".
 */
const OWN_SHARE = 55;
const SUPERVISOR_SHARE = 33;
const MARKED_FOR = 2000;
const MINUS = "\u2212";

/** How amounts, per cents and numbers read, in the language of the page. */
function writer(currency) {
  const language = document.documentElement.lang;
  const cents = new Intl.NumberFormat(language, { style: "currency", currency });
  const minor = 10 ** cents.resolvedOptions().maximumFractionDigits;
  const whole = new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const sign = (amount) => (amount > 0 ? "+" : amount < 0 ? MINUS : "");
  return {
    percent: (number) => percent.format(number / 100),
    money(amount, { signed = false, short = false } = {}) {
      const text = (short ? whole : cents).format(Math.abs(amount) / minor);
      return (signed ? sign(amount) : amount < 0 ? MINUS : "") + text;
    },
  };
}

/** Half up, in integers: a browser's floating halves must not differ from the server's. */
const percentOf = (amount, percent) => Math.floor((amount * percent * 2 + 100) / 200);

const factsOf = (form) =>
  Object.fromEntries(
    ["bill", "base", "ownCost", "ownMonths", "ownStep", "supCost", "supMonths", "supStep", "budget"].map((name) => [
      name,
      form.dataset[name] === undefined ? Infinity : Number(form.dataset[name]),
    ]),
  );

function monthsOf(form) {
  const chosen = form.querySelector("input[data-months]:checked, select[data-months], input[data-months]:not([type=radio])");
  return Number(chosen ? chosen.value : form.dataset.fixedMonths) || 1;
}

/** What the terms come to; the same rules as offers/rules.py, without what only the server knows. */
function sum(form) {
  const facts = factsOf(form);
  const slider = form.querySelector("input[data-slider]");
  const step = Number(slider.value);
  const months = monthsOf(form);
  const saving = slider.dataset.unit === "amount" ? Math.min(step, facts.base) : percentOf(facts.base, step);
  const cost = saving * months;
  const within = (cap, most, longest) => cost <= cap && step <= most && months <= longest;
  let ruling = "never";
  if (within(facts.supCost, facts.supStep, facts.supMonths)) ruling = "over";
  if (within(Math.min(facts.ownCost, facts.budget), facts.ownStep, facts.ownMonths)) ruling = "within";
  return { facts, slider, step, months, saving, cost, ruling };
}

/** Where a cost stands on the meter, as retention_desk/meters.py places it. */
function meterPlace(cost, own, supervisor) {
  if (cost <= own) return own > 0 ? (OWN_SHARE * Math.max(0, cost)) / own : 0;
  if (cost <= supervisor) return OWN_SHARE + (SUPERVISOR_SHARE * (cost - own)) / (supervisor - own);
  const beyond = OWN_SHARE + SUPERVISOR_SHARE;
  return Math.min(100, beyond + ((100 - beyond) * (cost - supervisor)) / Math.max(supervisor, 1));
}

function drawMeter(form, place) {
  const meter = form.querySelector("[data-meter]");
  if (!meter) return;
  meter.querySelector("[data-own]").setAttribute("width", String(Math.min(place, OWN_SHARE)));
  const over = Math.min(Math.max(0, place - OWN_SHARE), SUPERVISOR_SHARE);
  meter.querySelector("[data-over]").setAttribute("width", String(over));
  meter.querySelector("[data-pin]").setAttribute("x", String(place - 0.35));
}

/** Write all figures from what the controls say now. */
function draw(form) {
  if (!form.querySelector("input[data-slider]")) return;
  const { facts, slider, step, months, saving, cost, ruling } = sum(form);
  const write = writer(form.dataset.currency);
  const served = "served" in form.dataset;
  const values = form.dataset.values ? JSON.parse(form.dataset.values) : {};
  const figures = {
    slider: slider.dataset.unit === "amount" ? write.money(step) : write.percent(step),
    months: String(months),
    bill: facts.bill - saving,
    saving: -saving,
    cost,
    value: values[`${step}x${months}`],
    left: Number.isFinite(facts.budget) ? Math.max(0, facts.budget - cost) : undefined,
  };
  for (const out of form.querySelectorAll("[data-out]")) {
    const figure = figures[out.dataset.out];
    if (figure === undefined || (served && typeof figure !== "string")) continue;
    const options = { signed: "signed" in out.dataset, short: "whole" in out.dataset };
    const text = typeof figure === "string" ? figure : write.money(figure, options);
    if (out.textContent !== text) out.textContent = text;
  }
  const span = Number(slider.max) - Number(slider.min);
  form.querySelector("[data-fill]")?.setAttribute("width", String(span ? ((step - slider.min) / span) * 100 : 0));
  slider.setAttribute("aria-valuetext", figures.slider);
  if (served) return;
  drawMeter(form, meterPlace(cost, facts.ownCost, facts.supCost));
  form.dataset.ruling = ruling;
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-composer]");
  if (form && target.matches("[data-slider], [data-months]")) draw(form);
});

/* The server's answer against the sum that stood here */

let standing = new Map();
/** Browser and server may space a currency differently; only the figure counts. */
const bare = (text) => text.replace(/\s/g, "");
const figuresNow = () =>
  new Map([...document.querySelectorAll("[data-composer] [data-out]")].map((out) => [out.dataset.out, out.textContent]));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // Only where a part is drawn again: another offer has other figures, and none of them is corrected.
  standing = detail.target.parentElement?.closest("[data-composer]") ? figuresNow() : new Map();
});
document.addEventListener("htmx:afterSettle", () => {
  for (const part of document.querySelectorAll("form[data-composer] [data-rules]"))
    part.closest("form").dataset.ruling = part.dataset.rules;
  for (const out of document.querySelectorAll("[data-composer] [data-out]")) {
    const before = standing.get(out.dataset.out);
    if (before === undefined || bare(before) === bare(out.textContent)) continue;
    out.classList.add("is-corrected");
    setTimeout(() => out.classList.remove("is-corrected"), MARKED_FOR);
  }
  standing = new Map();
});
