import { randomBytes } from "node:crypto";
import { createAuth } from "@latchkey/core";
import { memoryMailer } from "@latchkey/core/memory";
import type { CodeStore } from "@latchkey/core/ports";
import { afterAll, beforeAll, expect, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

const person = {
  ...{ firstName: "Ada", lastName: "Lovelace", email: "ada@mail.example", tag: "ada" },
  password: "an engine of no numbers",
};
const client = { ip: "192.0.2.77" };
const { email, tag } = person;
const another = (code: string, n: number): string =>
  String((Number(code) + n) % 1_000_000).padStart(6, "0");

it("of 200 wrong reset codes at once five are compared; a code used by twenty at once sets one password", async () => {
  const mailer = memoryMailer();
  const stores = postgresStores(database.pool());
  const compared: string[] = [];
  const codes: CodeStore = {
    put: (request, now) => stores.codes.put(request, now),
    async attempt(request, limits, now) {
      const tried = await stores.codes.attempt(request, limits, now);
      compared.push(tried.outcome);
      return tried;
    },
  };
  const auth = createAuth({
    publicUrl: "https://app.example",
    secret: randomBytes(32).toString("base64url"),
    ...{ stores: { ...stores, codes }, mailer, limits: "off" },
    tokens: { reset: "code" },
    passwords: { memoryKiB: 19_456, passes: 2 },
  });
  const askForCode = async (): Promise<{ requestId: string; code: string }> => {
    const { requestId } = await auth.forgotPassword({ email }, client);
    await auth.runJobs();
    return { requestId: requestId ?? "", code: mailer.last(email, "reset_code").data.code };
  };
  const { registrationId } = await auth.register(person, client);
  await auth.runJobs();
  const confirmationCode = mailer.last(email, "confirmation_code").data.code;
  await auth.confirm({ email, registrationId, confirmationCode }, client);

  const guessed = await askForCode();
  compared.length = 0;
  const newPassword = "poetical science, 1843";
  const answers = await Promise.allSettled(
    Array.from({ length: 200 }, (_, n) => {
      const code = another(guessed.code, n + 1);
      return auth.resetPasswordByCode({ ...guessed, email, code, newPassword }, client);
    }),
  );
  expect(answers.filter(({ status }) => status === "fulfilled")).toEqual([]);
  expect(compared.filter((outcome) => outcome === "wrong")).toHaveLength(5);
  expect(compared.filter((outcome) => outcome === "exhausted")).toHaveLength(195);
  const right = auth.resetPasswordByCode({ ...guessed, email, newPassword }, client);
  await expect(right).rejects.toMatchObject({ code: "invalid_code" });
  await auth.login({ tag, password: person.password }, client);

  const mailed = await askForCode();
  const password = (n: number): string => `a password by caller number ${n}`;
  const uses = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      auth.resetPasswordByCode({ ...mailed, email, newPassword: password(n) }, client),
    ),
  );
  const winners = uses.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
  expect(winners).toHaveLength(1);
  await auth.login({ tag, password: password(winners[0] ?? -1) }, client);
  await auth.stop();
});
