/* The import of files on the Data page: they are sent, and shown as cards with a preview, a form and buttons. */
(() => {
  const setProps = (id, props) => document.getElementById(id) && window.dash_clientside.set_props(id, props);
  const alert = (text) => (
    { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert", tabIndex: "-1" } });
  const megabytes = (file) => (file.size / 1e6).toFixed(1);

  /* What is shown of each file. One with a token waits on the server for a decision. */
  let cards = [];
  let busy = false;
  const say = (text) => setProps("data-waiting", { children: text });
  const showCards = () => setProps("data-imported", { children: cards.flatMap((card) => card.children) });

  /* The answer of the server; where it refuses or cannot be reached, an alert that says so. */
  const post = (address, name, body, onProgress) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const refuse = (text, failed = false) => resolve(
      { children: [alert(text)], summary: `${name} was not imported.`, token: "", stored: false, failed });
    const fail = (reason) => refuse(`${name} was not imported: ${reason}.`, true);
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onerror = () => fail("the server cannot be reached; try again later");
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
    request.send(body);
  });

  let link = "";  // of the routes; known from the first file on
  const cancel = (token) => navigator.sendBeacon(`${link}/${token}/cancel`);

  /* Files are sent one after another, as they are; one that is too large is not sent. */
  const receiveFile = async (file, position) => {
    const { most } = document.getElementById("data-drop").dataset;
    if (file.size >= Number(most) * 1e6) {
      const text = `Nothing was imported: ${file.name} has ${megabytes(file)} MB, and the page accepts up to ${most} MB. `
        + 'On the command line "plumbline import FILE..." takes any size.';
      return { children: [alert(text)], summary: `${file.name} was not imported.`, token: "" };
    }
    const showProgress = (text, share) => {
      say(`${file.name}, ${megabytes(file)} MB${position}: ${text}`);
      setProps("data-sent", { className: "data-sent", value: share });
    };
    showProgress("being sent", "0");
    return post(`${link}?${new URLSearchParams({ name: file.name })}`, file.name, file, (share) => (
      share < 1 ? showProgress("being sent", String(share)) : showProgress("being read and checked", null)));
  };

  const receiveFiles = async (files) => {
    link = document.getElementById("data-drop").dataset.link;
    const names = new Set(files.map((file) => file.name));
    const isShown = document.querySelector(".data-import") !== null;  // not after the reader has left the page and come back
    cards.filter((card) => card.token && (names.has(card.name) || !isShown)).forEach((card) => cancel(card.token));
    cards = isShown ? cards.filter((card) => card.token && !names.has(card.name)) : [];
    showCards();
    busy = true;
    setProps("data-upload", { disabled: true });
    for (const [number, file] of files.entries()) {
      const answer = await receiveFile(file, files.length > 1 ? ` (${number + 1} of ${files.length})` : "");
      cards.push({ ...answer, name: file.name });
      showCards();
      say(answer.summary);
    }
    busy = false;
    setProps("data-sent", { className: "away" });
    setProps("data-upload", { disabled: false });
  };

  const readForm = (section) => Object.fromEntries([...section.querySelectorAll("[data-option]")].map((part) => {
    const input = part.querySelector("input");
    const values = { radio: () => part.querySelector("input:checked")?.value || "", checkbox: () => String(input.checked) };
    return [part.dataset.option, (values[input.type] || (() => input.value))()];
  }));

  /* The card at this place, or the file's report after the import, takes the focus, so that it is read out. */
  const focusCard = (index) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const section = document.querySelectorAll("#data-imported > *")[index];
    (section?.querySelector("[tabindex='-1']") || section)?.focus();
  }));

  const takeStep = async (section, step) => {
    const index = cards.findIndex((card) => card.token === section.dataset.token);
    const card = cards[index];
    if (busy || !card) {
      return;
    }
    if (step === "cancel") {
      cancel(card.token);
      cards.splice(index, 1);
      showCards();
      say(`${card.name}: cancelled, nothing was stored.`);
      document.querySelector("#data-upload input[type=file]")?.focus();
      return;
    }
    busy = true;
    section.inert = true;  // what is typed now would be lost
    say(`${card.name}: being ${step === "store" ? "imported" : "read and checked"}`);
    const query = new URLSearchParams(readForm(section));
    const answer = await post(`${link}/${card.token}/${step}?${query}`, card.name, null, () => {});
    busy = false;
    section.inert = false;
    // Where no answer came the form stays, below the alert.
    cards[index] = answer.failed
      ? { ...card, children: [...answer.children, card.children.at(-1)] } : { ...answer, name: card.name };
    showCards();
    say(answer.summary);
    focusCard(cards.slice(0, index).flatMap((other) => other.children).length);
    if (answer.stored) {
      window.dash_clientside.set_props("collected", { data: `imported at ${performance.now()}` });
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".data-import [data-step]");
    if (button) {
      takeStep(button.closest(".data-import"), button.dataset.step);
    }
  });
  document.addEventListener("keydown", (event) => {
    const section = event.target.closest?.(".data-import");
    if (section && event.key === "Enter" && event.target.matches("input[type=text], input:not([type])")) {
      takeStep(section, section.querySelector("[data-step]").dataset.step);
    }
  });

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
      receiveFiles(files);
    }
  };
  window.addEventListener("change", takeFiles, true);
  window.addEventListener("drop", takeFiles, true);

  /* A closed tab decides nothing any more. */
  window.addEventListener("pagehide", (event) => {
    if (!event.persisted) {
      cards.filter((card) => card.token).forEach((card) => cancel(card.token));
    }
  });
})();
