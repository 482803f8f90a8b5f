// A page of the gallery that goes on with the same day goes on in the same rows.
import { whenPresent } from "../present.js";

function join(first, second) {
  const [upper, lower] = [first, second].map((part) => part.querySelector(".wall"));
  // Whole lists move, which the layout takes no notice of; and those that are fewer.
  if (upper.children.length >= lower.children.length) {
    upper.append(...lower.children);
    second.remove();
  } else {
    lower.prepend(...upper.children);
    first.remove();
  }
}

whenPresent(".day-part", (part) => {
  if (!part.isConnected) return;
  const [above, below] = [part.previousElementSibling, part.nextElementSibling];
  if (above?.dataset.day === part.dataset.day) join(above, part);
  else if (below?.dataset.day === part.dataset.day) join(part, below);
});
