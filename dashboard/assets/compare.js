/* The parts of the Compare page that run in the browser. */
(() => {
  const dash = (window.dash_clientside = window.dash_clientside || {});

  let currentScale = "shared"; // the scale of the y axes: shared by all panels, or one for each

  const currentAddress = () => window.location.pathname + window.location.search;

  /* An address with a query parameter set, or removed where the value is empty. */
  const setParameter = (address, key, value) => {
    const url = new URL(address, window.location.href);
    if (value) {
      url.searchParams.set(key, value);
    } else {
      url.searchParams.delete(key);
    }
    // The root without a query is the overview; with one it is an old link to the explorer.
    const path = url.pathname === "/" && url.search ? "/overview" : url.pathname;
    return path + url.search + url.hash;
  };

  const addScale = (address) => setParameter(address, "scale", currentScale === "shared" ? "" : currentScale);

  /* The second window is part of the address. */
  const openWindow = (window_) => {
    const address = setParameter(currentAddress(), "against", window_);
    if (address !== setParameter(currentAddress(), "", "")) {
      dash.plumbline.go(address);
    }
  };

  dash.plumblineCompare = {
    /* Draw each chart, on the scale that all share or on its own. */
    drawn(figures, scale) {
      currentScale = scale;
      for (const [id, { figure, axes }] of Object.entries(figures || {})) {
        const layout = { ...figure.layout, yaxis: { ...figure.layout.yaxis, ...axes[scale] } };
        dash.set_props(id, { figure: { ...figure, layout } });
      }
      return Object.keys(figures || {});
    },

    /* Set the scale in the view and in the address. */
    scaled(scale, view, page) {
      const { scale: before = "shared", ...others } = view;
      if (scale !== before) {
        currentScale = scale;
        dash.set_props("view", { data: scale === "shared" ? others : { ...others, scale } });
        dash.set_props("page", { data: { ...page, address: addScale(page.address), place: null } });
      }
    },

    /* Open a second window from the list. */
    against(value) {
      openWindow(value || "");
    },

    /* Open a second window by its range as typed: in the zone of the view, unless a time names its own. */
    own(clicks, first, last, event, from, to, view) {
      if (clicks || first || last) {
        const zone = view.zone === "UTC+8" ? "+08:00" : "Z";
        const [start, end] = [from, to].map((text) => {
          const time = (text || "").trim();
          return /[ T]\d\d:\d\d(:\d\d)?$/.test(time) ? time.replace(" ", "T") + zone : time;
        });
        openWindow(`${event}:${start}~${end}`);
      }
    },
  };

  /* Links get the current scale when they are used, also where they are copied or opened in another tab. */
  const LINK_SELECTORS = { href: "a[data-page], a[href^='/export/compare.']", "data-opens": "[data-opens]", "data-copy": "[data-copy]" };
  const addScaleToLink = (event) => {
    if (document.getElementById("compare-panels")) {
      for (const [name, selector] of Object.entries(LINK_SELECTORS)) {
        const link = event.target.closest && event.target.closest(selector);
        if (link) {
          link.setAttribute(name, addScale(link.getAttribute(name)));
        }
      }
    }
  };
  for (const kind of ["pointerdown", "focusin", "click"]) {
    document.addEventListener(kind, addScaleToLink, true);
  }

  document.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-opens]");
    if (panel && !event.target.closest("a") && event.button === 0) {
      dash.plumbline.go(panel.dataset.opens);
    }
  });
})();
