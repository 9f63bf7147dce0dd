// The page around a package: starts it in its frame on the packages' own host, and saves what it says. It believes only
// that frame; what comes from it is a claim about this person and this part, and the server takes no more than that.
//
// A saving carries a counter one higher than the last. The server refuses one that is not higher than what it has: then
// the package is open elsewhere too, and nothing more is saved from here.
(() => {
  "use strict";
  const player = document.querySelector("[data-package]");
  if (!player) return;
  const RETRY = [2, 5, 10, 20, 40, 60]; // seconds
  const PATIENCE = 2000; // milliseconds that leaving waits for the last saving

  const { origin, save, next, previous } = player.dataset;
  const start = JSON.parse(player.dataset.start);
  const frame = player.querySelector("iframe"), line = document.querySelector("[data-package-state]");
  const token = document.querySelector("meta[name=csrf-token]").content;
  const word = (name) => line.dataset[`word${name}`] || "";
  let counter = start.counter, waiting = null, sending = null, failures = 0, timer = 0, isStopped = !save, left = null;

  const tell = (message) => frame.contentWindow.postMessage(message, origin);
  const say = (text, state) => { line.textContent = text; line.dataset.s = state; };

  // --- saving ---
  const request = (saving, more = {}) => fetch(save, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
    body: JSON.stringify({ part: start.part, archive: start.archive, ...saving }),
    redirect: "manual",
    ...more,
  });
  async function send() {
    clearTimeout(timer);
    if (isStopped || sending || !waiting) return;
    sending = waiting;
    sending.counter = sending.counter || (counter += 1);
    waiting = null;
    let response = null;
    try { response = await request(sending); } catch { /* said below */ }
    const sent = sending;
    sending = null;
    if (response && response.ok) await taken(response);
    else if (response && response.status < 500 && response.status !== 429) await refused(response);
    else later(sent);
    if (left && !waiting) left();
    send();
  }
  async function taken(response) {
    const answer = await response.json();
    failures = 0;
    say(`${word("Saved")} ${word("Said")} ${answer.said}.`, answer.mark);
    const place = document.querySelector("[data-here]");
    if (place) { place.dataset.s = answer.mark; place.querySelector("[data-said]").textContent = answer.said; }
  }
  async function refused(response) {
    const answer = await response.json().catch(() => ({}));
    isStopped = true;
    const why = answer.error === "replaced" ? "Replaced" : answer.error === "too much" ? "Large" : response.status === 409 ? "Elsewhere" : "SignedOut";
    say(word(why), "late");
  }
  function later(sent) {
    waiting = waiting || sent; // what was said since then goes instead, with a counter of its own
    say(word("Offline"), "wait");
    timer = setTimeout(send, 1000 * RETRY[Math.min(failures, RETRY.length - 1)]);
    failures += 1;
    if (left) left();
  }

  // --- what the package says ---
  function over(wanted) {
    if (wanted === "continue" && next) location.assign(next);
    else if (wanted === "previous" && previous) location.assign(previous);
    else if (/^(exit|abandon|suspend)/.test(wanted)) {
      tell({ package: "close" });
      player.hidden = true;
      document.querySelector("[data-package-over]").hidden = false;
    }
  }
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
    const { package: what, values, request: wanted } = event.data;
    if (what === "ready") tell({ package: "start", start: { ...start, next: Boolean(next), previous: Boolean(previous) } });
    if (what === "save" && values && typeof values === "object") { waiting = { values }; send(); }
    if (what === "over") over(String(wanted));
    if (what === "closed" && left && !sending && !waiting) left();
  });

  // --- leaving: the package may say a last word ---
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.hash || left) return;
    event.preventDefault();
    left = () => { left = () => {}; location.assign(link.href); };
    setTimeout(() => left(), PATIENCE);
    tell({ package: "close" });
  });
  addEventListener("pagehide", () => {
    const last = waiting || sending;
    if (!isStopped && last) request({ ...last, counter: last.counter || counter + 1 }, { keepalive: true }).catch(() => null);
  });
  addEventListener("online", send);

  // --- the whole screen ---
  const whole = document.querySelector("[data-whole-screen]");
  if (whole && player.requestFullscreen) {
    whole.hidden = false;
    whole.addEventListener("click", () => player.requestFullscreen());
  }
  if (!save) say(word("Preview"), "off");
  frame.src = player.dataset.player;
})();
