/* The points of a chart by keyboard: a slider over it (dashboard/components/point_slider.py) with a step per point. */
(() => {
  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

  const values = (property) => (property && property._inputArray) || property || [];

  /* The hover text of a point, as plain text. */
  const formatPoint = (trace, number) => {
    const of = (name, index) => {
      const property = values(trace[name]);
      const value = Array.isArray(property) || ArrayBuffer.isView(property) ? property[number] : property;
      return index === undefined ? value : value[index];
    };
    return trace.hovertemplate
      .replace(/<extra>.*<\/extra>/, "")
      .replace(/%\{(\w+)(?:\[(\d+)\])?\}/g, (_, name, index) => of(name, index))
      .replace(/<br>/g, ", ")
      .replace(/<[^>]+>/g, "");
  };

  /* Points of a scatter chart from left to right, of others in the order of the traces; bars of no height are left out. */
  const pointsOf = (graph) => {
    const points = [];
    graph.data.forEach((trace, curve) => {
      if (!trace.hovertemplate) {
        return;
      }
      const [x, y] = [values(trace.x), values(trace.y)];
      for (let number = 0; number < y.length; number += 1) {
        if (trace.type !== "bar" || y[number]) {
          points.push({ curve, number, x: x[number], scattered: trace.mode === "markers" });
        }
      }
    });
    return points.every((point) => point.scattered) ? points.sort((one, other) => one.x - other.x) : points;
  };

  const graphOf = (slider) => document.querySelector(`#${slider.dataset.walks} .js-plotly-plot`);

  const show = (slider, graph, points, at) => {
    const { curve, number } = points[at];
    const trace = graph.data[curve];
    slider.setAttribute("aria-valuemin", 1);
    slider.setAttribute("aria-valuemax", points.length);
    slider.setAttribute("aria-valuenow", at + 1);
    slider.setAttribute("aria-valuetext", formatPoint(trace, number));
    const subplot = (trace.xaxis || "x") + (trace.yaxis || "y");
    window.Plotly.Fx.hover(graph, [{ curveNumber: curve, pointNumber: number }], subplot);
  };

  document.addEventListener("keydown", (event) => {
    const slider = event.target.closest && event.target.closest("[data-walks]");
    const graph = slider && graphOf(slider);
    const points = graph ? pointsOf(graph) : [];
    if (!points.length) {
      return;
    }
    const last = points.length - 1;
    const at = Number(slider.getAttribute("aria-valuenow")) - 1; // -1 until the first step
    if (event.key in KEYS) {
      show(slider, graph, points, Math.max(0, Math.min(last, at + KEYS[event.key])));
    } else if (event.key === "Home" || event.key === "End") {
      show(slider, graph, points, event.key === "Home" ? 0 : last);
    } else if (event.key === "Enter" && slider.dataset.opens && at >= 0 && at <= last) {
      const { curve, number } = points[at];
      const customdata = values(graph.data[curve].customdata)[number];
      window.dash_clientside.plumblineOverview.follow({ points: [{ customdata }] });
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("focusout", (event) => {
    const slider = event.target.closest && event.target.closest("[data-walks]");
    const graph = slider && graphOf(slider);
    // A chart that has been removed from the page has no layout.
    if (graph && graph._fullLayout) {
      window.Plotly.Fx.unhover(graph);
    }
  });
})();
