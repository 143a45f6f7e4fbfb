// The search in the table of keywords. Without JavaScript, the whole table is shown.
"use strict";
{
  const input = document.getElementById("keyword-search");
  if (input) {
    const count = document.getElementById("keyword-count");
    const rows = [...document.querySelectorAll("#keyword-table tbody tr")].map((row) => ({
      row,
      text: row.textContent.toLowerCase(),
    }));
    const search = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const { row, text } of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) found += 1;
      }
      count.textContent = found === rows.length ? `${found} keywords` : `${found} of ${rows.length} keywords`;
    };
    input.addEventListener("input", search);
    input.closest(".keyword-search").hidden = false;
    search();
  }
}
