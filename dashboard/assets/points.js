/* The points of a chart by keyboard: a slider over it (dashboard/components/point_slider.py) whose steps are its points. */
(() => {
  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

  const values = (given) => (given && given._inputArray) || given || [];

  /* What a point says under the pointer, as plain text. */
  const told = (trace, number) => {
    const of = (name, index) => {
      const given = values(trace[name]);
      const value = Array.isArray(given) || ArrayBuffer.isView(given) ? given[number] : given;
      return index === undefined ? value : value[index];
    };
    return trace.hovertemplate
      .replace(/<extra>.*<\/extra>/, "")
      .replace(/%\{(\w+)(?:\[(\d+)\])?\}/g, (_, name, index) => of(name, index))
      .replace(/<br>/g, ", ")
      .replace(/<[^>]+>/g, "");
  };

  /* Scattered points from left to right, all others in the order of their lines; of bars those that are there. */
  const pointsOf = (graph) => {
    const found = [];
    graph.data.forEach((trace, curve) => {
      if (!trace.hovertemplate) {
        return;
      }
      const [x, y] = [values(trace.x), values(trace.y)];
      for (let number = 0; number < y.length; number += 1) {
        if (trace.type !== "bar" || y[number]) {
          found.push({ curve, number, x: x[number], scattered: trace.mode === "markers" });
        }
      }
    });
    return found.every((point) => point.scattered) ? found.sort((one, other) => one.x - other.x) : found;
  };

  const graphOf = (walk) => document.querySelector(`#${walk.dataset.walks} .js-plotly-plot`);

  const show = (walk, graph, points, at) => {
    const { curve, number } = points[at];
    const trace = graph.data[curve];
    walk.setAttribute("aria-valuemin", 1);
    walk.setAttribute("aria-valuemax", points.length);
    walk.setAttribute("aria-valuenow", at + 1);
    walk.setAttribute("aria-valuetext", told(trace, number));
    const subplot = (trace.xaxis || "x") + (trace.yaxis || "y");
    window.Plotly.Fx.hover(graph, [{ curveNumber: curve, pointNumber: number }], subplot);
  };

  document.addEventListener("keydown", (event) => {
    const walk = event.target.closest && event.target.closest("[data-walks]");
    const graph = walk && graphOf(walk);
    const points = graph ? pointsOf(graph) : [];
    if (!points.length) {
      return;
    }
    const last = points.length - 1;
    const at = Number(walk.getAttribute("aria-valuenow")) - 1; // -1 before the first step
    if (event.key in KEYS) {
      show(walk, graph, points, Math.max(0, Math.min(last, at + KEYS[event.key])));
    } else if (event.key === "Home" || event.key === "End") {
      show(walk, graph, points, event.key === "Home" ? 0 : last);
    } else if (event.key === "Enter" && walk.dataset.opens && at >= 0 && at <= last) {
      const { curve, number } = points[at];
      const customdata = values(graph.data[curve].customdata)[number];
      window.dash_clientside.plumblineOverview.follow({ points: [{ customdata }] });
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("focusout", (event) => {
    const walk = event.target.closest && event.target.closest("[data-walks]");
    const graph = walk && graphOf(walk);
    // A chart that is being taken off the page has no layout any more.
    if (graph && graph._fullLayout) {
      window.Plotly.Fx.unhover(graph);
    }
  });
})();
