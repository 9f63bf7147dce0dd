// Saves every answer of a quiz as it is given. What the server has not confirmed yet stays on this device and is sent
// again: on the next change, when the connection is back, when the page is opened. Leaving the page never hands in.
//
// A save carries a counter that is one higher than the last known one of that answer. The server refuses a counter that
// is not higher than the stored one; then another device was there first, and the answer given later by the clock stays.
(() => {
  "use strict";
  const RETRY = [2, 5, 10, 20, 40, 60]; // seconds
  const TYPING = 800, LONGEST_TYPING = 2000; // milliseconds without a keystroke, or in all, before typed text is sent

  const store = (attempt) => {
    const key = `answers:${attempt}`;
    let fallback = {};
    const read = () => {
      try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return fallback; }
    };
    const write = (waiting) => {
      fallback = waiting;
      try {
        if (Object.keys(waiting).length) localStorage.setItem(key, JSON.stringify(waiting));
        else localStorage.removeItem(key);
      } catch { /* a browser that keeps nothing: the page itself still does */ }
    };
    return {
      all: read,
      get: (id) => read()[id],
      put: (id, item) => write({ ...read(), [id]: item }),
      drop: (id) => { const { [id]: _gone, ...rest } = read(); write(rest); },
      clear: () => write({}),
    };
  };

  const handedIn = document.querySelector("[data-saved-for-good]");
  if (handedIn) store(handedIn.dataset.savedForGood).clear();

  const form = document.querySelector("form[data-saving]");
  if (!form) return;

  const line = document.querySelector("[data-saved-line]");
  const state = line.querySelector("[data-state]"), count = line.querySelector("[data-count]"), next = line.querySelector("[data-next]");
  const note = form.querySelector("[data-offline-note]"), kept = note.querySelector("[data-kept]"), gaps = form.querySelector("[data-gaps]");
  const csrf = document.querySelector('meta[name="csrf-token"]');
  const waiting = store(form.dataset.saving);
  const questions = new Map();
  form.querySelectorAll("[data-question]").forEach((fieldset) => questions.set(fieldset.dataset.question, fieldset));
  form.querySelectorAll("[data-without-script]").forEach((part) => part.remove());

  // --- what stands in the fields ---
  const fields = (fieldset) => [...fieldset.querySelectorAll(`[name="q${fieldset.dataset.question}"]`)];
  const isPicked = (field) => ["radio", "checkbox"].includes(field.type);
  const isTyped = (field) => field.matches("textarea, input") && !isPicked(field) && field.type !== "hidden";
  const order = (fieldset) => fieldset.querySelector("[data-order]");
  const given = (fieldset) => {
    const all = fields(fieldset);
    if ("parts" in fieldset.dataset) return all.map((field) => field.value);
    if (!isPicked(all[0])) return all[0].value;
    return all.filter((field) => field.checked).map((field) => field.value);
  };
  const show = (fieldset, value) => {
    const wanted = (Array.isArray(value) ? value : [value]).map((one) => String(one ?? ""));
    if (order(fieldset)) return arrange(order(fieldset), wanted);
    fields(fieldset).forEach((field, at) => {
      if (isPicked(field)) field.checked = wanted.includes(field.value);
      else field.value = wanted[at] ?? "";
    });
  };
  const counter = (fieldset) => Number(fieldset.dataset.counter);
  const setCounter = (fieldset, value) => {
    fieldset.dataset.counter = value;
    fieldset.querySelector(`[name="c${fieldset.dataset.question}"]`).value = value;
  };
  const hasAnswer = (fieldset) => {
    if (order(fieldset)) return "moved" in order(fieldset).dataset;
    const value = given(fieldset);
    return "parts" in fieldset.dataset ? value.every(Boolean) : value.length > 0;
  };

  // --- lines that are put in order ---
  const number = (list) => [...list.children].forEach((line, at) => {
    line.firstElementChild.textContent = at + 1;
  });
  const arrange = (list, texts) => {
    const left = [...list.children];
    texts.forEach((text) => {
      const at = left.findIndex((line) => line.querySelector("input").value === text);
      if (at >= 0) list.append(...left.splice(at, 1));
    });
    list.dataset.moved = "";
    number(list);
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="move"]');
    if (!button) return;
    event.preventDefault();
    const line = button.closest("li"), up = button.value.endsWith(".up");
    const other = up ? line.previousElementSibling : line.nextElementSibling;
    if (other) (up ? other.before(line) : other.after(line));
    line.parentElement.dataset.moved = "";
    number(line.parentElement);
    button.focus();
    noteDown(button.closest("[data-question]"));
    flush();
  });

  // --- what the line says ---
  const word = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), line.dataset[name] || "");
  const say = (mark, text, href) => {
    state.dataset.s = mark;
    if (state.textContent !== text || href) {
      state.textContent = text;
      if (href) {
        const link = document.createElement("a");
        link.href = href;
        link.textContent = text;
        state.replaceChildren(link);
      }
    }
    const numbers = Object.entries(waiting.all()).map(([, item]) => item.number).filter(Boolean);
    note.hidden = mark !== "wait" || !numbers.length;
    kept.textContent = numbers.length ? kept.dataset.word.replace("{numbers}", numbers.join(", ")) : "";
  };
  const onPhone = matchMedia("(pointer: coarse)").matches;
  let quiet = [state.dataset.s, state.textContent]; // what the line says when nothing waits
  const sayQuiet = (mark, text) => { quiet = [mark, text]; say(mark, text); };
  const sayOffline = () => say("wait", word(onPhone ? "wordOfflinePhone" : "wordOffline"));
  const tally = () => {
    const open = [...questions.values()].filter((fieldset) => !hasAnswer(fieldset));
    const elsewhere = Number(line.dataset.elsewhere || 0); // answered on other pages, where each question has its own
    count.textContent = word("wordCount", { answered: questions.size - open.length + elsewhere, of: line.dataset.of });
    if (gaps) gaps.hidden = true; // its number was true when the page came
    if ("elsewhere" in line.dataset) return;
    next.href = open.length ? `#${open[0].id}` : "#hand-in";
    next.textContent = open.length ? word("wordNext", { number: open[0].dataset.number }) : word("wordHandIn");
  };

  // --- sending ---
  let sending = false, tries = 0, timer = 0, stopped = false;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, RETRY[Math.min(tries++, RETRY.length - 1)] * 1000);
  };

  const renewToken = async () => {
    // The session may have begun anew in another tab; this page tells, and carries the token that goes with it.
    const response = await fetch(form.dataset.address, { headers: { Accept: "text/html" }, cache: "no-store" });
    const found = response.redirected ? null : /name="csrf-token" content="([^"]+)"/.exec(await response.text());
    if (!found) return false;
    csrf.content = found[1];
    form.querySelector('[name="csrf_token"]').value = found[1];
    return true;
  };

  const put = (id, item) => fetch(`${form.dataset.address}/answers/${id}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf.content },
    body: JSON.stringify({ given: item.given, counter: item.counter }),
    keepalive: true,
  });

  const settle = (id, item, stored) => {
    // What another device saved under the same counter, or a higher one: the later answer stays.
    const fieldset = questions.get(id); // none where the question stands on another page
    const newer = waiting.get(id);
    if (stored.kept) {
      if (newer && newer.counter === item.counter) waiting.drop(id);
      return;
    }
    const value = newer || item;
    if (value.at >= Date.parse(stored.saved_at)) {
      if (fieldset) setCounter(fieldset, stored.counter + 1);
      waiting.put(id, { ...value, counter: stored.counter + 1 });
      return;
    }
    waiting.drop(id);
    if (!fieldset) return;
    setCounter(fieldset, stored.counter);
    show(fieldset, stored.fields);
    return word("wordElsewhere", { number: fieldset.dataset.number });
  };

  async function send() {
    clearTimeout(timer);
    if (sending || stopped) return;
    sending = true;
    let renewed = false, refused = "", elsewhere = "";
    try {
      for (;;) {
        const [id, item] = Object.entries(waiting.all())[0] || [];
        if (!id) break;
        const response = await put(id, item);
        if ([400, 401, 403].includes(response.status) || response.redirected) {
          if (!renewed && (renewed = await renewToken())) continue;
          stopped = true;
          say("wait", word("wordSignIn"), form.dataset.signIn);
          return;
        }
        if (response.status === 409 || response.status === 404) {
          stopped = true;
          waiting.clear();
          say("late", response.status === 409 ? (await response.json()).message : word("wordGone"), form.dataset.result);
          return;
        }
        if (response.status === 422) {
          waiting.drop(id);
          refused = (await response.json()).message;
          continue;
        }
        if (!response.ok) throw new Error(String(response.status));
        const stored = await response.json();
        elsewhere = settle(id, item, stored) || elsewhere;
        quiet = ["done", word("wordSaved", { time: stored.clock })];
        tries = 0;
      }
      if (refused) say("late", refused);
      else if (elsewhere) say("done", elsewhere);
      else sayQuiet(...quiet);
      tally();
    } catch {
      sayOffline();
      later();
    } finally {
      sending = false;
    }
  }

  // --- what the person does ---
  let typing = 0, typingSince = 0;

  const noteDown = (fieldset) => {
    const value = counter(fieldset) + 1;
    setCounter(fieldset, value);
    const { question, number } = fieldset.dataset;
    waiting.put(question, { given: given(fieldset), counter: value, at: Date.now(), number });
    tally();
  };

  const flush = () => {
    clearTimeout(typing);
    typingSince = 0;
    send();
  };

  form.addEventListener("input", (event) => {
    const fieldset = event.target.closest("[data-question]");
    if (!fieldset) return;
    noteDown(fieldset);
    if (!stopped && state.dataset.s !== "wait") say("now", word("wordSaving"));
    if (!isTyped(event.target)) return flush();
    typingSince ||= Date.now();
    clearTimeout(typing);
    typing = setTimeout(flush, Math.max(0, Math.min(TYPING, typingSince + LONGEST_TYPING - Date.now())));
  });
  form.addEventListener("change", (event) => { if (isTyped(event.target)) flush(); });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    const leftBehind = Object.keys(waiting.all()).some((id) => !questions.has(id));
    if (navigator.onLine === false) {
      event.preventDefault();
      sayOffline();
    } else if (leftBehind) { // answers of other pages are not in this form: they go first
      event.preventDefault();
      send().then(() => { if (!Object.keys(waiting.all()).length) form.requestSubmit(event.submitter); });
    }
  });
  addEventListener("online", () => { tries = 0; send(); });
  addEventListener("offline", sayOffline);
  document.addEventListener("visibilitychange", () => { if (document.hidden && typingSince) flush(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // --- words of an essay, time that is left ---
  form.querySelectorAll("[data-words]").forEach((text) => {
    const said = text.parentElement.querySelector("[data-word-count]");
    const tell = () => {
      said.textContent = text.dataset.words.replace("{count}", (text.value.match(/\S+/g) || []).length);
    };
    text.addEventListener("input", tell);
    tell();
  });

  const time = line.querySelector("[data-time]");
  if (time) {
    // The server said how many seconds are left; this device's own clock may be wrong.
    const ends = performance.now() + Number(time.dataset.left) * 1000, said = time.querySelector("[data-time-left]");
    const tick = async () => {
      const seconds = (ends - performance.now()) / 1000;
      if (seconds <= 600) said.textContent = time.dataset.wordLeft.replace("{minutes}", Math.max(1, Math.ceil(seconds / 60)));
      if (seconds > 0) return setTimeout(tick, Math.min(15, seconds) * 1000 + 50);
      said.textContent = time.dataset.wordUp;
      await send();
      if (Object.keys(waiting.all()).length || stopped) return; // without a connection the server hands in by itself
      const word = document.createElement("input");
      Object.assign(word, { type: "hidden", name: "with_gaps", value: "1" });
      form.append(word);
      form.submit();
    };
    tick();
  }

  // --- what was left from before ---
  for (const [id, item] of Object.entries(waiting.all())) {
    const fieldset = questions.get(id);
    if (!fieldset) continue; // of another page, or gone: the server will tell
    show(fieldset, item.given);
    setCounter(fieldset, Math.max(counter(fieldset), item.counter));
  }
  tally();
  send();
})();
