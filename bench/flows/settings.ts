import { parseArgs } from "node:util";
import { flows, type Flow } from "./messages.ts";

export interface Settings {
  readonly flows: readonly Flow[];
  readonly rounds: number;
  readonly seconds: number;
  /** Whether docs/performance.md and its chart are written anew. */
  readonly isWriting: boolean;
  /** Who is measured; everybody when absent. */
  readonly only: readonly string[] | undefined;
  /** Where CPU profiles of the contestants go. */
  readonly profileFolder: string | undefined;
}

/** @throws TypeError for a flow or a number that there is not */
export function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      flows: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      profile: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const known: readonly string[] = flows;
  const asked = values.flows?.split(";").map((name) => name.trim()) ?? known;
  const strange = asked.filter((name) => !known.includes(name));
  if (strange.length > 0) {
    throw new TypeError(`--flows "${strange.join("; ")}": there are "${known.join("; ")}"`);
  }
  return {
    flows: flows.filter((flow) => asked.includes(flow)),
    rounds: positive("rounds", values.rounds ?? (values.quick ? "3" : "5")),
    seconds: positive("seconds", values.seconds ?? (values.quick ? "1" : "2")),
    isWriting: values.write,
    only: values.only?.split(";").map((name) => name.trim()),
    profileFolder: values.profile,
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new TypeError(`--${name} ${text}: more than zero`);
}
