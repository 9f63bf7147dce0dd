// A chosen file goes ahead of its form, a piece at a time. A line that breaks is waited for, and a file that was chosen
// again (after the page was left, too) goes on where it stopped. Without this script it goes with the form.
(() => {
  "use strict";
  const RETRY = [1, 2, 5, 10, 20, 30]; // seconds
  const token = document.querySelector("meta[name=csrf-token]");
  const address = document.querySelector("[data-uploading]")?.dataset.uploading;

  const pause = (seconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    window.addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
  const remembered = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value) localStorage.setItem(key, value); else localStorage.removeItem(key);
    } catch { /* a browser that keeps nothing begins anew */ }
    return null;
  };

  // {status, …answer}; status 0 where nobody answered.
  const ask = async (method, where, options = {}) => {
    try {
      const response = await fetch(where, {
        method, ...options, headers: { "X-CSRFToken": token.content, Accept: "application/json", ...options.headers },
      });
      if (response.redirected) return { status: 401 };
      if (response.status === 204) return { status: 204 };
      return { ...(await response.json()), status: response.status };
    } catch {
      return options.signal?.aborted ? { status: -1 } : { status: 0 };
    }
  };
  const begin = (file, options) => ask("POST", address, {
    ...options, body: JSON.stringify({ name: file.name || "picture.png", size: file.size }),
    headers: { "Content-Type": "application/json" },
  });

  // Sends the file; told of every step with say(share, isWaiting). Gives {token, what, markdown} or {message}, or {} when
  // it was stopped.
  const send = async (file, { say = () => {}, signal } = {}) => {
    const key = `upload:${file.name}:${file.size}:${file.lastModified}`;
    let standing = null, tries = 0;
    const known = remembered(key);
    if (known) {
      standing = await ask("GET", known, { signal });
      if (standing.status !== 200) standing = null;
    }
    for (;;) {
      if (signal?.aborted) {
        if (standing) ask("DELETE", standing.address);
        remembered(key, "");
        return {};
      }
      const at = standing?.offset ?? 0;
      let answer;
      if (!standing) answer = await begin(file, { signal });
      else if (at < file.size) {
        say(at / file.size, false);
        answer = await ask("PATCH", standing.address, {
          signal, body: file.slice(at, at + standing.piece),
          headers: { "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" },
        });
      } else {
        say(1, false);
        answer = await ask("POST", standing.address, { signal });
      }
      const { status } = answer;
      if (answer.token) {
        remembered(key, "");
        return answer;
      }
      if (status === 200 || status === 201 || status === 409) {
        standing = answer;
        tries = 0;
        remembered(key, standing.address);
      } else if (status === 404) {
        standing = null; // it was swept away meanwhile
        if (tries++ > RETRY.length) return { message: answer.message };
      } else if (status === 0 || status === 429 || status === 503) {
        say(at / file.size, true);
        await pause(RETRY[Math.min(tries++, RETRY.length - 1)]);
      } else if (status !== -1) {
        remembered(key, "");
        return { message: answer.message };
      }
    }
  };
  window.sendInPieces = send;

  document.querySelectorAll("input[type=file][data-uploading]").forEach((field) => {
    const box = document.querySelector(`[data-uploading-of="${field.id}"]`), form = field.form;
    const line = box.querySelector("[data-line]"), bar = box.querySelector("progress"), stop = box.querySelector("button");
    const hidden = box.querySelector("input[type=hidden]");
    let stopping = null, waiting = null; // what ends the upload under way; the button that was pressed meanwhile
    const words = (name, values = {}) =>
      Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), box.dataset[name]);
    const show = (text, mark, isGoing) => {
      box.hidden = !text;
      line.textContent = text;
      if (mark) line.dataset.s = mark; else delete line.dataset.s;
      bar.hidden = stop.hidden = !isGoing;
    };
    const put = (value) => {
      hidden.value = value;
      hidden.disabled = !value;
    };

    field.addEventListener("change", async () => {
      stopping?.abort();
      put("");
      const file = field.files[0];
      if (!file) return show("");
      const mine = stopping = new AbortController();
      let percent = -1;
      const answer = await send(file, {
        signal: mine.signal,
        say: (share, isWaiting) => {
          bar.value = share;
          const now = Math.floor(share * 100);
          // Said aloud at every tenth; the bar shows the rest.
          if (isWaiting) show(words("wordWaiting"), "wait", true);
          else if (share === 1) show(words("wordChecking"), "", true);
          else if (Math.floor(now / 10) !== Math.floor(percent / 10) || line.dataset.s) {
            show(words("wordGoing", { name: file.name, percent: `${now} %` }), "", true);
          }
          percent = now;
        },
      });
      if (stopping !== mine) return;
      stopping = null;
      field.value = ""; // it is there already, or not wanted
      if (answer.token) {
        put(answer.token);
        show(words("wordDone", { what: answer.what }), "done", false);
        if (waiting) form.requestSubmit(waiting);
      } else show(mine.signal.aborted ? "" : answer.message || words("wordBroken"), "late", false);
      waiting = null;
    });
    stop.addEventListener("click", () => {
      stopping?.abort();
      field.focus();
    });
    form.addEventListener("submit", (event) => {
      if (!stopping) return;
      event.preventDefault();
      waiting = event.submitter;
      show(words("wordThenSaved"), "wait", true);
    });
  });
})();
