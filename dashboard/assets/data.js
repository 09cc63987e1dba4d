/* The Data page: the coverage map by pointer, touch and arrow keys, and the upload of files. */
(() => {
  const setText = (id, text) => window.dash_clientside.set_props(id, { children: text });
  const findField = (target) => target.closest?.("#data-map-grid [data-told]");

  const showText = (event) => {
    const target = findField(event.target);
    if (target) {
      setText("data-told", target.dataset.told);
    }
  };
  document.addEventListener("pointerover", showText);
  document.addEventListener("focusin", showText);
  document.addEventListener("click", (event) => findField(event.target)?.focus());

  /* Only one field of the map is in the tab order; from there the arrow keys move by row or by field. */
  const findCentre = (element) => element.getBoundingClientRect().left + element.offsetWidth / 2;
  const findNeighbour = (from, key) => {
    const row = from.parentElement;
    const fields = [...row.querySelectorAll("[data-told]")];
    const index = fields.indexOf(from);
    const targets = { ArrowLeft: fields[index - 1], ArrowRight: fields[index + 1], Home: fields[0], End: fields.at(-1) };
    if (key in targets) {
      return targets[key];
    }
    const next = key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    const centre = findCentre(from);
    return [...(next?.querySelectorAll("[data-told]") || [])].sort(
      (one, two) => Math.abs(findCentre(one) - centre) - Math.abs(findCentre(two) - centre))[0];
  };
  document.addEventListener("keydown", (event) => {
    const from = findField(event.target);
    if (from && ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      findNeighbour(from, event.key)?.focus();
    }
  });

  /* The buttons of timeframes set the control of the shell, which this page does not show. */
  document.addEventListener("click", (event) => {
    const length = event.target.closest?.("#data-lengths [data-length]")?.dataset.length;
    if (length) {
      window.dash_clientside.set_props("bar", { value: length });
    }
  });

  /* Files are sent one after another, as they are; one that is too large is not sent. */
  const setProps = (id, props) => document.getElementById(id) && window.dash_clientside.set_props(id, props);
  const alert = (text) => (
    { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert" } });
  const megabytes = (file) => (file.size / 1e6).toFixed(1);

  const postFile = (address, file, onProgress) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const refuse = (text) => resolve({ children: [alert(text)], stored: false });
    const fail = (reason) => refuse(`${file.name} was not imported: ${reason}.`);
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onerror = () => fail("the server cannot be reached; drop it again later");
    request.onload = () => {
      if (request.status === 200) {
        resolve(JSON.parse(request.response));
      } else if (request.getResponseHeader("Content-Type")?.startsWith("text/plain")) {
        refuse(request.response.trim()); // the server says why
      } else {
        fail(`the server answered ${request.status}`);
      }
    };
    request.open("POST", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });

  let busy = false;
  const sendFiles = async (files, place) => {
    const maxMegabytes = Number(place.dataset.most);
    const typed = (id) => document.getElementById(id).value;
    const fields = {
      venue: typed("data-venue"), symbol: typed("data-symbol"), complete: document.getElementById("data-complete").checked };
    const lines = [];
    let stored = false;
    busy = true;
    setProps("data-imported", { children: null });
    setProps("data-upload", { disabled: true });
    for (const [number, file] of files.entries()) {
      const name = `${file.name}, ${megabytes(file)} MB${files.length > 1 ? ` (${number + 1} of ${files.length})` : ""}`;
      const showProgress = (text, share) => {
        setProps("data-waiting", { children: `${name}: ${text}`, className: "notice" });
        setProps("data-sent", { className: "data-sent", value: share });
      };
      if (file.size >= maxMegabytes * 1e6) {
        lines.push(alert(`Nothing was imported: ${file.name} has ${megabytes(file)} MB, and the page accepts up to ${maxMegabytes} MB. `
          + 'On the command line "plumbline import FILE..." takes any size.'));
      } else {
        showProgress("being sent", "0");
        const address = `${place.dataset.link}?${new URLSearchParams({ name: file.name, ...fields })}`;
        const answer = await postFile(address, file, (share) => (
          share < 1 ? showProgress("being sent", String(share)) : showProgress("being read and checked", null)));
        lines.push(...answer.children);
        stored ||= answer.stored;
      }
      setProps("data-imported", { children: [...lines] });
    }
    busy = false;
    setProps("data-waiting", { className: "away" });
    setProps("data-sent", { className: "away" });
    setProps("data-upload", { disabled: false });
    if (stored) {
      window.dash_clientside.set_props("collected", { data: `imported at ${performance.now()}` });
    }
  };

  const takeFiles = (event) => {
    const place = document.getElementById("data-drop");
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
    if (!busy) {
      sendFiles(files, place);
    }
  };
  window.addEventListener("change", takeFiles, true);
  window.addEventListener("drop", takeFiles, true);
})();
