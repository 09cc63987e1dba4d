/* Every exchange at one moment: a table for the bar under the pointer, or one chosen by touch or keyboard. */
(() => {
  const [DASH, MINUS] = ["\u2013", "\u2212"];
  const TYPES = { f4: Float32Array, i1: Int8Array };
  const COUNTED = 0; // the number of the state of a minute that counts, which is not written out

  let current = null; // the data of the table, with typed arrays
  let lastInputs = {}; // the inputs of the last call, to see which of them has changed

  const unpackArray = ({ dtype, bdata }) => new TYPES[dtype](Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0)).buffer);

  const unpack = (data) => ({
    ...data,
    rows: data.rows.map((row) => ({
      ...row,
      state: unpackArray(row.state),
      ...Object.fromEntries(
        ["price", "deviation"].map((kind) => [
          kind,
          Object.fromEntries(Object.entries(row[kind]).map(([end, values]) => [end, unpackArray(values)])),
        ]),
      ),
    })),
  });

  /* As dashboard.text.numbers writes them: five digits of a price, and per cent with one decimal below 10. */
  const formatPrice = (value) => {
    const digits = Math.abs(value) < 0.01 ? 3 : Math.max(5, Math.ceil(Math.log10(Math.abs(value))));
    return value.toLocaleString("en", { maximumSignificantDigits: Math.min(digits, 7), useGrouping: false });
  };
  const formatPercent = (fraction) => {
    const size = 100 * Math.abs(fraction);
    const rounded = size.toFixed(size < 9.95 ? 1 : 0);
    const text = size >= 99.5 && size < 100 ? (Math.floor(10 * size) / 10).toFixed(1) : rounded;
    return `${text === "0.0" ? "" : fraction < 0 ? MINUS : "+"}${text}%`;
  };

  const formatRange = (values, at, write) => {
    const [low, high] = [values.low[at], (values.high || values.low)[at]];
    if (Number.isNaN(low)) {
      return DASH;
    }
    const [one, other] = [write(low), write(high)];
    return one === other ? one : `${one} to ${other}`;
  };

  const formatTime = (data, position) => {
    const text = new Date(data.first + position * data.bar + data.offset).toISOString();
    return `${text.slice(0, 10)} ${text.slice(11, data.bar < 60000 ? 19 : 16)}`;
  };
  const formatMoment = (data, at) => {
    const start = at * data.width;
    const end = Math.min(start + data.width, data.size);
    const until = data.width > 1 ? ` to ${formatTime(data, end).slice(11)}` : "";
    return `${formatTime(data, start)}${until} ${data.zone}`;
  };

  const createElement = (tag, text, className, children = []) => {
    const element = document.createElement(tag);
    element.className = className || "";
    element.textContent = text;
    element.append(...children);
    return element;
  };

  const buildRow = (data, row, at) => {
    const state = row.state[at] === COUNTED ? "" : data.states[row.state[at]];
    const name = createElement("th", row.name, "", [createElement("small", row.market, "")]);
    name.scope = "row";
    return createElement("tr", "", row.focus ? "focus" : "", [
      name,
      createElement("td", formatRange(row.price, at, formatPrice), "number"),
      createElement("td", formatRange(row.deviation, at, formatPercent), "number"),
      createElement("td", state, "state"),
    ]);
  };

  const buildTable = (data, [group, heading], at) => {
    const heads = [heading, "Price", "vs median", ""].map((text) => {
      const head = createElement("th", text, "");
      head.scope = "col";
      return head;
    });
    const lines = data.rows.filter((row) => row.group === group).map((row) => buildRow(data, row, at));
    return createElement("table", "", "", [
      createElement("thead", "", "", [createElement("tr", "", "", heads)]),
      createElement("tbody", "", "", lines),
    ]);
  };

  const show = (box, at) => {
    const place = Math.max(0, Math.min(current.count - 1, at));
    const text = formatMoment(current, place);
    const note = current.width > 1 ? " (least and greatest of each)" : "";
    box.querySelector("strong").textContent = text + note;
    const slider = box.querySelector("input");
    slider.value = place;
    slider.setAttribute("aria-valuetext", text);
    box.querySelector(".tables").replaceChildren(...current.groups.map((group) => buildTable(current, group, place)));
  };

  const build = (box, data) => {
    current = unpack(data);
    box.classList.toggle("ranges", current.width > 1);
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: current.count - 1, step: 1 });
    slider.setAttribute("aria-label", "Moment");
    slider.addEventListener("input", () => show(box, Number(slider.value)));
    const head = createElement("div", "", "head", [createElement("strong", "", ""), slider]);
    box.replaceChildren(head, createElement("div", "", "tables"));
    show(box, current.at);
  };

  /* While the pointer is on the charts the table floats beside them, if its place below is out of sight. */
  const float = (box) => {
    const { top, bottom } = box.parentElement.getBoundingClientRect();
    if (!box.classList.contains("floating") && (top < 0 || bottom > window.innerHeight)) {
      box.parentElement.style.minHeight = `${box.offsetHeight}px`;
      box.classList.add("floating");
    }
  };
  const unfloat = () => {
    const box = document.querySelector("#minute.floating");
    if (box) {
      box.classList.remove("floating");
      box.parentElement.style.minHeight = "";
    }
  };
  document.addEventListener("scroll", unfloat, { passive: true });
  document.addEventListener("mouseover", (event) => {
    if (!event.target.closest("#graph")) {
      unfloat();
    }
  });

  /* Times in figures are UTC without a zone, or milliseconds. */
  const milliseconds = (x) =>
    typeof x === "number" ? x : Date.parse(`${x.slice(0, 10)}T${x.slice(11) || "00:00"}Z`);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plumblineMoment = {
    /* The data have changed, or the point under the pointer has. */
    pointed(data, hovered, clicked) {
      const box = document.getElementById("minute");
      if (!box) {
        return window.dash_clientside.no_update;
      }
      if (!data) {
        box.replaceChildren();
      } else if (data !== lastInputs.data || !box.firstChild) {
        build(box, data);
      } else {
        const point = ((hovered !== lastInputs.hovered ? hovered : clicked) || { points: [] }).points[0];
        if (point) {
          float(box);
          show(box, Math.floor((milliseconds(point.x) - current.first) / current.bar / current.width + 1e-6));
        }
      }
      lastInputs = { data, hovered, clicked };
      return data ? box.querySelector("strong").textContent : null;
    },
  };
})();
