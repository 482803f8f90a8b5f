// Runs before anything is painted: the theme chosen on this device, and word that scripts run.
const root = document.documentElement;
root.dataset.script = "";
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
} catch {
  // Storage may be closed to us: then the system decides.
}
