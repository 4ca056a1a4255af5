import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, Place, Progress, Question } from "./messages.ts";

/** A second process that remembers sessions. */
export interface Peer {
  /** Authenticates a token until it is refused; `isIn` resolves when it first is not. */
  follow(token: string): { readonly isIn: Promise<void>; readonly end: Promise<Answer> };
  /** Authenticates a token once: null, or what it is refused with. */
  ask(token: string): Promise<string | null>;
  end(): Promise<void>;
}

export async function startPeer(place: Place): Promise<Peer> {
  const child = fork(fileURLToPath(new URL("peer.ts", import.meta.url)), [JSON.stringify(place)], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  });
  const waiting = new Map<number, { isIn(): void; end(answer: Answer): void }>();
  child.on("message", (message: Answer | Progress) => {
    const waiter = waiting.get(message.number);
    if ("isIn" in message) return waiter?.isIn();
    waiting.delete(message.number);
    waiter?.end(message);
  });
  await once(child, "message");

  let questions = 0;
  const send = (token: string, until: Question["until"]): ReturnType<Peer["follow"]> => {
    questions += 1;
    const number = questions;
    const waiter = { isIn: (): void => {}, end: (_answer: Answer): void => {} };
    waiting.set(number, waiter);
    const isIn = new Promise<void>((resolve) => {
      waiter.isIn = resolve;
    });
    const end = new Promise<Answer>((resolve) => {
      waiter.end = resolve;
    });
    child.send({ number, until, token } satisfies Question);
    return { isIn, end };
  };
  return {
    follow: (token) => send(token, "refused"),
    ask: async (token) => (await send(token, "once").end).refusal,
    async end() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
