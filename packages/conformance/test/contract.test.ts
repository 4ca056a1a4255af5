import { createAuth } from "@latchkey/core";
import { openapi } from "@latchkey/core/http";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import { expect, it } from "vitest";
import { contractCheck } from "../src/http/contract.ts";
import { secret } from "../src/http/door.ts";
import { paths } from "../src/http/people.ts";
import type { Answer, Sending } from "../src/http/wire.ts";

const auth = createAuth({
  ...{ publicUrl: "https://auth.example.com", secret },
  ...{ stores: memoryStores(), mailer: memoryMailer() },
});
const check = contractCheck(openapi(auth, { expose: ["public", "internal"] }));

const json = "application/json; charset=utf-8";
const forgot: Sending = { method: "POST", path: paths.forgot };
const good: Answer = {
  status: 200,
  headers: { "cache-control": "no-store", "content-language": "en", "content-type": json },
  text: '{"message":"A link is on its way."}',
  asked: "it",
};
const wait = { "retry-after": "60" };
const problem = (status: number, code: string, more: Answer["headers"] = {}): Answer => ({
  status,
  headers: {
    ...{ "cache-control": "no-store", "content-language": "ru", ...more },
    "content-type": "application/problem+json; charset=utf-8",
  },
  text: JSON.stringify({ type: `urn:x:${code}`, title: "x", status, detail: "x", code }),
  asked: "it",
});

const anonymous = problem(401, "unauthenticated", { "www-authenticate": "Bearer" });

it.each<[string, Sending, Answer]>([
  ["what was asked for", { ...forgot, body: '{"email":"ada@mail.example"}' }, good],
  ["a refusal", forgot, problem(400, "invalid_input")],
  ["a refusal that says when to come back", forgot, problem(429, "rate_limited", wait)],
  ["405", { ...forgot, method: "PUT" }, problem(405, "method_not_allowed", { allow: "POST" })],
  ["HEAD", { method: "HEAD", path: `${paths.me}?a=b` }, { ...anonymous, text: "" }],
  ["the host's own answer", { method: "GET", path: "/notes/1" }, { ...good, status: 302 }],
  ["the host's own method", { method: "OPTIONS", path: paths.me }, { ...good, status: 204 }],
])("passes %s", (_what, sending, answer) => {
  expect(() => check(sending, answer)).not.toThrow();
});

it.each<[string, Sending, Answer, RegExp]>([
  ["a status of no operation", forgot, problem(402, "busy"), /it: 402 is not in the contract/],
  ["a code of another operation", forgot, problem(400, "invalid_code"), /code must be equal/],
  ["a code of another status", forgot, problem(500, "invalid_input"), /code must be equal/],
  [
    "a field too many",
    forgot,
    { ...good, text: '{"message":"x","id":1}' },
    /additional properties/,
  ],
  ["a field too few", forgot, { ...good, text: "{}" }, /must have required property 'message'/],
  ["a problem by name alone", forgot, { ...problem(400, "invalid_input"), text: "{}" }, /required/],
  [
    "a body where none is",
    { method: "DELETE", path: `${paths.sessions}/one` },
    { ...good, status: 204, headers: { "cache-control": "no-store" } },
    /a body/,
  ],
  [
    "a body after HEAD",
    { method: "HEAD", path: paths.me },
    { ...good, headers: { "cache-control": "no-store", "content-type": json }, text: "{}" },
    /a body/,
  ],
  ["a method that is not there", { ...forgot, method: "PATCH" }, good, /not in the contract/],
  [
    "an Allow that is not the contract's",
    { ...forgot, method: "GET" },
    problem(405, "method_not_allowed", { allow: "POST, PUT" }),
    /allow is POST, PUT/,
  ],
  ["a 429 that names no wait", forgot, problem(429, "rate_limited"), /429 without retry-after/],
  [
    "a wait that is no number",
    forgot,
    problem(429, "rate_limited", { "retry-after": "soon" }),
    /retry-after: data must be integer/,
  ],
  [
    "a 401 without a challenge",
    { method: "GET", path: paths.me },
    problem(401, "unauthenticated"),
    /401 without www-authenticate/,
  ],
  [
    "an answer that may be cached",
    forgot,
    { ...good, headers: { ...good.headers, "cache-control": "public" } },
    /cache-control: data must be equal to constant/,
  ],
  [
    "an answer of another type",
    forgot,
    { ...good, headers: { ...good.headers, "content-type": "text/html; charset=utf-8" } },
    /the type is text\/html/,
  ],
  [
    "a cookie that nobody spoke of",
    forgot,
    { ...good, headers: { ...good.headers, "set-cookie": ["a=b"] } },
    /headers that are not in the contract/,
  ],
  [
    "a request taken that the contract does not allow",
    { ...forgot, body: '{"email":"ada@mail.example","role":"admin"}' },
    good,
    /what was sent: data must NOT have additional properties/,
  ],
])("refuses %s", (_what, sending, answer, complaint) => {
  expect(() => check(sending, answer)).toThrow(complaint);
});

it("stands below the prefix it is mounted at, and nowhere else", () => {
  const below = contractCheck(openapi(auth), "/accounts");
  const strange = problem(402, "busy");
  expect(() => below({ ...forgot, path: `/accounts${paths.forgot}` }, strange)).toThrow(/402/);
  below(forgot, strange);
});
