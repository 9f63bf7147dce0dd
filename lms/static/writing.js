// The editor of a page: buttons that put in Markdown, pictures pasted or dropped, a paste from Word made clean.
// Without this script the text is written by hand, and files are added with the field below it.
document.querySelectorAll("[data-writing]").forEach((box) => {
  const text = box.querySelector("textarea");
  const bar = box.querySelector("[data-toolbar]"), line = box.querySelector("[data-writing-state]");
  const token = document.querySelector("meta[name=csrf-token]");
  const SMALL = 1024 * 1024; // bytes that go in one request; more go in pieces (uploading.js)
  const say = (words) => { line.textContent = words || ""; };

  // --- putting in ---
  // As if typed, so that the browser's own undo takes it back.
  const put = (from, to, words) => {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, from, to, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const around = (before, after, example) => {
    const from = text.selectionStart, to = text.selectionEnd;
    const chosen = text.value.slice(from, to) || example;
    put(from, to, before + chosen + after);
    text.setSelectionRange(from + before.length, from + before.length + chosen.length);
  };
  const eachLine = (mark, example, head) => {
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const to = text.value.indexOf("\n", text.selectionEnd) === -1 ? text.value.length : text.value.indexOf("\n", text.selectionEnd);
    const lines = (text.value.slice(from, to) || example).split("\n");
    const marked = lines.map((one, at) => (mark === "1. " ? `${at + 1}. ` : mark) + one);
    put(from, to, (head ? [head, ...marked] : marked).join("\n"));
  };
  const block = (words) => {
    const at = text.selectionEnd, before = text.value.slice(0, at);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    put(at, at, `${gap}${words}\n`);
  };

  bar.querySelectorAll("button").forEach((button) => {
    const { around: both, lines, block: whole, footnote, head, example = "" } = button.dataset;
    button.addEventListener("click", () => {
      if (both) around(...both.split("…"), example);
      else if (lines) eachLine(lines, example, head);
      else if (whole) block(whole);
      else if (footnote !== undefined) {
        const number = 1 + Math.max(0, ...[...text.value.matchAll(/\[\^(\d+)\]:/g)].map((found) => Number(found[1])));
        put(text.selectionEnd, text.selectionEnd, `[^${number}]`);
        put(text.value.length, text.value.length, `${text.value.endsWith("\n") ? "" : "\n"}\n[^${number}]: `);
      } else bar.querySelector("input[type=file]").click();
    });
  });
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const wanted = { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (!wanted) return;
    event.preventDefault();
    bar.querySelector(`[data-key=${wanted}]`).click();
  });

  // --- taking in ---
  const ask = async (address, body) => {
    const response = await fetch(address, {
      method: "POST", headers: { "X-CSRFToken": token.content, Accept: "application/json" }, body,
    }).catch(() => null);
    if (!response || response.redirected) return { message: box.dataset.wordOffline };
    return response.json().catch(() => ({ message: box.dataset.wordOffline }));
  };
  const takeIn = async (files) => {
    for (const file of files) {
      const going = box.dataset.wordUploading.replace("{name}", file.name);
      say(going);
      let answer;
      if (file.size > SMALL) {
        answer = await window.sendInPieces(file, {
          say: (share, isWaiting) => say(isWaiting ? box.dataset.wordBreak : `${going} ${Math.floor(share * 10) * 10} %`),
        });
      } else {
        const form = new FormData();
        form.append("file", file, file.name || "picture.png");
        answer = await ask(box.dataset.uploads, form);
      }
      say(answer.message);
      if (answer.markdown) block(answer.markdown);
    }
  };
  bar.querySelector("input[type=file]").addEventListener("change", (event) => {
    takeIn([...event.target.files]);
    event.target.value = "";
  });
  text.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  text.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    takeIn([...event.dataTransfer.files]);
  });
  text.addEventListener("paste", async (event) => {
    const files = [...event.clipboardData.files], html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    // Word puts a picture of the text beside the text: then the text is meant.
    if (files.length && !plain.trim()) {
      event.preventDefault();
      takeIn(files);
    } else if (html.trim()) {
      event.preventDefault();
      const from = text.selectionStart, to = text.selectionEnd;
      const answer = await ask(box.dataset.pasted, new URLSearchParams({ html }));
      say(answer.message);
      put(from, to, answer.markdown ?? plain);
    }
  });
  bar.hidden = false;
});
