// One rule for the browser's history. Streamlit writes its own entries: two for a link that changes
// page and subject, one for every filter that a page sets, none for those that it binds itself.
// What the reader looks at is an entry, which Back undoes, one at most for each thing they do;
// everything else in the address takes the place of the entry that there is.
(() => {
  if (window.vigieAddress) return;
  window.vigieAddress = true;
  const LOOKED_AT = ['scope', 'product', 'squad', 'owner', 'kpi', 'week'];
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let acted = false;
  for (const deed of ['pointerdown', 'keydown'])
    window.addEventListener(deed, () => { acted = true; }, { capture: true });
  const seen = (address) =>
    [address.pathname, ...LOOKED_AT.map((name) => address.searchParams.get(name))].join('\n');
  const write = (state, title, url) => {
    const here = new URL(location.href);
    const moved = acted && seen(new URL(url ?? here, here)) !== seen(here);
    if (moved) acted = false;
    (moved ? push : replace)(state, title, url);
  };
  history.pushState = write;
  history.replaceState = write;
})();
