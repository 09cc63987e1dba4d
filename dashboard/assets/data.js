/* The map of coverage by pointer, finger and arrow keys, and the sending of files. */
(() => {
  const tell = (id, text) => window.dash_clientside.set_props(id, { children: text });
  const field = (target) => target.closest?.("#data-map-grid [data-told]");

  const say = (event) => {
    const found = field(event.target);
    if (found) {
      tell("data-told", found.dataset.told);
    }
  };
  document.addEventListener("pointerover", say);
  document.addEventListener("focusin", say);
  document.addEventListener("click", (event) => field(event.target)?.focus());

  /* One field of the map is a stop of the keyboard; from there the arrow keys lead on, a row at a time or a field. */
  const middle = (element) => element.getBoundingClientRect().left + element.offsetWidth / 2;
  const beside = (from, key) => {
    const row = from.parentElement;
    const fields = [...row.querySelectorAll("[data-told]")];
    const place = fields.indexOf(from);
    const ways = { ArrowLeft: fields[place - 1], ArrowRight: fields[place + 1], Home: fields[0], End: fields.at(-1) };
    if (key in ways) {
      return ways[key];
    }
    const next = key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    const at = middle(from);
    return [...(next?.querySelectorAll("[data-told]") || [])].sort(
      (one, two) => Math.abs(middle(one) - at) - Math.abs(middle(two) - at))[0];
  };
  document.addEventListener("keydown", (event) => {
    const from = field(event.target);
    if (from && ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      beside(from, event.key)?.focus();
    }
  });

  /* The length of the candles that are shown is a control of the shell, which this page shows by buttons of its own. */
  document.addEventListener("click", (event) => {
    const length = event.target.closest?.("#data-lengths [data-length]")?.dataset.length;
    if (length) {
      window.dash_clientside.set_props("bar", { value: length });
    }
  });

  /* Files are sent one after another, each as it is. One that is too large is not sent at all. */
  const shown = (id, props) => document.getElementById(id) && window.dash_clientside.set_props(id, props);
  const alert = (text) => (
    { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert" } });
  const megabytes = (file) => (file.size / 1e6).toFixed(1);

  const posted = (address, file, told) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const failed = (why) => resolve({ children: [alert(`${file.name} was not taken: ${why}.`)], stored: false });
    request.upload.onprogress = (event) => told(event.loaded / event.total);
    request.onerror = () => failed("the server cannot be reached; drop it again later");
    request.onload = () => (
      request.status === 200 ? resolve(JSON.parse(request.response)) : failed(`the server answered ${request.status}`));
    request.open("POST", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });

  let busy = false;
  const send = async (files, place) => {
    const most = Number(place.dataset.most);
    const typed = (id) => document.getElementById(id).value;
    const beside = {
      venue: typed("data-venue"), symbol: typed("data-symbol"), complete: document.getElementById("data-complete").checked };
    const lines = [];
    let stored = false;
    busy = true;
    shown("data-imported", { children: null });
    shown("data-upload", { disabled: true });
    for (const [number, file] of files.entries()) {
      const name = `${file.name}, ${megabytes(file)} MB${files.length > 1 ? ` (${number + 1} of ${files.length})` : ""}`;
      const said = (text, share) => {
        shown("data-waiting", { children: `${name}: ${text}`, className: "notice" });
        shown("data-sent", { className: "data-sent", value: share });
      };
      if (file.size >= most * 1e6) {
        lines.push(alert(`Nothing was taken: ${file.name} has ${megabytes(file)} MB, and the page takes up to ${most} MB. `
          + 'On the command line "plumbline import FILE..." takes any size.'));
      } else {
        said("being sent", "0");
        const address = `${place.dataset.link}?${new URLSearchParams({ name: file.name, ...beside })}`;
        const answer = await posted(address, file, (share) => (
          share < 1 ? said("being sent", String(share)) : said("being read and checked", null)));
        lines.push(...answer.children);
        stored ||= answer.stored;
      }
      shown("data-imported", { children: [...lines] });
    }
    busy = false;
    shown("data-waiting", { className: "away" });
    shown("data-sent", { className: "away" });
    shown("data-upload", { disabled: false });
    if (stored) {
      window.dash_clientside.set_props("collected", { data: `imported at ${performance.now()}` });
    }
  };

  const dropped = (event) => {
    const place = document.getElementById("data-drop");
    const files = [...(event.dataTransfer?.files || event.target.files || [])];
    if (!place?.contains(event.target) || !files.length) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "drop") {
      event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));  // so that the place looks as before
    } else {
      event.target.value = "";  // so that the same file can be chosen again
    }
    if (!busy) {
      send(files, place);
    }
  };
  window.addEventListener("change", dropped, true);
  window.addEventListener("drop", dropped, true);
})();
