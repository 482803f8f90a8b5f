// A toolbar is one stop for Tab; the arrows go from button to button.
import { whenPresent } from "./present.js";

whenPresent("[data-toolbar]", (toolbar) => {
  const buttons = () => [...toolbar.querySelectorAll("button")];

  function reach(button) {
    for (const one of buttons()) one.tabIndex = one === button ? 0 : -1;
  }

  toolbar.addEventListener("focusin", (event) => {
    if (event.target.matches("button")) reach(event.target);
  });
  toolbar.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(event.target);
    const next = {
      ArrowRight: (at + 1) % all.length,
      ArrowLeft: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (at < 0 || next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    all[next].focus();
  });
  reach(buttons()[0]);
});
