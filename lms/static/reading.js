// Remembers where one stopped reading, and that one came to the end. Nothing is said before one has scrolled.
const token = document.querySelector("meta[name=csrf-token]").content;

function say(address, words) {
  return fetch(address, {
    method: "POST",
    keepalive: true, // also while the page is being left
    redirect: "manual",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams(words),
  }).catch(() => null);
}

document.querySelectorAll("[data-reading]").forEach((page) => {
  const headings = [...page.querySelectorAll("h2[id], h3[id]")];
  const links = [...document.querySelectorAll(".toc a")];
  let waiting, said = "", farthest = 0;

  function where() {
    const box = page.getBoundingClientRect();
    const percent = Math.min(100, Math.round((100 * (innerHeight - box.top)) / box.height));
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    return { anchor: passed.length ? passed.at(-1).id : "", percent: Math.max(0, percent) };
  }

  async function remember() {
    clearTimeout(waiting);
    const place = where();
    if (place.percent < 1 || `${place.anchor} ${place.percent}` === said) return;
    said = `${place.anchor} ${place.percent}`;
    const response = await say(page.dataset.reading, place);
    if (response && response.ok && place.percent >= 98 && farthest < 98) {
      const note = document.querySelector("[data-reading-done]");
      if (note) note.textContent = note.dataset.readingDone;
    }
    farthest = Math.max(farthest, place.percent);
  }

  let scrolled = false;
  addEventListener("scroll", () => {
    scrolled = true;
    const passed = links.filter((link) => document.getElementById(link.hash.slice(1)).getBoundingClientRect().top < innerHeight / 3);
    links.forEach((link) => {
      if (link === passed.at(-1)) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
    clearTimeout(waiting);
    waiting = setTimeout(remember, 2000);
  }, { passive: true });
  addEventListener("visibilitychange", () => {
    if (scrolled && document.visibilityState === "hidden") remember();
  });
});
