// Buttons that copy a text.
import { whenPresent } from "./present.js";

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https there is no clipboard to write to, but there is the old way.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

whenPresent("[data-copy]", (button) => {
  const words = button.querySelector("span");
  const icon = button.querySelector("use");
  const before = { words: words?.textContent, label: button.getAttribute("aria-label"), icon: icon?.getAttribute("href") };
  let timer;
  button.addEventListener("click", async () => {
    await copy(button.dataset.copy);
    if (words) words.textContent = "Copied";
    else button.setAttribute("aria-label", "Copied");
    icon?.setAttribute("href", before.icon.replace(/#.*/, "#check"));
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (words) words.textContent = before.words;
      else button.setAttribute("aria-label", before.label);
      icon?.setAttribute("href", before.icon);
    }, 1600);
  });
});
