/* What the page does without its server. */
window.dash_clientside = window.dash_clientside || {};

/* Dash loads a polyfill for browsers of 2015 which replaces this by a slow one; drawing a chart calls it for every colour. */
String.prototype.trim = window.ownTrim;

(() => {
  const unchanged = () => window.dash_clientside.no_update;

  /* Another value of one of these is an entry of the browser's history; other changes replace the current one. */
  const ENTRIES = ["event", "asset", "window", "from", "to", "focus"];

  let shown = null; // path and query of what is on the page, or on its way
  let arriving = false; // whether it was opened by its address, rather than by a control
  let before = {}; // the view that the address spoke of last
  let page = null; // the page that was shown last

  const place = () => window.location.pathname + window.location.search;

  /* dcc.Location has to know where the browser is, or it would miss the way back. */
  const tell = () => window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));

  const go = (address) => {
    window.history.pushState(null, "", address);
    tell();
    if (window.location.hash) {
      reveal();
    } else {
      window.scrollTo(0, 0);
    }
  };

  /* The part that the address names; it may take a moment until it is drawn. */
  const reveal = (tries = 20) => {
    const part = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (part) {
      part.scrollIntoView();
      part.focus({ preventScroll: true });
    } else if (tries > 0) {
      requestAnimationFrame(() => reveal(tries - 1));
    }
  };

  /* Charts need plotly.js, which takes long to start. What draws them finds a promise in its place until it has. */
  const startCharts = () => {
    const hint = document.getElementById("charts");
    if (!hint || window.Plotly) {
      return;
    }
    window.Plotly = new Promise((started, failed) => {
      const script = document.createElement("script");
      [script.src, script.onload, script.onerror] = [hint.href, () => started(), failed];
      document.head.append(script);
    });
  };

  /* A part of the page as dash keeps it; it asks in vain where there is none. */
  const held = (id) => {
    try {
      return window.dash_component_api.getLayout(id);
    } catch {
      return undefined;
    }
  };

  /* Whatever is set makes every part of the page look whether it has changed: what is so already is not set again. */
  const news = (id, props) => {
    const part = held(id);
    const told = part && part.type !== "Store" && id !== "content";
    const same = (name) => JSON.stringify(part.props[name]) === JSON.stringify(props[name]);
    return told ? Object.fromEntries(Object.entries(props).filter(([name]) => !same(name))) : props;
  };

  const turn = (wait) => new Promise((go) => { wait(go); });

  /* Wait until the first chart of the page, if it has one, can be seen. */
  const drawn = async (wanted = () => true) => {
    const first = () => [...document.querySelectorAll("#content .dash-graph")].find((chart) => chart.offsetParent);
    while (wanted() && first()?.querySelector(".main-svg") === null) {
      await turn(requestAnimationFrame);
    }
    await turn(requestAnimationFrame);
  };

  /* The page as it came lies over the app until that shows the same, or what went wrong. */
  const uncover = async () => {
    const first = document.getElementById("first");
    while (first && !document.querySelector("#content > *, #failure > *")) {
      await turn(requestAnimationFrame);
    }
    await drawn();
    first?.remove();
  };

  let later = null; // what the newest answer has for after its first chart

  window.dash_clientside.plumbline = {
    /* An answer has come. */
    answered(answer) {
      uncover();
      Object.entries(answer || {}).forEach(([id, props]) => {
        answer[id] = news(id, props);
        if (Object.keys(answer[id]).length === 0) {
          delete answer[id];
        }
      });
    },

    /* Parts of the page that are put in their places once its first chart can be seen, one by one. */
    async later(parts) {
      later = parts;
      await drawn(() => later === parts);
      for (const [id, props] of Object.entries(parts || {})) {
        await turn(setTimeout);
        if (later === parts && held(id)) {
          window.dash_clientside.set_props(id, props);
        }
      }
      return unchanged();
    },

    /* The server is being asked: there is time until it answers, once the request is on its way. */
    asked() {
      setTimeout(startCharts);
    },
    /* For the scripts of single pages. */
    go,

    /* The browser is somewhere else: opened, went back or forward, or followed a link. */
    arrived() {
      if (place() === shown) {
        return unchanged();
      }
      shown = place();
      arriving = true;
      window.colour();
      // The time makes it news, also where the browser came back to where it was opened.
      return { path: window.location.pathname, search: window.location.search, at: Date.now() };
    },

    /* The address says what is shown, so that a copied link opens the same view; a failure before it is past. */
    address(now, view) {
      // An answer to where the browser is no longer must not lead it back there.
      if (!now || !view || place() !== shown || (now.place && now.place !== shown)) {
        return [unchanged(), unchanged(), unchanged()];
      }
      const entry = !arriving && ENTRIES.some((key) => view[key] !== before[key]);
      const address = now.address || place();
      if (address !== place()) {
        const hash = arriving ? window.location.hash : "";
        window.history[entry ? "pushState" : "replaceState"](null, "", address + hash);
        shown = address;
        tell();
      }
      if (page !== null && page !== now.name && !window.location.hash) {
        document.getElementById("content").focus({ preventScroll: true });
      }
      if (arriving && window.location.hash) {
        reveal();
      }
      document.title = now.title;
      [arriving, before, page] = [false, view, now.name];
      return [view.theme || "light", window.location.href, ""];
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

  document.addEventListener("click", (event) => {
    /* Of the page as it came the links lead on; everything else waits for the app. */
    if (event.target.closest("#first") && !event.target.closest("a")) {
      return;
    }
    /* The name of a venue, wherever it stands, makes it the focus. */
    const button = event.target.closest("[data-focus]");
    if (button) {
      window.dash_clientside.set_props("picked", { data: { venue: button.dataset.focus, at: Date.now() } });
    }
    /* The same for the length of bars. */
    const bars = event.target.closest("[data-bar]");
    if (bars) {
      window.dash_clientside.set_props("bar", { value: bars.dataset.bar });
    }
    /* A link to a file, for elsewhere. */
    const copied = event.target.closest("[data-copy]");
    if (copied) {
      const text = copied.textContent;
      navigator.clipboard.writeText(new URL(copied.dataset.copy, window.location.href).href).then(() => {
        copied.textContent = "Link copied";
        setTimeout(() => { copied.textContent = text; }, 1500);
      });
    }
    /* A link within the app is followed without loading it again; one to a new tab or a new window is the browser's. */
    const link = event.target.closest("a[data-page]");
    if (link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      go(link.href);
    }
  });
})();
