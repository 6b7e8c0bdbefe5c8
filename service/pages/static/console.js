// What the pages gain where scripts run; without them everything works, only by hand.
"use strict";

for (const field of document.querySelectorAll("[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

for (const all of document.querySelectorAll("[data-pick-all]")) {
  const boxes = [...all.form.querySelectorAll("input[type=checkbox][name]")];
  all.closest("label").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  all.form.addEventListener("change", () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}
