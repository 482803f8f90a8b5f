// Runs before anything is painted: the theme and the size of pictures chosen on this device, and word that scripts run.
const root = document.documentElement;
root.dataset.script = "";
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  const row = Number(localStorage.getItem("gallery-row"));
  if (row >= 100 && row <= 440) root.style.setProperty("--gallery-row", `${row}px`);
} catch {
  // Storage may be closed to us: then the system decides.
}
