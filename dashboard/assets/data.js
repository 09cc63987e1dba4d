/* The map of coverage by pointer, finger and arrow keys, and files that are too large for the page. */
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

  /* Files that are too large are stopped before the browser reads them into its memory. */
  const checked = (event) => {
    const place = document.getElementById("data-drop");
    const files = [...(event.dataTransfer?.files || event.target.files || [])];
    if (!place?.contains(event.target) || !files.length) {
      return;
    }
    const size = files.reduce((sum, file) => sum + file.size, 0) / 1e6;
    if (size > Number(place.dataset.most)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const names = files.map((file) => file.name).join(", ");
      const text = `Nothing was taken: ${names} ${files.length === 1 ? "has" : "have"} ${size.toFixed(1)} MB, and the page `
        + `takes up to ${place.dataset.most} MB at once. On the command line "plumbline import FILE..." takes any size.`;
      tell("data-imported", { type: "P", namespace: "dash_html_components", props: { children: text, className: "notice alert" } });
      event.target.value = event.target.type === "file" ? "" : event.target.value;
    }
  };
  window.addEventListener("change", checked, true);
  window.addEventListener("drop", checked, true);
})();
