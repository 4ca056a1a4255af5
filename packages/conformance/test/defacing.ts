/**
 * The same object, but whatever goes in or comes out is spoilt afterwards, behind the caller's back:
 * a store that keeps what it was handed, or hands out what it keeps, is spoilt with it.
 */
export function defacing<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name);
      if (typeof member === "object" && member !== null) return defacing(member);
      // Listeners and signals are no data.
      if (typeof member !== "function" || name === "watch") return member;
      return async (...input: readonly unknown[]): Promise<unknown> => {
        const copies = structuredClone(input);
        const answer: unknown = await Reflect.apply(member, inner, copies);
        const copy: unknown = structuredClone(answer);
        deface(copies);
        deface(answer);
        return copy;
      };
    },
  });
}

function deface(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  if (value instanceof Date) {
    value.setTime(0);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    deface(member);
    if (typeof member !== "object") Reflect.set(value, key, "spoilt");
  }
}
