// From pointers to gestures: one draws, two fingers move and zoom, the middle button or a held space bar moves. A pen
// keeps the hand that rests beside it from drawing.

// A second finger that comes this soon means that the first one was not drawing.
const SECOND_FINGER_MS = 300;

export class Gestures {
  #fingers = new Map();
  #active = null;
  #began = 0;

  // `act` holds drawBegin(point), drawMove(points), drawEnd(isMeant), panBy(x, y), pinch(before, now), hover(point, event),
  // leave() and isPanning().
  constructor(stage, act) {
    this.stage = stage;
    this.act = act;
    const on = (name, handle) => stage.addEventListener(name, handle);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event, true));
    on("pointercancel", (event) => this.#up(event, false));
    on("pointerleave", () => this.act.leave());
    // A long touch draws; the middle button moves, and neither scrolls nor pastes.
    on("contextmenu", (event) => {
      if (event.pointerType !== "mouse" || this.#active) event.preventDefault();
    });
    on("mousedown", (event) => {
      if (event.button === 1) event.preventDefault();
    });
    on("auxclick", (event) => event.preventDefault());
  }

  get isDrawing() {
    return this.#active?.kind === "draw";
  }

  point(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left - this.stage.clientLeft, y: event.clientY - box.top - this.stage.clientTop };
  }

  // Drop what is under way, as if it had not begun.
  cancel() {
    if (this.isDrawing) this.act.drawEnd(false);
    this.#active = null;
  }

  #down(event) {
    const point = this.point(event);
    if (event.pointerType === "touch") {
      if (this.#active?.pen) return;
      this.#fingers.set(event.pointerId, point);
      if (this.#fingers.size === 2) {
        this.#beginPinch(event);
        return;
      }
      if (this.#fingers.size > 2) return;
    }
    if (this.#active) {
      // A pen that comes down takes over from the hand.
      if (event.pointerType !== "pen" || this.#active.pen) return;
      this.cancel();
      this.#fingers.clear();
    }
    const isPanning = event.button === 1 || (event.button === 0 && this.act.isPanning());
    if (!isPanning && event.button !== 0) return;
    this.stage.setPointerCapture(event.pointerId);
    this.#active = { kind: isPanning ? "pan" : "draw", id: event.pointerId, last: point, pen: event.pointerType === "pen" };
    this.#began = event.timeStamp;
    this.act.hover(point, event);
    if (!isPanning) this.act.drawBegin(point);
  }

  #move(event) {
    const point = this.point(event);
    this.act.hover(point, event);
    if (this.#active?.kind === "pinch" && this.#fingers.has(event.pointerId)) {
      const before = [...this.#fingers.values()];
      this.#fingers.set(event.pointerId, point);
      this.act.pinch(before.slice(0, 2), [...this.#fingers.values()].slice(0, 2));
      return;
    }
    if (this.#active?.id !== event.pointerId) return;
    if (this.#active.kind === "pan") {
      this.act.panBy(point.x - this.#active.last.x, point.y - this.#active.last.y);
      this.#active.last = point;
    } else if (this.#active.kind === "draw") {
      const seen = event.getCoalescedEvents?.() ?? [];
      this.act.drawMove((seen.length ? seen : [event]).map((one) => this.point(one)));
    }
  }

  #up(event, isMeant) {
    this.#fingers.delete(event.pointerId);
    if (this.#active?.kind === "pinch") {
      // What is left of two fingers does not begin to draw.
      if (this.#fingers.size === 0) this.#active = null;
      return;
    }
    if (this.#active?.id !== event.pointerId) return;
    if (this.#active.kind === "draw") this.act.drawEnd(isMeant);
    this.#active = null;
  }

  #beginPinch(event) {
    if (this.isDrawing) this.act.drawEnd(event.timeStamp - this.#began > SECOND_FINGER_MS);
    this.#active = { kind: "pinch" };
    this.act.leave();
  }
}
