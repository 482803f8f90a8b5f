// Tells the server in which time zone days are counted here: headings and dates are the reader's own.
const YEAR = 31_536_000;

try {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (/^[\w+/-]+$/.test(zone) && !document.cookie.split("; ").includes(`zone=${zone}`)) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `zone=${zone}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  }
} catch {
  // Without it, days are those of UTC.
}
