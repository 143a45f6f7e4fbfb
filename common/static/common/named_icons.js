/* Gives the icons that Django's script draws above two lists a role, without which their names are not read out. */
"use strict";
window.addEventListener("load", () => setTimeout(() => {
  for (const icon of document.querySelectorAll(".search-label-icon")) icon.setAttribute("role", "img");
}));
