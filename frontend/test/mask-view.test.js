import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { fit, pan, pinch, resize, toPicture, toStage, zoomAt, zoomOf } from "../src/js/mask/view.js";

const stage = { width: 600, height: 400 };
const picture = { width: 2000, height: 1000 };
const near = (one, other) => assert.ok(Math.hypot(one.x - other.x, one.y - other.y) < 1e-6, JSON.stringify([one, other]));

describe("the view", () => {
  test("a picture that fits is in the middle", () => {
    const view = fit(stage, picture);
    assert.equal(view.scale, 0.3);
    assert.deepEqual([view.x, view.y], [0, 50]);
    assert.equal(zoomOf(view, stage, picture), 1);
  });

  test("a point of the stage is a point of the picture and back", () => {
    const view = zoomAt(fit(stage, picture), { x: 200, y: 180 }, 3, stage, picture);
    near(toStage(view, toPicture(view, { x: 17, y: 301 })), { x: 17, y: 301 });
  });

  test("what is under the pointer stays there", () => {
    const before = zoomAt(fit(stage, picture), { x: 300, y: 200 }, 3, stage, picture);
    const point = { x: 250, y: 210 };
    const after = zoomAt(before, point, 1.7, stage, picture);
    near(toPicture(after, point), toPicture(before, point));
  });

  test("it is never smaller than it fits and never closer than makes sense", () => {
    const view = fit(stage, picture);
    assert.deepEqual(zoomAt(view, { x: 10, y: 10 }, 0.1, stage, picture), view);
    assert.equal(zoomAt(view, { x: 300, y: 200 }, 1e6, stage, picture).scale, 8);
    const small = { width: 60, height: 40 };
    assert.equal(zoomOf(zoomAt(fit(stage, small), { x: 0, y: 0 }, 1e6, stage, small), stage, small), 8);
  });

  test("it cannot be moved off the stage", () => {
    const view = zoomAt(fit(stage, picture), { x: 300, y: 200 }, 4, stage, picture);
    assert.deepEqual(toPicture(pan(view, 1e5, 1e5, stage, picture), { x: 0, y: 0 }), { x: 0, y: 0 });
    near(toPicture(pan(view, -1e5, -1e5, stage, picture), { x: 600, y: 400 }), { x: 2000, y: 1000 });
    assert.deepEqual(pan(fit(stage, picture), 50, 50, stage, picture), fit(stage, picture));
  });

  test("two fingers take along what was between them", () => {
    const before = zoomAt(fit(stage, picture), { x: 300, y: 200 }, 3, stage, picture);
    const after = pinch(before, [{ x: 250, y: 200 }, { x: 350, y: 200 }], [{ x: 230, y: 220 }, { x: 390, y: 220 }], stage, picture);
    assert.ok(Math.abs(after.scale / before.scale - 1.6) < 1e-9);
    near(toPicture(after, { x: 310, y: 220 }), toPicture(before, { x: 300, y: 200 }));
  });

  test("another stage: what fitted fits, and what was in the middle is", () => {
    const other = { width: 300, height: 400 };
    assert.deepEqual(resize(fit(stage, picture), stage, other, picture), fit(other, picture));
    const close = zoomAt(fit(stage, picture), { x: 300, y: 200 }, 5, stage, picture);
    const after = resize(close, stage, other, picture);
    near(toPicture(after, { x: 150, y: 200 }), toPicture(close, { x: 300, y: 200 }));
    assert.ok(Math.abs(zoomOf(after, other, picture) - 5) < 1e-9);
  });
});
