// What pages of a signed-in person need.
import "htmx.org";

import "./public.js";
import "./menus.js";
import "./keys.js";
import "./blurhash.js";
import "./gallery.js";
import "./models.js";
import "./prompt.js";
import "./prompt-history.js";
import "./seed.js";
import "./live.js";
import "./notify.js";
import "./faults.js";
import "./toolbar.js";
import "./editing.js";
import "./mask/editor.js";
import "./compare.js";
import "./upload/drop-zone.js";
import "./enhance.js";
import "./print.js";
import "./moderation.js";
