import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createAuth } from "@latchkey/core";
import { manualClock, memoryMailer, memoryStores } from "@latchkey/core/memory";
import { buildApp } from "../src/app.ts";

test("whoever confirmed is greeted by name, until the access token ends", async () => {
  const clock = manualClock("2026-01-01T00:00:00Z");
  const mailer = memoryMailer(clock);
  const secret = randomBytes(32).toString("base64url");
  const publicUrl = "https://app.example";
  const auth = createAuth({ publicUrl, secret, stores: memoryStores(), mailer, clock });
  const app = buildApp(auth);

  const client = { ip: "192.0.2.1" };
  const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };
  await auth.register({ ...ada, firstName: "Ada", lastName: "Lovelace" }, client);
  await auth.runJobs();
  const { code } = mailer.last(ada.email, "confirmation_code").data;
  await auth.confirm({ email: ada.email, confirmationCode: code }, client);
  const { accessToken } = await auth.login({ tag: ada.tag, password: ada.password }, client);

  const headers = { authorization: `Bearer ${accessToken}` };
  assert.deepEqual((await app.inject({ url: "/hello", headers })).json(), { hello: "ada" });
  clock.advance({ minutes: 11 });
  assert.equal((await app.inject({ url: "/hello", headers })).statusCode, 401);
});
