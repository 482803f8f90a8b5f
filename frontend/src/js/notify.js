// Tells by a notification of the browser that something is ready, where a person wants that on this device.
import { whenPresent } from "./present.js";

const WANTED = "notify";
const DENIED = "Your browser does not let this site show notifications: its settings for the site can change that.";

function isWanted() {
  try {
    return localStorage.getItem(WANTED) === "yes";
  } catch {
    return false;
  }
}

function keep(wanted) {
  try {
    if (wanted) localStorage.setItem(WANTED, "yes");
    else localStorage.removeItem(WANTED);
  } catch {
    // Nothing can be kept here, so nothing is promised.
  }
}

// Whether somebody who looks elsewhere is to be told.
export function tellsFromAfar() {
  return "Notification" in window && Notification.permission === "granted" && isWanted();
}

export function notifyFromAfar(message) {
  if (!document.hidden || !tellsFromAfar()) return;
  const shown = new Notification("Image Garden", { body: message, icon: "/static/img/favicon.svg", tag: "image-garden" });
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
}

whenPresent("[data-notify-switch]", (box) => {
  const hint = document.querySelector("[data-notify-hint]");
  const show = () => {
    box.checked = tellsFromAfar();
    if ("Notification" in window && Notification.permission !== "denied") return;
    box.disabled = true;
    hint.textContent = "Notification" in window ? DENIED : "Your browser has no notifications.";
  };
  box.addEventListener("change", async () => {
    keep(box.checked);
    if (box.checked) await Notification.requestPermission();
    show();
  });
  show();
});
