/* HTML as text (dashboard/components/static_html.py): one Dash component instead of hundreds. */
(() => {
  const FOCUSABLE = "a, button, input, summary, [tabindex]";

  const Written = ({ tag, attributes, html }) => {
    const ref = React.useRef(null);
    React.useLayoutEffect(() => {
      const listFocusable = () => [...ref.current.querySelectorAll(FOCUSABLE)];
      const index = listFocusable().indexOf(document.activeElement);
      ref.current.innerHTML = html;
      // The keyboard focus stays on the element with the same number.
      if (index >= 0 && listFocusable()[index]) {
        listFocusable()[index].focus({ preventScroll: true });
      }
    }, [tag, html]);
    return React.createElement(tag, { ...attributes, ref });
  };

  window.plumbline = { ...window.plumbline, Written };
})();
