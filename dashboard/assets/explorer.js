/* Every exchange at one moment: a table that follows the pointer, a finger or the keyboard along the charts. */
(() => {
  const [DASH, MINUS, NARROW] = ["\u2013", "\u2212", "\u00a0"];
  const TYPES = { f4: Float32Array, i1: Int8Array };
  const GROUPS = { usdt: "USDT exchanges", usd: "USD exchanges" };

  let shown = null; // what is told, its numbers unpacked
  let seen = {}; // what the callback was given last: each call brings all of it

  const unpacked = ({ dtype, bdata }) => new TYPES[dtype](Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0)).buffer);

  const unpack = (data) => ({
    ...data,
    rows: data.rows.map((row) => ({
      ...row,
      state: unpacked(row.state),
      ...Object.fromEntries(
        ["price", "deviation"].map((kind) => [
          kind,
          Object.fromEntries(Object.entries(row[kind]).map(([end, values]) => [end, unpacked(values)])),
        ]),
      ),
    })),
  });

  /* As dashboard.text.numbers: five digits of a price, and per cent with one decimal below 10. */
  const price = (value) => {
    const digits = Math.abs(value) < 0.01 ? 3 : Math.max(5, Math.ceil(Math.log10(Math.abs(value))));
    return value.toLocaleString("en", { maximumSignificantDigits: Math.min(digits, 7) });
  };
  const percent = (fraction) => {
    const size = 100 * Math.abs(fraction);
    const rounded = size < 9.95 ? size.toFixed(1) : size.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
    const text = size >= 99.5 && size < 100 ? (Math.floor(10 * size) / 10).toFixed(1) : rounded;
    return `${text === "0.0" ? "" : fraction < 0 ? MINUS : "+"}${text}${NARROW}%`;
  };

  const told = (values, at, write) => {
    const [low, high] = [values.low[at], (values.high || values.low)[at]];
    if (Number.isNaN(low)) {
      return DASH;
    }
    const [one, other] = [write(low), write(high)];
    return one === other ? one : `${one} to ${other}`;
  };

  const clock = (data, position) => {
    const text = new Date(data.first + position * data.bar + data.offset).toISOString();
    return `${text.slice(0, 10)} ${text.slice(11, data.bar < 60000 ? 19 : 16)}`;
  };
  const moment = (data, at) => {
    const start = at * data.width;
    const end = Math.min(start + data.width, data.size);
    const until = data.width > 1 ? ` to ${clock(data, end).slice(11)}` : "";
    return `${clock(data, start)}${until} ${data.zone}`;
  };

  const part = (tag, text, className, children = []) => {
    const made = document.createElement(tag);
    made.className = className || "";
    made.textContent = text;
    made.append(...children);
    return made;
  };

  const line = (data, row, at) => {
    const state = data.states[row.state[at]];
    const name = part("th", row.name, "", [part("small", row.market, "")]);
    name.scope = "row";
    return part("tr", "", row.focus ? "focus" : "", [
      name,
      part("td", told(row.price, at, price), "number"),
      part("td", told(row.deviation, at, percent), "number"),
      part("td", state, `state ${state}`),
    ]);
  };

  const table = (data, group, at) => {
    const heads = [GROUPS[group], "Price", "Against them", "State"].map((text) => {
      const head = part("th", text, "");
      head.scope = "col";
      return head;
    });
    const lines = data.rows.filter((row) => row.group === group).map((row) => line(data, row, at));
    return part("table", "", "", [
      part("thead", "", "", [part("tr", "", "", heads)]),
      part("tbody", "", "", lines),
    ]);
  };

  const show = (box, at) => {
    const place = Math.max(0, Math.min(shown.count - 1, at));
    const said = moment(shown, place);
    const note = shown.width > 1 ? " (least and greatest of each)" : "";
    box.querySelector("strong").textContent = said + note;
    const slider = box.querySelector("input");
    slider.value = place;
    slider.setAttribute("aria-valuetext", said);
    const groups = Object.keys(GROUPS).filter((group) => shown.rows.some((row) => row.group === group));
    box.querySelector(".tables").replaceChildren(...groups.map((group) => table(shown, group, place)));
  };

  const build = (box, data) => {
    shown = unpack(data);
    box.classList.toggle("ranges", shown.width > 1);
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: shown.count - 1, step: 1 });
    slider.setAttribute("aria-label", "Moment");
    slider.addEventListener("input", () => show(box, Number(slider.value)));
    const head = part("div", "", "head", [part("strong", "", ""), slider]);
    box.replaceChildren(head, part("div", "", "tables"));
    show(box, shown.at);
  };

  /* While somebody points at the charts the table floats beside them, where its place below is out of sight. */
  const float = (box) => {
    const { top, bottom } = box.parentElement.getBoundingClientRect();
    if (!box.classList.contains("floating") && (top < 0 || bottom > window.innerHeight)) {
      box.parentElement.style.minHeight = `${box.offsetHeight}px`;
      box.classList.add("floating");
    }
  };
  const settle = () => {
    const box = document.querySelector("#minute.floating");
    if (box) {
      box.classList.remove("floating");
      box.parentElement.style.minHeight = "";
    }
  };
  document.addEventListener("scroll", settle, { passive: true });
  document.addEventListener("mouseover", (event) => {
    if (!event.target.closest("#graph")) {
      settle();
    }
  });

  /* Times of figures are UTC without a zone, or milliseconds. */
  const milliseconds = (x) =>
    typeof x === "number" ? x : Date.parse(`${x.slice(0, 10)}T${x.slice(11) || "00:00"}Z`);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plumblineMoment = {
    /* Other numbers, or another place under the pointer. */
    pointed(data, hovered, clicked) {
      const box = document.getElementById("minute");
      if (!box) {
        return window.dash_clientside.no_update;
      }
      if (!data) {
        box.replaceChildren();
      } else if (data !== seen.data || !box.firstChild) {
        build(box, data);
      } else {
        const point = ((hovered !== seen.hovered ? hovered : clicked) || { points: [] }).points[0];
        if (point) {
          float(box);
          show(box, Math.floor((milliseconds(point.x) - shown.first) / shown.bar / shown.width + 1e-6));
        }
      }
      seen = { data, hovered, clicked };
      return data ? box.querySelector("strong").textContent : null;
    },
  };
})();
