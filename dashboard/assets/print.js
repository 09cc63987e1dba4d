/* Before printing: charts get the width of the paper, and the grid of lows, which scrolls, is written as a table. */
(() => {
  const PAPER_PX = 680; // what A4 and letter have between their margins

  /* A row of cells with the texts of a list. */
  const buildRow = (tag, texts) => {
    const row = document.createElement("tr");
    row.append(...texts.map((text) => Object.assign(document.createElement(tag), { textContent: text ?? "" })));
    return row;
  };

  /* The rows of the grid as they are sorted and filtered, with the texts of its cells. */
  const buildTable = (grid) => {
    const columns = grid.getAllDisplayedColumns();
    const table = document.createElement("table");
    table.createTHead().append(buildRow("th", columns.map((column) => column.getColDef().headerName)));
    const body = table.createTBody();
    grid.forEachNodeAfterFilterAndSort((rowNode) => body.append(
      buildRow("td", columns.map((colKey) => grid.getCellValue({ rowNode, colKey, useFormatter: true })))));
    return Object.assign(document.createElement("div"), { className: "grid-table on-paper", innerHTML: table.outerHTML });
  };

  window.addEventListener("beforeprint", () => {
    for (const graph of document.querySelectorAll(".js-plotly-plot")) {
      if (graph.offsetWidth > PAPER_PX && graph._fullLayout) {
        graph.dataset.narrowed = "true";
        window.Plotly.relayout(graph, { width: PAPER_PX });
      }
    }
    const place = document.getElementById("lows-grid");
    if (place) {
      place.after(buildTable(window.dash_ag_grid.getApi("lows-grid")));
    }
  });

  window.addEventListener("afterprint", () => {
    for (const graph of document.querySelectorAll("[data-narrowed]")) {
      delete graph.dataset.narrowed;
      window.Plotly.relayout(graph, { width: null, autosize: true });
    }
    document.querySelectorAll(".on-paper").forEach((table) => table.remove());
  });
})();
