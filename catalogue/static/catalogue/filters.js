// On a narrow screen, fold the filters away unless one of them is invalid. Runs as soon as they are parsed.
"use strict";
{
  const filters = document.currentScript.parentElement;
  const wanted = "refused" in filters.dataset || location.hash === "#filters";
  if (!wanted && matchMedia("(max-width: 69.99rem)").matches) filters.open = false;
  addEventListener("hashchange", () => {
    if (location.hash === "#filters") filters.open = true;
  });
}
