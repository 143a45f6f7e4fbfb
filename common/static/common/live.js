/* Parts of the admin that htmx refreshes. A refresh waits while rows are selected or nobody looks. */
"use strict";
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden || document.querySelector(".action-select:checked")) event.preventDefault();
});
/* Django's script of the actions knows the rows of the list that was replaced only. */
document.addEventListener("htmx:afterSettle", () => {
  const boxes = document.querySelectorAll("tr input.action-select");
  if (boxes.length && window.Actions) window.Actions(boxes);
});
