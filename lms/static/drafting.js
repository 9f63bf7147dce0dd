// Keeps what is typed into the form of a page before it is saved: on the server, at most five seconds later, and on this
// device while there is no connection. What was kept is offered when the form is opened again; nothing is put in unasked.
document.querySelectorAll("form[data-drafting]").forEach((form) => {
  const LONGEST = 5000, QUIET = 1500;
  const title = form.elements.namedItem("title"), body = form.elements.namedItem("body");
  const line = form.querySelector("[data-drafting-state]"), offer = document.querySelector("[data-drafting-offer]");
  const token = document.querySelector("meta[name=csrf-token]");
  const key = `draft:${form.dataset.drafting}`;
  let timer = 0, since = 0, sent = "";

  const typed = () => ({ title: title.value, body: body.value, version: form.elements.namedItem("version")?.value || "" });
  const said = ({ title, body }) => JSON.stringify([title.trim(), body.trim()]);
  const stored = () => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const keepHere = (draft) => {
    try {
      if (draft) localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
      else localStorage.removeItem(key);
      return true;
    } catch { return false; }
  };

  async function save() {
    clearTimeout(timer);
    timer = since = 0;
    const draft = typed();
    if (said(draft) === sent) return;
    const kept = keepHere(draft);
    const response = await fetch(form.dataset.drafting, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token.content },
      body: JSON.stringify(draft),
    }).catch(() => null);
    if (response && response.ok && !response.redirected) {
      sent = said(draft);
      if (sent === said(typed())) keepHere(null);
      line.textContent = line.dataset.wordKept.replace("{time}", (await response.json()).clock);
    } else if (response && response.status === 422) line.textContent = (await response.json()).message;
    else {
      line.textContent = kept ? line.dataset.wordHere : line.dataset.wordNowhere;
      timer = setTimeout(save, 10000);
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target !== title && event.target !== body) return;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
  });
  addEventListener("online", () => { if (said(typed()) !== sent) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && since) save(); });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    clearTimeout(timer);
    keepHere(typed()); // until the page comes back with this text in it
  });

  const left = stored();
  sent = said(typed());
  if (!left || said(left) === sent) return keepHere(null);
  offer.querySelector("[data-when]").textContent = new Date(left.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  offer.hidden = false;
  offer.querySelector("[data-restore]").addEventListener("click", () => {
    title.value = left.title;
    body.value = left.body;
    body.dispatchEvent(new Event("input", { bubbles: true }));
    offer.hidden = true;
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    keepHere(null);
    offer.hidden = true;
  });
});
