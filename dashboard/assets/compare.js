/* What the Compare page does without its server. */
(() => {
  const dash = (window.dash_clientside = window.dash_clientside || {});

  let chosen = "shared"; // the scale that the panels are drawn on

  const here = () => window.location.pathname + window.location.search;

  /* An address with a key of its query set, or without it. */
  const having = (address, key, value) => {
    const to = new URL(address, window.location.href);
    if (value) {
      to.searchParams.set(key, value);
    } else {
      to.searchParams.delete(key);
    }
    // A view at the root is an old link to the explorer.
    const path = to.pathname === "/" && to.search ? "/overview" : to.pathname;
    return path + to.search + to.hash;
  };

  const scaled = (address) => having(address, "scale", chosen === "shared" ? "" : chosen);

  /* Another second window is another address. */
  const beside = (window_) => {
    const address = having(here(), "against", window_);
    if (address !== having(here(), "", "")) {
      dash.plumbline.go(address);
    }
  };

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

    /* The scale is part of the view, and of its link. */
    scaled(scale, view, page) {
      const { scale: before = "shared", ...others } = view;
      if (scale !== before) {
        chosen = scale;
        dash.set_props("view", { data: scale === "shared" ? others : { ...others, scale } });
        dash.set_props("page", { data: { ...page, address: scaled(page.address), place: null } });
      }
    },

    /* A window of the list. */
    against(value) {
      beside(value || "");
    },

    /* A range of its own, as typed on the reader's clock unless it names a zone itself. */
    own(clicks, first, last, event, from, to, view) {
      if (clicks || first || last) {
        const zone = view.zone === "UTC+8" ? "+08:00" : "Z";
        const [start, end] = [from, to].map((text) => {
          const time = (text || "").trim();
          return /[ T]\d\d:\d\d(:\d\d)?$/.test(time) ? time.replace(" ", "T") + zone : time;
        });
        beside(`${event}:${start}~${end}`);
      }
    },
  };

  /* Links lead on with the scale that was chosen since they were made, also those that are copied or opened aside. */
  const KEPT = { href: "a[data-page], a[href^='/export/compare.']", "data-opens": "[data-opens]", "data-copy": "[data-copy]" };
  const carry = (event) => {
    if (document.getElementById("compare-panels")) {
      for (const [name, selector] of Object.entries(KEPT)) {
        const link = event.target.closest && event.target.closest(selector);
        if (link) {
          link.setAttribute(name, scaled(link.getAttribute(name)));
        }
      }
    }
  };
  for (const kind of ["pointerdown", "focusin", "click"]) {
    document.addEventListener(kind, carry, true);
  }

  document.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-opens]");
    if (panel && !event.target.closest("a") && event.button === 0) {
      dash.plumbline.go(panel.dataset.opens);
    }
  });
})();
