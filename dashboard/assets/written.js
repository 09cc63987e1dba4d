/* Markup that came as text (dashboard/components/static_html.py): one component of Dash instead of hundreds. */
(() => {
  const WITHIN = "a, button, input, summary, [tabindex]";

  const Written = ({ tag, attributes, html }) => {
    const place = React.useRef(null);
    React.useLayoutEffect(() => {
      const within = () => [...place.current.querySelectorAll(WITHIN)];
      const at = within().indexOf(document.activeElement);
      place.current.innerHTML = html;
      // Who was on the third link is on the third link, whatever it says now.
      if (at >= 0 && within()[at]) {
        within()[at].focus({ preventScroll: true });
      }
    }, [tag, html]);
    return React.createElement(tag, { ...attributes, ref: place });
  };

  window.plumbline = { ...window.plumbline, Written };
})();
