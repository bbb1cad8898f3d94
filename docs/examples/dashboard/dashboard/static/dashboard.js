// Rows as they change. What comes from outside is set as text, never as HTML.
const rows = document.getElementById("rows"), filter = document.getElementById("filter");
const known = new Map(), MOST = 1000;
const match = (row) => { row.hidden = !row.title.includes(filter.value.toLowerCase()); };

// In parts, so that keys and clicks are answered between them.
function inParts(items, work) {
  items.splice(0, 50).forEach(work);
  if (items.length) setTimeout(inParts, 0, items, work);
}

function show(execution) {
  let row = known.get(execution.id);
  if (!row) {
    row = rows.insertRow(0);
    known.set(execution.id, row);
    for (let cell = 0; cell < 6; cell++) row.insertCell();
    const link = row.cells[0].appendChild(document.createElement("a"));
    link.href = "/executions/" + encodeURIComponent(execution.id);
    link.appendChild(document.createElement("code")).textContent = execution.id;
  }
  const { tool, status, created, duration, reason } = execution;
  row.className = execution.state;
  [tool, status, created, duration === null ? "" : duration.toFixed(1) + " s", reason].forEach((text, cell) => {
    row.cells[cell + 1].textContent = text ?? "";
  });
  row.title = [execution.id, tool, status, reason].join(" ").toLowerCase();
  match(row);
}

new EventSource("/events").onmessage = ({ data }) => {
  const { rows: changed, problem } = JSON.parse(data);
  document.getElementById("problem").textContent = problem;
  inParts(changed.reverse(), show);
  for (const [id, row] of [...known].slice(0, Math.max(0, known.size - MOST))) { row.remove(); known.delete(id); }
  const failed = rows.getElementsByClassName("failed").length, running = rows.getElementsByClassName("running").length;
  document.getElementById("counts").textContent = `${known.size} shown, ${running} running, ${failed} failed`;
};
filter.addEventListener("input", () => setTimeout(inParts, 0, [...known.values()], match));
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== filter) { event.preventDefault(); filter.focus(); }
});
