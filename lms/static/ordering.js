// Dragging a line of an ordered list to its place, beside the buttons ▲▼, which do the same without a script.
document.querySelectorAll("[data-ordering]").forEach((list) => {
  const lines = () => [...list.children];
  let carried = null;

  lines().forEach((line) => {
    line.draggable = true;
    line.classList.add("carried-by-hand");
  });
  list.addEventListener("dragstart", (event) => {
    carried = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", carried.id);
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!carried) return;
    event.preventDefault();
    if (!over || over === carried) return;
    const box = over.getBoundingClientRect();
    over[event.clientY > box.top + box.height / 2 ? "after" : "before"](carried);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!carried) return;
    // The form of the arrows carries the new place; the page comes back with everything in order.
    const form = carried.querySelector("form[action$='/position']"), place = document.createElement("input");
    Object.assign(place, { type: "hidden", name: "place", value: lines().indexOf(carried) + 1 });
    form.append(place);
    form.submit();
  });
});
