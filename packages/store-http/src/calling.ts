import type { Accounts } from "@latchkey/core/ports";
import type { Said } from "./answers.ts";
import { type Method, methods } from "./methods.ts";

/** A method that can be called with the text of a body. */
interface Callable {
  readonly reads: boolean;
  answer(body: Buffer): Promise<Said>;
}

/** Every method of these accounts, by the name it has on the wire. */
export interface Calling {
  find(name: string): Callable | null;
}

const nobody = "00000000-0000-0000-0000-000000000000";

export function calling(accounts: Accounts): Calling {
  const callables = new Map<string, Callable>();
  for (const [name, row] of Object.entries(methods)) {
    // Each row's own input goes into its own call: whatever it is, it is the same in both places.
    callables.set(
      name,
      callableOf(accounts, row as unknown as Method<readonly unknown[], unknown>),
    );
  }
  callables.set("check", {
    reads: true,
    async answer() {
      // Fails as any other call does where the store cannot answer.
      await accounts.users.findById(nobody);
      return { status: 200, body: JSON.stringify({ time: new Date() }) };
    },
  });
  return { find: (name) => callables.get(name) ?? null };
}

/** Input is read as the port's own types, or refused with nothing changed. */
function callableOf<Input extends readonly unknown[], Answer>(
  accounts: Accounts,
  { input, call, reads }: Method<Input, Answer>,
): Callable {
  return {
    reads: reads === true,
    async answer(body) {
      const values = input.safeParse(jsonOf(body));
      if (!values.success) return { status: 400, body: "{}" };
      const answer = await call(accounts, values.data);
      return { status: 200, body: JSON.stringify(answer ?? null) };
    },
  };
}

/** The value, or undefined, which is no method's input. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
