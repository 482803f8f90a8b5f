// Where one paints over what should change. Everything that can be thought without a page is in the other files here;
// this one ties them to the page.
import { announce } from "../announce.js";
import { whenPresent } from "../present.js";
import { bindCarrying } from "./carrying.js";
import { MaskDocument } from "./document.js";
import { MaskFile, sendCurrent } from "./file.js";
import { Gestures } from "./gestures.js";
import { Keeping } from "./keeping.js";
import { listen } from "./keys.js";
import { Layer } from "./layer.js";
import { bindNumbers } from "./numbers.js";
import { Ring } from "./ring.js";
import { Sliders } from "./sliders.js";
import { TOOLS } from "./tools.js";
import * as views from "./view.js";
import { covered } from "./words.js";

const WHEEL = 0.0015;
// A pinch on a trackpad comes as a wheel with Ctrl, in smaller steps.
const WHEEL_PINCH = 0.01;

class Editor {
  #tool = "brush";
  #stroke = null;
  #isSpaceHeld = false;
  #pointer = null;
  #gone = new AbortController();
  #gestures;
  #carrying;
  // The mask, of which every touch is painted.
  #marking = {
    stroke: (...values) => this.layer.mark(this.mask.stroke(...values)),
    rectangle: (...values) => this.layer.mark(this.mask.rectangle(...values)),
  };

  constructor(root) {
    const find = (name) => root.querySelector(`[data-mask-${name}]`);
    this.root = root;
    this.stage = find("stage");
    this.image = this.stage.querySelector("img");
    this.canvas = find("canvas");
    this.ring = new Ring(find("ring"));
    this.outline = find("outline");
    this.words = find("words");
    this.zoomWords = find("zoom");
    this.region = find("said");
    this.picture = { width: Number(root.dataset.width), height: Number(root.dataset.height) };
    this.mask = new MaskDocument(this.picture.width, this.picture.height);
    this.layer = new Layer(this.canvas, this.mask.bitmap);
    this.file = new MaskFile(find("file"), this.mask);
    this.keeping = new Keeping(root, this.mask, this.#gone.signal);
    this.room = this.#measure();
    this.view = views.fit(this.room, this.picture);
    this.sliders = new Sliders(root, this.picture, (isOfBrush) => {
      if (isOfBrush) this.#previewRing();
      else this.#showMask();
    });

    // It can be looked around on by keys: only now, when there is something that hears them.
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.stage.setAttribute("aria-label", "Picture to paint on. The arrow keys move it when it is enlarged.");
    this.#bindStage();
    this.#bindButtons();
    const form = root.closest("form");
    listen(form, this.stage, this, this.#gone.signal);
    sendCurrent(form, this.file, { beforehand: () => this.#finishStroke(), signal: this.#gone.signal });
    this.#carrying = bindCarrying(root, this.mask, {
      load: (levels) => this.change((mask) => mask.load(levels)),
      finish: () => this.#finishStroke(),
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt === form && event.detail.successful && !this.keeping.staysAfterwards) this.clear();
    });
    bindNumbers(root, this.picture, (rectangle) => this.change((mask) => mask.rectangle(rectangle)));
    // A file that the browser kept over a reload belongs to a mask that is gone.
    find("file").value = "";
    this.tool("brush", { isSaid: false });
    this.#showMask();
    this.#place();
    this.#restore();
    this.#tell();
    root.dataset.ready = "";
  }

  // What keys and buttons do.

  tool(name, { isSaid = true } = {}) {
    this.#gestures.cancel();
    this.#tool = name;
    for (const button of this.root.querySelectorAll("[data-mask-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.maskTool === name));
    }
    this.#showRing();
    if (isSaid) announce(TOOLS[name].name, this.region);
  }

  invert() {
    this.change((mask) => mask.invert());
  }

  clear() {
    this.change((mask) => mask.clear());
  }

  undo() {
    this.#step("Undone", (mask) => mask.undo());
  }

  redo() {
    this.#step("Done again", (mask) => mask.redo());
  }

  resize(steps) {
    this.sliders.resize(steps);
  }

  harden(percent) {
    this.sliders.harden(percent);
  }

  export() {
    this.#carrying.give();
  }

  import() {
    this.#carrying.take();
  }

  zoom(factor) {
    const middle = { x: this.room.width / 2, y: this.room.height / 2 };
    this.#look(views.zoomAt(this.view, middle, factor, this.room, this.picture));
  }

  fit() {
    this.#look(views.fit(this.room, this.picture));
  }

  pan(x, y) {
    this.#look(views.pan(this.view, x, y, this.room, this.picture));
  }

  // Whether the space bar is ours: while the pointer is over the stage, or the stage has the focus.
  holdSpace(isHeld) {
    if (isHeld && !this.#pointer && document.activeElement !== this.stage) return false;
    this.#isSpaceHeld = isHeld;
    this.stage.classList.toggle("is-moving", isHeld);
    this.#showRing();
    return true;
  }

  change(act) {
    this.#gestures.cancel();
    const touched = act(this.mask);
    if (touched) this.layer.mark(touched);
    this.#settle();
  }

  #step(words, act) {
    this.#gestures.cancel();
    const touched = act(this.mask);
    if (!touched) return;
    this.layer.mark(touched);
    this.#changed(words);
  }

  #settle() {
    if (this.mask.settle()) this.#changed();
  }

  #restore() {
    const found = this.keeping.find();
    if (!found) return;
    this.layer.mark(this.mask.restore(found));
    this.file.schedule();
  }

  #changed(words = "") {
    this.file.schedule();
    this.keeping.schedule();
    this.#tell(words);
    const { coverage, isEmpty } = this.mask;
    this.root.dispatchEvent(new CustomEvent("mask:change", { bubbles: true, detail: { coverage, isEmpty } }));
  }

  // What there is to see besides the mask itself.

  #tell(words) {
    const text = covered(this.mask.coverage);
    this.words.textContent = text;
    if (words !== undefined) announce(words ? `${words}. ${text}` : text, this.region);
    const may = { undo: this.mask.history.canUndo, redo: this.mask.history.canRedo, clear: !this.mask.isEmpty, export: !this.mask.isEmpty };
    for (const [act, can] of Object.entries(may)) {
      // Not `disabled`: the focus stays on a button that was just pressed for the last time.
      this.root.querySelector(`[data-mask-act="${act}"]`).setAttribute("aria-disabled", String(!can));
    }
  }

  #showMask() {
    this.canvas.style.opacity = String(this.sliders.opacity);
  }

  #measure() {
    return { width: Math.max(1, this.stage.clientWidth), height: Math.max(1, this.stage.clientHeight) };
  }

  #look(view) {
    this.view = view;
    this.#place();
  }

  // The image fills the stage as far as its shape allows: that is the view that fits, and others start from there.
  #place() {
    const { scale, x, y } = this.view;
    const fitting = views.fit(this.room, this.picture);
    const zoom = scale / fitting.scale;
    this.image.style.transform = `translate(${x - fitting.x * zoom}px, ${y - fitting.y * zoom}px) scale(${zoom})`;
    const { width, height } = this.mask.bitmap;
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${(this.picture.width * scale) / width}, ${(this.picture.height * scale) / height})`;
    this.zoomWords.textContent = `${Math.round(zoom * 100)} %`;
    this.root.querySelector('[data-mask-act="fit"]').setAttribute("aria-disabled", String(zoom < 1.001));
    this.#showRing();
  }

  get #brush() {
    return { diameter: 2 * this.sliders.radius * this.view.scale, hardness: this.sliders.hardness };
  }

  #showRing() {
    const isShown = TOOLS[this.#tool].isRound && !this.#isSpaceHeld;
    this.ring.show(isShown ? this.#pointer : null, this.#brush);
  }

  #previewRing() {
    const middle = { x: this.room.width / 2, y: this.room.height / 2 };
    this.ring.preview(this.#pointer ?? middle, this.#brush, () => this.#showRing());
  }

  #outlineBox(box) {
    this.outline.hidden = box === null;
    if (!box) return;
    const from = views.toStage(this.view, { x: box.left, y: box.top });
    this.outline.style.transform = `translate(${from.x}px, ${from.y}px)`;
    this.outline.style.width = `${box.width * this.view.scale}px`;
    this.outline.style.height = `${box.height * this.view.scale}px`;
  }

  // Pointers.

  get #hand() {
    const { radius, hardness } = this.sliders;
    return { mask: this.#marking, radius, hardness, preview: (box) => this.#outlineBox(box) };
  }

  #finishStroke() {
    if (!this.#stroke) return;
    this.#stroke.end(this.#hand);
    this.#stroke = null;
    this.#settle();
  }

  #bindStage() {
    const { stage } = this;
    const place = (point) => views.toPicture(this.view, point);
    this.#gestures = new Gestures(stage, {
      drawBegin: (point) => {
        this.#stroke = TOOLS[this.#tool].start();
        this.#stroke.begin(place(point), this.#hand);
      },
      drawMove: (points) => this.#stroke?.move(points.map(place), this.#hand),
      drawEnd: (isMeant) => {
        if (isMeant) {
          this.#finishStroke();
          return;
        }
        this.#stroke?.cancel(this.#hand);
        this.#stroke = null;
        this.layer.mark(this.mask.forget());
      },
      panBy: (x, y) => this.pan(x, y),
      pinch: (before, now) => this.#look(views.pinch(this.view, before, now, this.room, this.picture)),
      hover: (point, event) => {
        this.#pointer = event.pointerType === "touch" ? null : point;
        this.#showRing();
      },
      leave: () => {
        this.#pointer = null;
        this.#showRing();
      },
      isPanning: () => this.#isSpaceHeld,
    });
    stage.addEventListener(
      "wheel",
      (event) => {
        const factor = Math.exp(-event.deltaY * (event.deltaMode ? 16 : 1) * (event.ctrlKey ? WHEEL_PINCH : WHEEL));
        const view = views.zoomAt(this.view, this.#gestures.point(event), factor, this.room, this.picture);
        // As small as it gets: the page may scroll on.
        if (view.scale === this.view.scale && !event.ctrlKey) return;
        event.preventDefault();
        this.#look(view);
      },
      { passive: false },
    );
    new ResizeObserver(() => {
      if (!this.root.isConnected) {
        this.#gone.abort();
        return;
      }
      const before = this.room;
      this.room = this.#measure();
      this.#look(views.resize(this.view, before, this.room, this.picture));
    }).observe(stage);
  }

  #bindButtons() {
    const acts = { zoomin: () => this.zoom(1.5), zoomout: () => this.zoom(1 / 1.5) };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mask-tool], [data-mask-act]");
      if (!button) return;
      const { maskTool, maskAct } = button.dataset;
      if (maskTool) this.tool(maskTool);
      else if (button.getAttribute("aria-disabled") !== "true") (acts[maskAct] ?? (() => this[maskAct]()))();
      // Pressed with the mouse, the hand goes on to the stage: its space bar moves, and does not press the button again.
      if (event.detail > 0) this.stage.focus({ preventScroll: true });
    });
  }
}

whenPresent("[data-mask-editor]", (root) => new Editor(root));
