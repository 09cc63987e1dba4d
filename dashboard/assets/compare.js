/* What the Compare page does without its server. */
(() => {
  const dash = (window.dash_clientside = window.dash_clientside || {});

  let chosen = "shared"; // the scale that the panels are drawn on

  dash.plumblineCompare = {
    /* Each chart in its place, on the same scale as all others or on its own. */
    drawn(figures, scale) {
      chosen = scale;
      for (const [id, { figure, axes }] of Object.entries(figures || {})) {
        const layout = { ...figure.layout, yaxis: { ...figure.layout.yaxis, ...axes[scale] } };
        dash.set_props(id, { figure: { ...figure, layout } });
      }
      return Object.keys(figures || {});
    },

    /* Another second window is another address. */
    against(value) {
      const query = new URLSearchParams(window.location.search);
      if ((query.get("against") || "") === (value || "")) {
        return;
      }
      if (value) {
        query.set("against", value);
      } else {
        query.delete("against");
      }
      const search = query.toString();
      dash.plumbline.go(window.location.pathname + (search ? `?${search}` : ""));
    },
  };

  document.addEventListener("click", (event) => {
    const file = event.target.closest("#compare-files a");
    if (file) {
      const address = new URL(file.href);
      address.searchParams.set("scale", chosen);
      file.href = address;
    }
    const panel = event.target.closest("[data-opens]");
    if (panel && !event.target.closest("a") && event.button === 0) {
      dash.plumbline.go(panel.dataset.opens);
    }
  });
})();
