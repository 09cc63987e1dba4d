/* What the page does without its server. */
window.dash_clientside = window.dash_clientside || {};

(() => {
  const unchanged = () => window.dash_clientside.no_update;

  window.dash_clientside.plumbline = {
    /* The address says what is shown, so that a copied link opens the same view; a failure before it is past. */
    address(query) {
      const search = new URLSearchParams(query).toString();
      window.history.replaceState(window.history.state, "", search ? `?${search}` : window.location.pathname);
      return [query.theme || "light", window.location.href, ""];
    },

    /* A range along the time axis, or a double click; every other change of the charts stays here. */
    dragged(layout) {
      const keys = Object.keys(layout || {});
      const edge = (end) => keys.find((key) => new RegExp(`^xaxis\\d*\\.range\\[${end}\\]$`).test(key));
      if (edge(0) && edge(1)) {
        return { start: layout[edge(0)], end: layout[edge(1)], at: Date.now() };
      }
      if (keys.some((key) => /^xaxis\d*\.autorange$/.test(key) && layout[key])) {
        return { at: Date.now() };
      }
      return unchanged();
    },

    download(drawn) {
      if (drawn) {
        window.Plotly.downloadImage(drawn.figure, {
          format: "png", width: 1600, height: 900, scale: 2, filename: drawn.filename,
        });
      }
    },
  };

  /* The name of a venue, wherever it stands, makes it the focus. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-focus]");
    if (button) {
      window.dash_clientside.set_props("picked", { data: { venue: button.dataset.focus, at: Date.now() } });
    }
  });
})();
