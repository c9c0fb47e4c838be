// What the page shows, held in a few values. Any change draws the whole page again, once, a moment later: it is small, and
// Preact leaves alone what stayed the same. (A library of signals would weigh a tenth of all that a seeker loads.)

export interface Value<T> {
  value: T;
}

let draw: () => void = () => {};
let isDue = false;

/** What draws the page. */
export function drawWith(next: () => void): void {
  draw = next;
}

export function value<T>(first: T): Value<T> {
  let held = first;
  return {
    get value() {
      return held;
    },
    set value(next: T) {
      if (Object.is(next, held)) return;
      held = next;
      changed();
    },
  };
}

function changed(): void {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    draw();
  });
}
