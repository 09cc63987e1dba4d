/* The Data page: the coverage map by pointer, touch and arrow keys, and the choice of a length of bars. */
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
})();
