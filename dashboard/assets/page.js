/* The parts of every page that run in the browser. */
window.dash_clientside = window.dash_clientside || {};

(() => {
  const unchanged = () => window.dash_clientside.no_update;

  /* A change of one of these adds an entry to the browser's history; other changes replace the current entry. */
  const ENTRIES = ["event", "asset", "window", "from", "to", "focus"];

  let shownAddress = null; // path and query of the page that is shown or loading
  let arriving = false; // whether it was opened by its address, not by a control
  let previousView = {}; // the view of the last address
  let previousPage = null; // the name of the page that was shown last

  const currentAddress = () => window.location.pathname + window.location.search;

  /* Report a change of the address to dcc.Location, which else would miss the way back. */
  const notifyLocation = () => window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));

  /* The value of the store "place"; the time makes it a new one, also where the browser is back at the first address. */
  const describePlace = () => ({ path: window.location.pathname, search: window.location.search, at: Date.now() });

  /* Until a theme is chosen the page follows that of the system. */
  window.systemTheme.addEventListener("change", () => {
    const before = document.documentElement.dataset.theme;
    window.colour();
    if (document.documentElement.dataset.theme !== before) {
      arriving = true;
      window.dash_clientside.set_props("place", { data: describePlace() });
    }
  });

  const go = (address) => {
    window.history.pushState(null, "", address);
    notifyLocation();
    if (window.location.hash) {
      reveal();
    } else {
      window.scrollTo(0, 0);
    }
  };

  /* Scroll to the element that the hash of the address names; it may take some frames until it is drawn. */
  const reveal = (tries = 20) => {
    const element = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (element) {
      element.scrollIntoView();
      element.focus({ preventScroll: true });
    } else if (tries > 0) {
      requestAnimationFrame(() => reveal(tries - 1));
    }
  };

  const loadScript = (address) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    [script.src, script.onload, script.onerror] = [address, () => resolve(), reject];
    document.head.append(script);
  });

  /* Where no page before has loaded plotly.js, dash loads it: of the program's bundle, not all of plotly.js. */
  const plotlyAddress = document.documentElement.dataset.plotly;
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => plotlyAddress, set() {} });

  /* Load plotly.js, which takes long to start; dash waits for a promise in its place. */
  const startCharts = () => {
    const hint = document.getElementById("charts");
    if (!hint || window.Plotly) {
      return;
    }
    window.Plotly = loadScript(hint.href);
  };

  /* Load the grid's script, which the document of a page without a grid does not have; do it before a page opens. */
  let gridLoading = null;
  const loadGrid = () => {
    gridLoading ||= window.dash_ag_grid ? Promise.resolve() : loadScript(document.documentElement.dataset.grid);
    return gridLoading;
  };

  /* Have the browser fetch the grid's script while it has nothing else to do. */
  const prefetchGrid = () => {
    if (!window.dash_ag_grid) {
      const address = document.documentElement.dataset.grid;
      document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", as: "script", href: address }));
    }
  };

  /* The component with an id in dash's layout; undefined where there is none, for which dash throws. */
  const findComponent = (id) => {
    try {
      return window.dash_component_api.getLayout(id);
    } catch {
      return undefined;
    }
  };

  /* The properties that differ from the current ones: dash renders a component again for every property that is set. */
  const selectChanges = (id, props) => {
    const component = findComponent(id);
    const comparable = component && component.type !== "Store" && id !== "content";
    const same = (name) => JSON.stringify(component.props[name]) === JSON.stringify(props[name]);
    return comparable ? Object.fromEntries(Object.entries(props).filter(([name]) => !same(name))) : props;
  };

  const waitFor = (schedule) => new Promise((resolve) => { schedule(resolve); });

  /* Wait until the first visible chart of the page, if there is one, is drawn. */
  const waitForChart = async (isCurrent = () => true) => {
    const first = () => [...document.querySelectorAll("#content .dash-graph")].find((chart) => chart.offsetParent);
    while (isCurrent() && first()?.querySelector(".main-svg") === null) {
      await waitFor(requestAnimationFrame);
    }
    await waitFor(requestAnimationFrame);
  };

  /* Areas for files, which dash leaves without content until their script has come. */
  const hasEmptyUpload = () => [...document.querySelectorAll("#content label[data-most]")].some((area) => !area.textContent);

  /* Remove the pre-rendered page, which covers the app, once the app shows the same or a failure. */
  const removePrerendered = async () => {
    const first = document.getElementById("first");
    while (first && (!document.querySelector("#content > *, #failure > *") || hasEmptyUpload())) {
      await waitFor(requestAnimationFrame);
    }
    await waitForChart();
    first?.remove();
    if (first) {
      prefetchGrid();
    }
  };

  /* Have screen readers read out the headline of the view, once the page shows it. */
  const announce = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const lines = [...document.querySelectorAll("#content h1, #content .second")].map((line) => line.innerText.trim());
    document.getElementById("announced").textContent = lines.filter(Boolean).join(". ");
  }));

  /* Chips of one choice are one tab stop with arrow keys, as the browser does for radio buttons of one name. */
  let namedChoices = 0;
  const nameChoices = () => {
    for (const choice of document.querySelectorAll(".chips")) {
      const unnamed = choice.querySelectorAll("input[type=radio]:not([name])");
      if (unnamed.length) {
        choice.dataset.choice ||= `choice-${(namedChoices += 1)}`;
        unnamed.forEach((radio) => { radio.name = choice.dataset.choice; });
      }
    }
  };
  /* On a phone the controls are folded until a reader unfolds them. */
  const phone = window.matchMedia("(max-width: 640px)");
  const fold = () => document.querySelectorAll(".fold").forEach((part) => {
    if (phone.matches && !part.dataset.folded) {
      part.open = false;
      part.dataset.folded = "true";
    } else if (!phone.matches) {
      part.open = true;
    }
  });
  phone.addEventListener("change", fold);

  /* Labels beside a chart would leave half of a phone's width to it: there are narrow ones for it. */
  const widenChart = () => {
    const graph = document.querySelector("#graph .js-plotly-plot");
    const surroundings = phone.matches && graph?._fullLayout && graph.layout.meta?.phone;
    if (surroundings) {
      window.Plotly.relayout(graph, { ...surroundings, meta: {} });
    }
    if (graph?.on && !graph.dataset.widens) {
      graph.dataset.widens = "true";
      graph.on("plotly_react", () => setTimeout(widenChart));
    }
  };

  const changeParts = () => {
    nameChoices();
    fold();
    widenChart();
  };
  new MutationObserver(changeParts).observe(document.documentElement, { childList: true, subtree: true });

  let picture = null; // path and query of the picture of the page that is shown

  const alertWith = (children) => (
    { type: "P", namespace: "dash_html_components", props: { children, className: "notice alert" } });

  /* Copy the picture of the page as PNG; where that cannot be done, say why, and link to it. */
  const copyImage = async () => {
    const label = (children) => window.dash_clientside.set_props("copy-image", { children });
    const loading = fetch(picture).then(async (answer) => {
      if (!answer.ok) {
        throw new Error((await answer.text()).trim() || `the server answered ${answer.status}`);
      }
      return answer.blob();
    });
    label("Drawing\u2026");
    try {
      if (!navigator.clipboard?.write || !window.ClipboardItem) {
        throw new Error("This browser copies no images from pages without HTTPS, or none at all.");
      }
      // Some browsers take a promise only, as they ask for the permission at the click.
      await navigator.clipboard.write([new ClipboardItem({ "image/png": loading })]);
      label("Image copied");
      document.getElementById("announced").textContent = "Image copied";
    } catch (error) {
      const reason = await loading.then(() => error.message, (failure) => failure.message);
      const link = { type: "A", namespace: "dash_html_components", props: { children: "Open the picture", href: picture, target: "_blank" } };
      const said = `The image was not copied. ${reason.replace(/\.?$/, ".")} `;
      window.dash_clientside.set_props("failure", { children: alertWith([said, link, " to save or copy it."]) });
      label("Copy image");
      return;
    }
    setTimeout(() => label("Copy image"), 2000);
  };

  let deferredParts = null; // the parts of the last answer that are set after its first chart

  window.dash_clientside.plumbline = {
    /* An answer of the server has arrived. */
    answered(answer) {
      removePrerendered();
      if (answer?.view && answer.page) {
        window.dash_clientside.plumblineZoom.keep(answer.page.data.name, answer.view.data);
      }
      Object.entries(answer || {}).forEach(([id, props]) => {
        answer[id] = selectChanges(id, props);
        if (Object.keys(answer[id]).length === 0) {
          delete answer[id];
        }
      });
    },

    /* Set these parts of the page one by one, after its first chart is drawn. */
    async later(parts) {
      deferredParts = parts;
      await waitForChart(() => deferredParts === parts);
      for (const [id, props] of Object.entries(parts || {})) {
        await waitFor(setTimeout);
        if (deferredParts === parts && findComponent(id)) {
          window.dash_clientside.set_props(id, props);
        }
      }
      return unchanged();
    },

    /* A request is about to be sent: load plotly.js while the server works on the answer. */
    asked() {
      setTimeout(startCharts);
    },
    /* Used by the scripts of single pages. */
    go,

    /* The address has changed: the page was opened, a link was followed, or the browser went back or forward. */
    arrived() {
      if (currentAddress() === shownAddress) {
        return unchanged();
      }
      const isFirst = shownAddress === null;
      shownAddress = currentAddress();
      arriving = true;
      window.colour();
      return isFirst ? describePlace() : loadGrid().then(describePlace);
    },

    /* Set the address to that of the view, so that a copied link opens the same view, and clear the last failure. */
    address(now, view) {
      // An answer for an address that has been left must not lead back to it.
      if (!now || !view || currentAddress() !== shownAddress || (now.place && now.place !== shownAddress)) {
        return [unchanged(), unchanged(), unchanged()];
      }
      const entry = !arriving && ENTRIES.some((key) => view[key] !== previousView[key]);
      const address = now.address || currentAddress();
      if (address !== currentAddress()) {
        const hash = arriving ? window.location.hash : "";
        window.history[entry ? "pushState" : "replaceState"](null, "", address + hash);
        shownAddress = address;
        notifyLocation();
      }
      if (previousPage !== null && previousPage !== now.name && !window.location.hash) {
        document.getElementById("content").focus({ preventScroll: true });
      }
      if (arriving && window.location.hash) {
        reveal();
      }
      document.title = now.title;
      picture = now.picture;
      if (!arriving || previousPage !== null) {
        announce();
      }
      [arriving, previousView, previousPage] = [false, view, now.name];
      window.colour(view.theme || "auto");
      return [document.documentElement.dataset.theme, window.location.href, ""];
    },

    download(picture) {
      if (picture) {
        window.Plotly.downloadImage(picture.figure, {
          format: "png", width: 1600, height: 900, scale: 2, filename: picture.filename,
        });
      }
    },
  };

  document.addEventListener("click", (event) => {
    /* Before the app runs, only the links of the pre-rendered page work. */
    if (event.target.closest("#first") && !event.target.closest("a")) {
      return;
    }
    /* A click on the name of a venue makes it the focus. */
    const button = event.target.closest("[data-focus]");
    if (button) {
      window.dash_clientside.set_props("picked", { data: { venue: button.dataset.focus, at: Date.now() } });
    }
    /* A click on a timeframe selects it. */
    const bars = event.target.closest("[data-bar]");
    if (bars) {
      window.dash_clientside.set_props("bar", { value: bars.dataset.bar });
    }
    if (event.target.closest("#copy-image") && picture) {
      copyImage();
    }
    /* Copy the link to a file. */
    const copied = event.target.closest("[data-copy]");
    if (copied) {
      const text = copied.textContent;
      navigator.clipboard.writeText(new URL(copied.dataset.copy, window.location.href).href).then(() => {
        copied.textContent = "Link copied";
        setTimeout(() => { copied.textContent = text; }, 1500);
      });
    }
    /* Follow a link within the app without loading it again, unless it is opened in a new tab or window. */
    const link = event.target.closest("a[data-page]");
    if (link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      go(link.href);
    }
  });
})();
