/* The log on the Orders page: it stays in the memory of this tab, and is posted again where view or form change. */
(() => {
  const CLEARED = { form: [], cards: [], summary: "" };
  const setProps = (id, props) => document.getElementById(id) && window.dash_clientside.set_props(id, props);
  const alert = (text) => (
    { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert", tabIndex: "-1" } });

  let file = null;
  let packed = null;  // the file in gzip, which a browser that can makes once
  let fields = {};  // what the form says, and the class of the table
  let view = "";    // the query of the view
  let asked = 0;    // the number of the last request, so that an earlier answer is not shown after a later one

  const say = (text) => setProps("orders-status", { children: text });
  const showAnswer = ({ form, cards, summary }) => {
    setProps("orders-form", { children: form });
    setProps("orders-cards", { children: cards });
    say(summary);
  };
  const refuse = (text) => ({ form: [alert(text)], cards: [], summary: "The log was not read." });

  const pack = async () => {
    packed ??= await new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).blob();
    return packed;
  };

  const ask = async () => {
    const { link, most } = document.getElementById("orders-drop").dataset;
    if (file.size >= Number(most) * 1e6) {
      return refuse(`${file.name} has ${(file.size / 1e6).toFixed(1)} MB, and the page reads logs up to ${most} MB. `
        + 'On the command line "plumbline orders FILE" takes larger ones.');
    }
    const query = new URLSearchParams({ ...fields, name: file.name, view });
    const headers = { "Content-Type": "application/octet-stream" };
    try {
      const isPacked = "CompressionStream" in window;
      const response = await fetch(`${link}?${query}`, {
        method: "POST",
        body: isPacked ? await pack() : file,
        headers: isPacked ? { ...headers, "Content-Encoding": "gzip" } : headers,
      });
      if (response.ok) {
        return await response.json();
      }
      const isText = response.headers.get("Content-Type")?.startsWith("text/plain");
      return refuse(isText ? (await response.text()).trim() : `The server answered ${response.status}.`);
    } catch {
      return refuse("The server or the file cannot be reached; drop the log again.");
    }
  };

  const send = async () => {
    const number = ++asked;
    say(`${file.name}, ${(file.size / 1e6).toFixed(1)} MB: being read`);
    const answer = await ask();
    if (number === asked && document.getElementById("orders-drop")) {
      showAnswer(answer);
    }
  };

  const readForm = () => {
    const parts = [...document.querySelectorAll("#orders-form [data-option]")];
    const isMapped = document.querySelector("#orders-form [data-columns]")?.dataset.columns === "changed";
    const entries = parts.map((part) => [part.dataset.option, part.querySelector("input").value]);
    return Object.fromEntries(entries.filter(([name, text]) => text && (isMapped || !name.startsWith("column-"))));
  };

  const takeStep = (step) => {
    if (step === "remove") {
      file = packed = null;
      fields = {};
      asked += 1;
      showAnswer({ ...CLEARED, summary: "The log was removed from this tab." });
      document.querySelector("#orders-upload input[type=file]")?.focus();
    } else {
      fields = { ...readForm(), class: fields.class || "" };
      send();
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#orders-form [data-step]");
    const choice = event.target.closest?.("#orders-cards [data-class]");
    if (button) {
      takeStep(button.dataset.step);
    } else if (choice) {
      fields = { ...fields, class: choice.dataset.class };
      send();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("#orders-form [data-option] input")) {
      takeStep("apply");
    }
  });
  /* Columns that a reader chooses take the place of the recognised ones; those that were only looked at do not. */
  const noteColumns = (event) => {
    const part = event.target.closest?.("#orders-form [data-columns]");
    if (part && event.target.closest("[data-option]")) {
      part.dataset.columns = "changed";
    }
  };
  document.addEventListener("click", noteColumns);
  document.addEventListener("input", noteColumns);

  const takeFiles = (event) => {
    const place = document.getElementById("orders-drop");
    const files = [...(event.dataTransfer?.files || event.target.files || [])];
    if (!place?.contains(event.target) || !files.length) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "drop") {
      event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));  // ends the highlight of the drop area
    } else {
      event.target.value = "";  // so that the same file can be chosen again
    }
    [file] = files;
    packed = null;
    fields = {};
    send();
  };
  window.addEventListener("change", takeFiles, true);
  window.addEventListener("drop", takeFiles, true);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plumblineOrders = {
    show: (query) => {
      view = query || "";
      if (file) {
        send();
      }
      return window.dash_clientside.no_update;
    },
  };
})();
