// Times in the reader's own zone, and how long ago something was.
import { whenPresent } from "./present.js";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = { day: "numeric", month: "short" };
const day = new Intl.DateTimeFormat(undefined, DAY);
const dayOfYear = new Intl.DateTimeFormat(undefined, { ...DAY, year: "numeric" });
const STEPS = [
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
];

function ago(time) {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(time.dateTime)) / 1000));
  const step = STEPS.find(([size]) => seconds >= size);
  const text = step ? `${Math.floor(seconds / step[0])} ${step[1]} ago` : "just now";
  if (time.textContent !== text) time.textContent = text;
}

whenPresent("time[datetime]:not([data-heading])", (time) => {
  const exact = moment.format(new Date(time.dateTime));
  if ("ago" in time.dataset) {
    time.title = exact;
    ago(time);
  } else if ("day" in time.dataset) {
    const value = new Date(time.dateTime);
    time.title = exact;
    time.textContent = (value.getFullYear() === new Date().getFullYear() ? day : dayOfYear).format(value);
  } else {
    time.textContent = exact;
  }
});

setInterval(() => document.querySelectorAll("time[data-ago]").forEach(ago), 30_000);
