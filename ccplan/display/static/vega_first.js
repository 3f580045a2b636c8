// The bundle that draws is loaded once a page, however many panels are on it, and before the first of them draws.
function ccplanVega(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return import(/* webpackIgnore: true */ address).finally(() => URL.revokeObjectURL(address));
}
export default {
  async render(given) {
    await (globalThis.ccplanVegaLoaded ??= ccplanVega(given.model.get("vega")));
    return ccplanPanel.render(given);
  },
};
