// On a small screen a row of tabs goes on beyond its edge: the one that is shown is in sight.
import { whenPresent } from "./present.js";

whenPresent(".tabs", (tabs) => {
  const current = tabs.querySelector("[aria-current]");
  if (!current) return;
  const before = current.getBoundingClientRect().left - tabs.getBoundingClientRect().left;
  tabs.scrollLeft += before - (tabs.clientWidth - current.offsetWidth) / 2;
});
