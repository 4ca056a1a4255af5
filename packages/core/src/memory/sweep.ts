const stepsPerWrite = 4;

/**
 * Reclaims what is over without ever walking a whole map at once: each write looks at the next few
 * entries, so that a map stays within a constant factor of what is still alive in it.
 *
 * @param visit removes the entry itself where `now` is past its end
 */
export function sweeper<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  visit: (key: Key, value: Value, now: Date) => void,
): (now: Date) => void {
  let cursor = map.entries();
  return (now) => {
    for (let step = 0; step < stepsPerWrite; step += 1) {
      const next = cursor.next();
      if (next.done === true) {
        cursor = map.entries();
        return;
      }
      visit(next.value[0], next.value[1], now);
    }
  };
}
