/* Numbers, headers, links, search and CSV file of the grids. */
(() => {
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const [DASH, MINUS] = ["\u2013", "\u2212"];

  /* As dashboard.text.numbers.format_signed_percent: one decimal below 10, none above, and 99.5 to 100 rounded down. */
  const size = (fraction) => {
    const value = 100 * Math.abs(fraction);
    if (value >= 99.5 && value < 100) {
      return (Math.floor(10 * value) / 10).toFixed(1);
    }
    return value < 9.95 ? value.toFixed(1) : value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
  };

  functions.plumbline = {
    /* A fraction in per cent, which a filter compares with a typed number: 0.07 is 7, not 7.000000000000001. */
    perCent(fraction) {
      return fraction === null || fraction === undefined ? null : Number((100 * fraction).toPrecision(12));
    },
    signed(fraction) {
      if (fraction === null || fraction === undefined) {
        return DASH;
      }
      const text = size(fraction);
      return `${text === "0.0" ? "" : fraction < 0 ? MINUS : "+"}${text}%`;
    },
    share(fraction) {
      if (fraction === null || fraction === undefined) {
        return DASH;
      }
      return fraction === 0 ? "0" : `${size(fraction)}%`;
    },
  };

  components.PlumblineHeader = (props) =>
    window.React.createElement(
      "span",
      null,
      props.displayName,
      window.React.createElement(
        "a",
        {
          className: "what",
          href: `/method${window.location.search}#${props.anchor}`,
          "data-page": "true",
          "aria-label": `What ${props.displayName} means`,
          title: "What it means",
        },
        "?",
      ),
    );

  /* A cell as a link; the row has its address in a field named after the cell's own. */
  components.PlumblineLink = (props) =>
    window.React.createElement(
      "a",
      { href: props.data[`${props.colDef.field}_href`], "data-page": "true" },
      props.value,
    );

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plumblineGrid = {
    /* Show the rows in which each word of a text occurs. */
    search(text, grid) {
      window.dash_ag_grid.getApiAsync(grid).then((api) => api.setGridOption("quickFilterText", text || ""));
    },
    /* Download the rows as sorted and filtered, with raw numbers and the names of the fields. */
    file(clicks, grid, columns, fileName) {
      if (clicks) {
        window.dash_ag_grid.getApi(grid).exportDataAsCsv({
          fileName,
          columnKeys: columns,
          skipColumnGroupHeaders: true,
          processHeaderCallback: (params) => params.column.getColId(),
        });
      }
    },
  };
})();
