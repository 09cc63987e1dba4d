/* A click on a point of the overview's charts follows the point's link, as a click on a link of the tables does. */
window.dash_clientside = window.dash_clientside || {};

window.dash_clientside.plumblineOverview = {
  follow(clicked) {
    const point = clicked && clicked.points && clicked.points[0];
    if (!point || !point.customdata) {
      return;
    }
    const link = document.createElement("a");
    link.href = point.customdata[0];
    link.dataset.page = "true";
    document.body.append(link);
    link.click();
    link.remove();
  },
};
