// A course of five pages that reports as SCORM 1.2 asks: where one is, what was chosen, how many answers were right.
const api = (() => {
  let place = window;
  while (!place.API && place.parent !== place) place = place.parent;
  return place.API || null;
})();
const call = (name, ...given) => (api ? api[`LMS${name}`](...given) : "");
const pages = [...document.querySelectorAll("section")], questions = [...document.querySelectorAll("[data-question]")];
const chosen = (page) => page.querySelector(":checked");
let here = 0;

function show() {
  pages.forEach((page, number) => { page.hidden = number !== here; });
  document.getElementById("place").textContent = `Страница ${here + 1} из ${pages.length}`;
  document.getElementById("back").disabled = here === 0;
  const waits = pages[here].hasAttribute("data-question") && !chosen(pages[here]);
  document.getElementById("on").disabled = here === pages.length - 1 || waits;
  call("SetValue", "cmi.core.lesson_location", String(here));
  call("SetValue", "cmi.suspend_data", questions.map((page) => [...page.querySelectorAll("input")].indexOf(chosen(page))).join(","));
  if (here === pages.length - 1) report();
}
function report() {
  const right = questions.filter((page) => chosen(page) && chosen(page).value === "1").length;
  document.getElementById("result").textContent = `Верно ${right} из ${questions.length}.`;
  call("SetValue", "cmi.core.score.min", "0");
  call("SetValue", "cmi.core.score.max", "100");
  call("SetValue", "cmi.core.score.raw", String(Math.round((100 * right) / questions.length)));
  call("SetValue", "cmi.core.lesson_status", "completed");
  call("Commit", "");
}
questions.forEach((page) => page.addEventListener("change", () => {
  page.querySelector(".note").hidden = false;
  show();
}));
document.getElementById("back").addEventListener("click", () => { here -= 1; show(); });
document.getElementById("on").addEventListener("click", () => { here += 1; show(); });
addEventListener("pagehide", () => { call("SetValue", "cmi.core.exit", "suspend"); call("Finish", ""); });

call("Initialize", "");
if (call("GetValue", "cmi.core.lesson_status") === "not attempted") call("SetValue", "cmi.core.lesson_status", "incomplete");
call("GetValue", "cmi.suspend_data").split(",").forEach((choice, number) => {
  const input = questions[number] && questions[number].querySelectorAll("input")[Number(choice)];
  if (choice !== "" && input) { input.checked = true; questions[number].querySelector(".note").hidden = false; }
});
here = Math.min(Number(call("GetValue", "cmi.core.lesson_location")) || 0, pages.length - 1);
show();
