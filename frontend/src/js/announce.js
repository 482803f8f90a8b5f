// Says something to those who listen, through the page's live region.

export function announce(message, region = document.getElementById("announcer")) {
  if (!region) return;
  region.textContent = "";
  // An empty moment in between, so that the same words are read out again.
  setTimeout(() => {
    region.textContent = message;
  }, 50);
}
