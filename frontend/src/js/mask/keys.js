// The editor's keys: while the focus is in its form, or nothing has it that could want them.

const TEXT = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio])";

const LETTERS = {
  b: ["tool", "brush"],
  e: ["tool", "eraser"],
  r: ["tool", "rectangle"],
  i: ["invert"],
  "[": ["resize", -4],
  "]": ["resize", 4],
  // Shift with the same keys.
  "{": ["harden", -10],
  "}": ["harden", 10],
  "+": ["zoom", 1.5],
  "=": ["zoom", 1.5],
  "-": ["zoom", 1 / 1.5],
  0: ["fit"],
};
const HARDER = { BracketLeft: -10, BracketRight: 10 };
const STEP = 48;
const ARROWS = {
  ArrowLeft: [STEP, 0],
  ArrowRight: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

function actOf(event, stage) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // What AltGr writes is a letter of its own: [ and ] on many keyboards.
  const hasControl = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
  if (hasControl) {
    if (event.altKey) return null;
    if (key === "z") return [event.shiftKey ? "redo" : "undo"];
    if (key === "y" && !event.shiftKey) return ["redo"];
    return null;
  }
  if (event.altKey && !event.getModifierState("AltGraph")) return null;
  // On keyboards where Shift with them writes something else.
  if (event.shiftKey && event.code in HARDER) return ["harden", HARDER[event.code]];
  if (event.target === stage && key in ARROWS) return ["pan", ...ARROWS[key]];
  return LETTERS[key] ?? null;
}

export function listen(form, stage, act, signal) {
  const isOurs = (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return false;
    if (event.target.closest(TEXT)) return false;
    return form.contains(event.target) || event.target.matches("body, main");
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (!isOurs(event)) return;
      if (event.key === " " && !event.target.closest("button, a, summary, input")) {
        if (!act.holdSpace(true)) return;
        event.preventDefault();
        return;
      }
      const [name, ...values] = actOf(event, stage) ?? [];
      if (!name || (event.repeat && name === "invert")) return;
      event.preventDefault();
      act[name](...values);
    },
    { signal },
  );
  document.addEventListener(
    "keyup",
    (event) => {
      if (event.key === " ") act.holdSpace(false);
    },
    { signal },
  );
  window.addEventListener("blur", () => act.holdSpace(false), { signal });
}
