// A page of the gallery that goes on with the same day goes on in the same row.
import { whenPresent } from "./present.js";

whenPresent(".wall + .wall", (wall) => {
  wall.previousElementSibling.append(...wall.children);
  wall.remove();
});
