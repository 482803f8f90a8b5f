// Calls a function for each element that matches, now and whenever one comes into the page.
const watched = [];

function visit(node) {
  for (const [selector, act] of watched) {
    if (node.matches(selector)) act(node);
    for (const element of node.querySelectorAll(selector)) act(element);
  }
}

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      if (node instanceof Element) visit(node);
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });

export function whenPresent(selector, act) {
  watched.push([selector, act]);
  for (const element of document.querySelectorAll(selector)) act(element);
}
