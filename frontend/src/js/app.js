// What pages of a signed-in person need.
import "htmx.org";

import "./public.js";
import "./menus.js";
import "./keys.js";
import "./blurhash.js";
import "./gallery/stitch.js";
import "./gallery/endless.js";
import "./gallery/size.js";
import "./gallery/selecting.js";
import "./gallery/acting.js";
import "./gallery/keys.js";
import "./gallery/dragging.js";
import "./gallery/film.js";
import "./gallery/filters.js";
import "./gallery/way-back.js";
import "./models.js";
import "./prompt.js";
import "./live.js";
import "./faults.js";
import "./toolbar.js";
import "./mask/editor.js";
import "./compare.js";
import "./upload/drop-zone.js";
import "./enhance.js";
import "./print.js";
import "./moderation.js";
