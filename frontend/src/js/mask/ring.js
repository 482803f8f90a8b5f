// The circle around the pointer: as large as the brush, and within it how far it is hard.

const PREVIEW_MS = 900;

export class Ring {
  #timer;

  constructor(element) {
    this.element = element;
  }

  // At a point of the stage, or away where there is none.
  show(point, { diameter, hardness }) {
    const { element } = this;
    element.hidden = point === null;
    if (point === null) return;
    element.style.width = element.style.height = `${diameter}px`;
    element.style.transform = `translate(${point.x - diameter / 2}px, ${point.y - diameter / 2}px)`;
    element.style.setProperty("--core", `${50 - 50 * hardness}%`);
    element.classList.toggle("is-soft", hardness < 1);
  }

  // For a moment, also for those who have no pointer over the stage.
  preview(point, look, afterwards) {
    clearTimeout(this.#timer);
    this.show(point, look);
    this.#timer = setTimeout(afterwards, PREVIEW_MS);
  }
}
