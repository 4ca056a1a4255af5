import { createAuth, type Auth, type AuthEvent, type AuthOptions } from "@latchkey/core";
import {
  manualClock,
  memoryMailer,
  memoryStores,
  type ManualClock,
  type MemoryMailer,
} from "@latchkey/core/memory";
import { openapi } from "@latchkey/core/http";
import { contractCheck } from "./contract.ts";
import { cheapHasher, witnessed } from "./doubles.ts";
import type { HostOptions, Listen } from "./listen.ts";
import { parseAnswer, rawRequest, send, sendRaw, type Answer, type Sending } from "./wire.ts";

/** Anybody's fixed secret: it protects nothing. */
export const secret = "bGF0Y2hrZXktdGVzdHMtc2VjcmV0LW51bWJlci1vbmUtMQ";

/** How a server is to be set up. */
export interface Setting {
  /** Besides memory stores, a clock that stands still, no limits and a hasher that costs nothing. */
  readonly auth?: Partial<AuthOptions> | undefined;
  /** Everything is mounted unless this says otherwise. */
  readonly mount?: HostOptions | undefined;
  /** Sees every call of a store, and may throw in its place. */
  readonly witness?: ((name: string) => void) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** A server with Latchkey in it, and what a test may look into. */
export interface Door {
  /** Where it listens. */
  readonly url: string;
  /** What is mounted in it. */
  readonly auth: Auth;
  /** Every mail it sent. */
  readonly mailer: MemoryMailer;
  /** Its time, which stands still until it is moved. */
  readonly clock: ManualClock;
  /** Every call of a store since the server stood, oldest first. */
  readonly calls: string[];
  /** Every event since the server stood, oldest first. */
  readonly events: AuthEvent[];
  /** Sends a request; what comes back on a path of the contract is held against the contract. */
  send(sending: Sending): Promise<Answer>;
  /** Sends a request line and header lines as they are; the answer is held against the contract too. */
  raw(line: string, headers: readonly string[], body?: string): Promise<string>;
  /** Holds an answer that came by a socket of the test's own against the contract. */
  check(sending: Sending, answer: Answer): void;
  /** Sends JSON; `headers` are names and values in turn. */
  json(method: string, path: string, body: unknown, headers?: readonly string[]): Promise<Answer>;
  /** Sends fields as JSON by POST. */
  post(path: string, fields: Fields, headers?: readonly string[]): Promise<Answer>;
  /** Asks by GET. */
  get(path: string, headers?: readonly string[]): Promise<Answer>;
  /** Runs what was left to do after the answers: the mails arrive. */
  runJobs(): Promise<void>;
  /** Ends the server. */
  close(): Promise<void>;
}

/** Starts a server with Latchkey in it, on memory stores. */
export async function openDoor(listen: Listen, setting: Setting): Promise<Door> {
  const clock = manualClock("2026-01-01T00:00:00Z");
  const mailer = memoryMailer(clock);
  const calls: string[] = [];
  const events: AuthEvent[] = [];
  const auth = createAuth({
    publicUrl: "https://auth.example.com",
    secret,
    stores: witnessed(memoryStores(), (name) => {
      calls.push(name);
      setting.witness?.(name);
    }),
    mailer,
    clock,
    limits: "off",
    passwords: { hasher: cheapHasher },
    onEvent: (event) => events.push(event),
    ...setting.auth,
  });
  const mount: HostOptions = { expose: ["public", "internal"], ...setting.mount };
  const listening = await listen(auth, mount);
  const { url } = listening;
  const check = contractCheck(openapi(auth, mount), mount.prefix);
  const door: Door = {
    ...{ url, auth, mailer, clock, calls, events, check },
    async send(sending) {
      const answer = await send(url, sending);
      check(sending, answer);
      return answer;
    },
    async raw(line, headers, body) {
      const [method = "", path = ""] = line.split(" ");
      const text = await sendRaw(url, rawRequest(line, headers, body));
      const answer = parseAnswer(text, line);
      // What Node itself refuses never reaches an endpoint, and is no part of the contract.
      if (answer.headers["cache-control"] !== undefined) check({ method, path }, answer);
      return text;
    },
    json: (method, path, body, headers = []) =>
      door.send({
        ...{ method, path, body: JSON.stringify(body) },
        headers: ["content-type", "application/json", ...headers],
      }),
    post: (path, fields, headers) => door.json("POST", path, fields, headers),
    get: (path, headers) => send(url, { method: "GET", path, headers }),
    async runJobs() {
      await auth.runJobs();
    },
    close: () => listening.close(),
  };
  await door.runJobs();
  calls.length = 0;
  return door;
}
