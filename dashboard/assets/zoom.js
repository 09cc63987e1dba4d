/* Zooming the explorer's charts, which is no measurement: the window stays until a reader measures the visible range. */
(() => {
  const dash = (window.dash_clientside = window.dash_clientside || {});

  /* What a zoom belongs to: it is over when one of these changes. */
  const ZOOMED_KEYS = ["event", "asset", "window", "from", "to", "bar"];

  let visible = null; // the range that is shown, as plotly writes its ends, in UTC; null if it is the whole window
  let zoomedView = ""; // page and window that it is a part of

  const describe = (page, view) => JSON.stringify([page, ...ZOOMED_KEYS.map((key) => view[key])]);

  const show = (range) => {
    visible = range;
    document.getElementById("zoom-tools")?.classList.toggle("zoomed", visible !== null);
  };

  const findGraph = () => document.querySelector("#graph .js-plotly-plot");

  /* On all three axes: dash writes only those into the figure that are named. */
  const setRange = (graph, start, end) => window.Plotly.relayout(
    graph, Object.fromEntries(["xaxis", "xaxis2", "xaxis3"].map((axis) => [`${axis}.range`, [start, end]])));

  const findEdge = (layout, end) => {
    const pattern = new RegExp(`^xaxis\\d*\\.range\\[${end}\\]$`);
    return layout[Object.keys(layout).find((key) => pattern.test(key))];
  };

  /* Zoomed by drag or wheel, or set back by a double click, which names its ranges otherwise; so does `setRange`. */
  const record = (layout) => {
    const [start, end] = [findEdge(layout, 0), findEdge(layout, 1)];
    const range = layout["xaxis.range"];
    if (start && end) {
      show({ start, end });
    } else if (range && (range[0] !== visible?.start || range[1] !== visible?.end)) {
      show(null);
    }
  };

  /* A new figure shows the whole window: zoom it as the one before.
     Plotly's "uirevision" would do that, but dash writes each zoom into the figure, which makes it the figure's own. */
  const restore = () => {
    const graph = findGraph();
    if (visible && graph && graph.layout.xaxis.range[0] !== visible.start) {
      const { start, end } = visible;
      // Later: plotly has not finished with the figure while it reports it.
      setTimeout(() => setRange(graph, start, end));
    }
  };

  dash.plumblineZoom = {
    /* The first change of a chart; from then on its own events are heard, as they come before dash's callbacks. */
    zoomed(layout) {
      const graph = findGraph();
      if (layout && graph && !graph.dataset.zooms) {
        graph.dataset.zooms = "true";
        record(layout);
        graph.on("plotly_relayout", record);
        graph.on("plotly_react", restore);
      }
    },

    /* The page is about to show, or shows, this view: a zoom of another window is over. */
    keep(page, view) {
      const now = describe(page, view);
      show(now === zoomedView ? visible : null);
      zoomedView = now;
    },
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#measure-range") && visible) {
      dash.set_props("visible-range", { data: { ...visible, at: Date.now() } });
    }
    if (event.target.closest("#unzoom")) {
      // All axes share their range; this is what they were first drawn with.
      const { _rangeInitial0: start, _rangeInitial1: end } = findGraph()._fullLayout.xaxis;
      show(null);
      setRange(findGraph(), start, end);
    }
  });

  /* The wheel alone scrolls the page, also over the charts; a pinch on a touchpad arrives as the wheel with Ctrl. */
  window.addEventListener("wheel", (event) => {
    if (event.target.closest?.("#graph") && !event.ctrlKey && !event.metaKey) {
      event.stopPropagation();
    }
  }, { capture: true, passive: true });
})();
