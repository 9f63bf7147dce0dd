// The text of a page beside what it will look like. Without this script the button opens the preview in a tab.
document.querySelectorAll("[data-preview]").forEach((box) => {
  const text = box.querySelector("textarea");
  const side = box.querySelector("[data-preview-side]");
  const here = box.querySelector("[data-preview-here]");
  const button = document.querySelector("[data-preview-button]");
  const token = document.querySelector("meta[name=csrf-token]").content;
  let waiting, asked = 0;

  async function show() {
    const number = ++asked;
    const response = await fetch(box.dataset.preview, {
      method: "POST",
      headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
      body: new URLSearchParams({ body: text.value }),
    }).catch(() => null);
    // An answer that was overtaken by a newer one is old news; without a connection the last preview stays.
    if (response && number === asked && (response.ok || response.status === 422)) here.innerHTML = await response.text();
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
  button.hidden = true;
  side.hidden = false;
  show();
});
