// Puts other words in the place of Streamlit's own, wherever they appear in the page. And loads the page anew once a
// server that was gone is back: to the new one this page is unknown, and it would let the first click pass.
(() => {
  const told = TOLD;
  const words = told.words.map(([said, put]) => [new RegExp(said, "s"), put]);
  const named = ["aria-label", "placeholder", "title"];
  const link = "data-test-connection-state";
  const linked = () => document.querySelector(`[${link}]`)?.getAttribute(link) === "CONNECTED";
  const frame = (window.pledgefund ??= { was: new WeakMap() });
  document.documentElement.lang = told.lang;

  const put = (said) => {
    const own = said.trim();
    if (!own || own.length > 400) return said;
    for (const [pattern, other] of words) if (pattern.test(own)) return own.replace(pattern, other);
    return said;
  };
  // What was there is remembered: the other language begins from it and not from this one's words.
  const change = (node, key, now, set) => {
    const kept = frame.was.get(node) ?? {};
    const first = kept[key] && kept[key].put === now ? kept[key].said : now;
    const other = put(first);
    if (other === now) return;
    frame.was.set(node, { ...kept, [key]: { said: first, put: other } });
    set(other);
  };
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      change(node, "text", node.data, (other) => { node.data = other; });
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(".stHtml, script, style, svg")) {
      frame.gone ||= node.matches("[role=dialog]") && !linked();
      for (const name of named)
        if (node.hasAttribute(name))
          change(node, name, node.getAttribute(name), (other) => node.setAttribute(name, other));
      node.childNodes.forEach(look);
    }
  };
  const seen = (records) => {
    for (const { type, target, addedNodes, attributeName } of records) {
      if ((target.closest ? target : target.parentElement)?.closest(".stHtml")) continue;
      if (type === "childList") addedNodes.forEach(look);
      else if (type === "characterData") look(target);
      else if (attributeName === link) { if (frame.gone && linked()) location.reload(); }
      else for (const name of named)
        if (target.hasAttribute(name))
          change(target, name, target.getAttribute(name), (other) => target.setAttribute(name, other));
    }
  };
  frame.watch?.disconnect();
  frame.watch = new MutationObserver(seen);
  look(document.body);
  frame.watch.observe(document.body,
    { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...named, link] });
})();
