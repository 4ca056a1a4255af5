import { setImmediate } from "node:timers/promises";

/**
 * The same object, with every call held up for a while before it is made and before its answer is
 * given: what a network does to the order of calls and answers.
 */
export function yielding<Target extends object>(target: Target, random: () => number): Target {
  const holdUp = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
      if (random() < 0.3) await setImmediate();
      else await Promise.resolve();
    }
  };
  return new Proxy(target, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name);
      if (typeof member === "object" && member !== null) return yielding(member, random);
      if (typeof member !== "function") return member;
      return async (...input: readonly unknown[]): Promise<unknown> => {
        await holdUp();
        const answer: unknown = await Reflect.apply(member, inner, input);
        await holdUp();
        return answer;
      };
    },
  });
}
