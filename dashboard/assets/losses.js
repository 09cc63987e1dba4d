/* The fills on the Orders page: they stay in the memory of this tab, and are posted again where view or fields change. */
(() => {
  const setProps = (id, props) => document.getElementById(id) && window.dash_clientside.set_props(id, props);
  const alert = (text) => (
    { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert", tabIndex: "-1" } });
  const refuse = (text) => ({ cards: [alert(text)], summary: "The fills were not compared." });

  let file = null;
  let view = "";  // the query of the view
  let asked = 0;  // the number of the last request, so that an earlier answer is not shown after a later one

  const say = (text) => setProps("losses-status", { children: text });
  const readFields = () => {
    const parts = [...document.querySelectorAll("#losses-form [data-option]")];
    return Object.fromEntries(parts.map((part) => [part.dataset.option, part.querySelector("input").value]));
  };

  const ask = async () => {
    const { link, most } = document.getElementById("losses-drop").dataset;
    if (file.size >= Number(most) * 1e6) {
      return refuse(`${file.name} has ${(file.size / 1e6).toFixed(1)} MB, and the page reads files up to ${most} MB. `
        + 'On the command line "plumbline losses --fills FILE" takes larger ones.');
    }
    const query = new URLSearchParams({ ...readFields(), name: file.name, view });
    try {
      const response = await fetch(`${link}?${query}`, {
        method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
      if (response.ok) {
        return await response.json();
      }
      const isText = response.headers.get("Content-Type")?.startsWith("text/plain");
      return refuse(isText ? (await response.text()).trim() : `The server answered ${response.status}.`);
    } catch {
      return refuse("The server or the file cannot be reached; drop the fills again.");
    }
  };

  const send = async () => {
    const number = ++asked;
    say(`${file.name}: being compared`);
    const { cards, summary } = await ask();
    if (number === asked && document.getElementById("losses-drop")) {
      setProps("losses-cards", { children: cards });
      say(summary);
    }
  };
  const sendAgain = () => file ? send() : say("Drop a file of fills first.");

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#losses-form [data-step]")) {
      sendAgain();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("#losses-form [data-option] input")) {
      sendAgain();
    }
  });

  const takeFiles = (event) => {
    const place = document.getElementById("losses-drop");
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
    send();
  };
  window.addEventListener("change", takeFiles, true);
  window.addEventListener("drop", takeFiles, true);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plumblineLosses = {
    show: (query) => {
      view = query || "";
      if (file) {
        send();
      }
      return window.dash_clientside.no_update;
    },
  };
})();
