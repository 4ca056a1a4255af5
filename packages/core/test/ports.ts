import type { Mailer } from "../src/ports/mailer.ts";
import type { PasswordHasher } from "../src/ports/password-hasher.ts";
import type { Stores } from "../src/ports/stores.ts";

/** Everything a flow reaches the outside by, but clock, randomness and events. */
export interface Ports extends Stores {
  readonly mailer: Mailer;
  readonly hasher: PasswordHasher;
}

export type PortName = "users" | "outbox" | "sessions" | "codes" | "limits" | "mailer" | "hasher";

/** One call of one method of one port. */
export interface PortCall {
  readonly port: PortName;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What happens around a call: `proceed` makes it. */
export type Around = (call: PortCall, proceed: () => unknown) => unknown;

/** Methods of the hasher that hash nothing and answer at once. */
const inProcess: ReadonlySet<string> = new Set(["needsRehash", "dummy"]);

/** The same ports with every call passing through `around`. */
export function wrapPorts({ accounts, ...ports }: Ports, around: Around): Ports {
  return {
    accounts: {
      users: wrap("users", accounts.users, around),
      outbox: wrap("outbox", accounts.outbox, around),
    },
    sessions: wrap("sessions", ports.sessions, around),
    codes: wrap("codes", ports.codes, around),
    limits: wrap("limits", ports.limits, around),
    mailer: wrap("mailer", ports.mailer, around),
    hasher: wrap("hasher", ports.hasher, around),
  };
}

function wrap<Port extends object>(port: PortName, target: Port, around: Around): Port {
  return new Proxy(target, {
    get(_target, key): unknown {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function" || typeof key !== "string" || inProcess.has(key)) {
        return member;
      }
      return (...args: readonly unknown[]): unknown =>
        around({ port, method: key, args }, () => Reflect.apply(member, target, args));
    },
  });
}

/** Calls as `port.method`. */
export function traceOf(calls: readonly PortCall[]): readonly string[] {
  return calls.map(({ port, method }) => `${port}.${method}`);
}
