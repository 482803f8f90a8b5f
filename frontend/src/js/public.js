// What pages for strangers need.
import "./theme-choice.js";
import "./toasts.js";
import "./forms.js";
import "./copy.js";
import "./local-time.js";
import "./zone.js";
