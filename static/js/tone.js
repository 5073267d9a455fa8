/**
 * A short tone when an answer has come (`desk:news` of a part with data-title, see js/live.js), beside its words.
 *
 *   <html data-sounds="off">   this person wants none
 *   data-tone="17"             beside data-title: sounds once for this number. Then it also sounds where the answer waits
 *                              beside what the person is at (`desk:held`, see js/holding.js), which is told again and again
 *
 * A page that nobody has touched yet stays silent: browsers allow no sound there.
 */
const NOTES = [659, 880];
const SECONDS = 0.12;
const LOUDNESS = 0.08;
const heard = new Set();
let sound = null;

function play() {
  sound ??= new AudioContext();
  NOTES.forEach((pitch, place) => {
    const from = sound.currentTime + place * SECONDS;
    const note = sound.createOscillator();
    const fading = sound.createGain();
    note.frequency.value = pitch;
    fading.gain.setValueAtTime(LOUDNESS, from);
    fading.gain.exponentialRampToValueAtTime(0.001, from + SECONDS);
    note.connect(fading).connect(sound.destination);
    note.start(from);
    note.stop(from + SECONDS);
  });
}

function tell(answer) {
  if (!answer || heard.has(answer.dataset.tone)) return;
  if (answer.dataset.tone) heard.add(answer.dataset.tone);
  if (document.documentElement.dataset.sounds !== "off" && navigator.userActivation?.hasBeenActive) play();
}

document.addEventListener("desk:news", ({ detail: { part } }) =>
  tell(part.matches("[data-title]") ? part : part.querySelector("[data-title]")),
);
document.addEventListener("desk:held", ({ detail: { page } }) => tell(page.querySelector("[data-title][data-tone]")));
