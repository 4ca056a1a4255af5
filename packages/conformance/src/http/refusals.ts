import assert from "node:assert/strict";
import { errorTable, type AuthErrorCode } from "@latchkey/core";
import { jsonOf, type Answer } from "./wire.ts";

/** Nothing of this may ever stand in an answer: stacks, files, SQL, drivers. */
const inner = /\bat .+:\d+|node_modules|\.ts\b|\bSELECT\b|\bioredis\b|\bzod\b|\bError:/;

/** Headers that no cache, sniffer or other caller can do harm without. */
export function assertGuarded(answer: Answer): void {
  const { headers, asked } = answer;
  assert.equal(headers["cache-control"], "no-store", asked);
  assert.equal(headers["pragma"], "no-cache", asked);
  assert.equal(headers["x-content-type-options"], "nosniff", asked);
  assert.match(headers["vary"] ?? "", /\bAuthorization\b/, asked);
}

/** A problem (RFC 9457) of one code, complete, and nothing besides. Answers its faulty fields. */
export function assertRefusal(answer: Answer, code: AuthErrorCode): readonly string[] {
  assert.match(
    answer.headers["content-type"] ?? "",
    /^application\/problem\+json; charset=utf-8$/,
    `${answer.asked}: ${answer.status} ${answer.text.slice(0, 200)}`,
  );
  const problem = jsonOf(answer);
  assert.equal(problem["code"], code, `${answer.asked}: ${answer.text}`);
  const { status, title, secret } = errorTable[code];
  assert.equal(answer.status, status, answer.asked);
  assert.equal(problem["status"], status);
  assert.equal(problem["type"], `urn:latchkey:problem:${code}`);
  const language = answer.headers["content-language"];
  assert.ok(language === "en" || language === "ru", "the answer says its language");
  assert.equal(problem["title"], title[language]);
  assert.equal(typeof problem["detail"], "string");
  assert.notEqual(problem["detail"], "");
  assertChallenge(answer, code);
  assertGuarded(answer);
  assert.doesNotMatch(answer.text, inner, answer.asked);

  const { errors = [], type: _type, title: _title, status: _status, ...rest } = problem;
  const { detail: _detail, code: _code, ...unknown } = rest;
  assert.deepEqual(unknown, {}, "the problem has no further members");
  if (secret) assert.deepEqual(errors, [], `${code} must not tell its causes apart`);
  return pathsOf(errors);
}

function assertChallenge(answer: Answer, code: AuthErrorCode): void {
  const challenge = answer.headers["www-authenticate"];
  if (answer.status === 401) {
    const expected = code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer";
    assert.equal(challenge, expected);
  } else {
    assert.equal(challenge, undefined);
  }
  const wait = answer.headers["retry-after"];
  if (answer.status === 429 || answer.status === 503) assert.match(wait ?? "", /^[1-9]\d*$/);
  else assert.equal(wait, undefined);
}

function pathsOf(errors: unknown): readonly string[] {
  assert.ok(Array.isArray(errors));
  return errors.map((error: unknown) => {
    assert.ok(typeof error === "object" && error !== null);
    assert.deepEqual(Object.keys(error).toSorted(), ["message", "path"]);
    const { path, message } = error as Record<string, unknown>;
    assert.ok(typeof message === "string" && message !== "");
    return String(path);
  });
}

/** `invalid_input` that names exactly these fields. */
export function assertFaultyFields(answer: Answer, ...fields: readonly string[]): void {
  assert.deepEqual(assertRefusal(answer, "invalid_input"), fields, answer.asked);
}

/** A JSON answer of success, guarded like every answer that carries something. */
export function assertOk(answer: Answer, status = 200): Record<string, unknown> {
  assert.equal(answer.status, status, `${answer.asked}: ${answer.text}`);
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  assertGuarded(answer);
  return jsonOf(answer);
}

/** Everything of an answer that a client can see, but for the date. */
export function seen(answer: Answer): unknown {
  const { date: _, ...headers } = answer.headers;
  return { status: answer.status, headers, text: answer.text };
}
