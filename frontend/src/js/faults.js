// When the server cannot be reached, say so.
import { toast } from "./toasts.js";

document.addEventListener("htmx:sendError", () => {
  toast("We could not reach the server. Nothing was lost; please try again.");
});
