// What pages for strangers need.
import "./theme-switch.js";
import "./toasts.js";
import "./forms.js";
import "./copy.js";
import "./local-time.js";
import "./zone.js";
