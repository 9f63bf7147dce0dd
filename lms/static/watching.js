// Plays a recording: another host's player is loaded only when asked for, chapters lead to their places, and what was really
// played is told every quarter of a minute, and kept on this device until the server has it. Nothing is said before a press.
document.querySelectorAll("[data-recording]").forEach((box) => {
  const EVERY = 15000, PATIENCE = 20000;
  const token = document.querySelector("meta[name=csrf-token]").content;
  const line = box.querySelector("[data-watching-state]"), share = box.querySelector("[data-share]");
  const key = `watching:${box.dataset.whose}:${box.dataset.recording}`; // several people may sit at one device

  const tell = (words) => fetch(box.dataset.recording, {
    method: "POST",
    keepalive: true, // also while the page is being left
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    body: new URLSearchParams(words),
    signal: AbortSignal.timeout?.(PATIENCE),
  }).then((response) => (response.ok && !response.redirected ? response.json() : null)).catch(() => null);

  // --- another host's player ---
  const place = box.querySelector("[data-embed]");
  function load(second) {
    const frame = document.createElement("iframe");
    Object.assign(frame, {
      title: place.dataset.title,
      allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
      allowFullscreen: true,
      referrerPolicy: "strict-origin-when-cross-origin", // players refuse pages that do not say who they are
      src: place.dataset.embed.replace("{at}", second),
    });
    // It may run, but not lead this page away.
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation");
    if (!place.querySelector("iframe")) tell({});
    place.classList.add("playing");
    place.replaceChildren(frame);
    frame.focus();
  }
  if (place) {
    const button = place.querySelector("[data-load]");
    button.hidden = false;
    button.addEventListener("click", () => load(Number(box.dataset.start)));
  }

  // --- our own: the video, and its sound alone ---
  const players = [...box.querySelectorAll("video, audio")];
  let current = players[0], timer = 0, busy = false, again = false;
  const stored = () => {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  };
  const keep = (words) => {
    try {
      if (words) localStorage.setItem(key, JSON.stringify(words));
      else localStorage.removeItem(key);
    } catch { /* a browser that keeps nothing plays all the same */ }
  };
  const before = stored();

  // What the browser says was played, in tenths of a second; jumps are not in it.
  const stretches = () => players.flatMap(({ played }) => Array.from(played, (_one, at) => [
    Math.ceil(played.start(at) * 10), Math.floor(played.end(at) * 10),
  ])).filter(([begin, end]) => end > begin).map((one) => one.join("-"));
  const words = () => ({
    played: [before.played, ...stretches()].filter(Boolean).join(","),
    second: Math.floor(current.currentTime),
    length: Math.round(Number.isFinite(current.duration) ? current.duration : 0),
  });

  async function report() {
    clearTimeout(timer);
    timer = 0;
    const said = words();
    keep(said);
    if (busy) { again = true; return; }
    busy = true;
    const answer = await tell(said);
    busy = false;
    if (answer) {
      if (stored().played === said.played) keep(null);
      if (share) {
        share.textContent = share.dataset.share.replace("{share}", answer.share);
        share.hidden = false;
      }
      line.textContent = answer.percent >= Number(box.dataset.enough) ? box.dataset.wordEnough : "";
    } else line.textContent = box.dataset.wordOffline;
    if (again) { again = false; report(); } else if (!answer) later();
  }
  const later = () => { timer ||= setTimeout(report, EVERY); };

  players.forEach((player) => {
    player.addEventListener("play", () => {
      players.filter((one) => one !== player).forEach((one) => one.pause());
      if (current !== player && current.currentTime) player.currentTime = current.currentTime;
      current = player;
      tell({}); // the clock against which the server weighs what it is told begins to run
    });
    player.addEventListener("timeupdate", () => { if (!player.paused) later(); });
    ["pause", "ended"].forEach((name) => player.addEventListener(name, report));
  });
  if (players.length) {
    document.addEventListener("visibilitychange", () => { if (document.hidden && timer) report(); });
    addEventListener("pagehide", () => { if (timer) report(); });
    addEventListener("online", () => { if (stored().played) report(); });
    // Left over from a time without connection: it is newer than what the server knew when it made this page.
    if (before.played) {
      if (!new URLSearchParams(location.search).has("at")) players.forEach((player) => { player.currentTime = before.second; });
      tell(before).then((answer) => { if (answer) keep(null); });
    }
  }

  // --- chapters ---
  box.querySelectorAll("[data-at]").forEach((link) => {
    if (!place && !current) return;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const second = Number(link.dataset.at);
      if (place) return load(second);
      current.currentTime = second;
      current.play();
      current.scrollIntoView({ block: "nearest" });
    });
  });
});
