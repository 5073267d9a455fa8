/**
 * A short tone when an answer has come (`desk:news` of a part with data-title, see js/live.js), beside its words.
 *
 *   <html data-sounds="off">   this person wants none
 *
 * A page that nobody has touched yet stays silent: browsers allow no sound there.
 */
const NOTES = [659, 880];
const SECONDS = 0.12;
const LOUDNESS = 0.08;
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

document.addEventListener("desk:news", ({ detail: { part } }) => {
  if (document.documentElement.dataset.sounds === "off" || !navigator.userActivation?.hasBeenActive) return;
  if (part.matches("[data-title]") || part.querySelector("[data-title]")) play();
});
