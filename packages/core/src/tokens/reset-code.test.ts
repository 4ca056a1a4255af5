import { expect, it } from "vitest";
import { secrets } from "../../test/forge.ts";
import { codeDigest, confirmationCode, emailKey } from "./digests.ts";
import { makeKeys } from "./keys.ts";
import { resetCode, resetCodeDigest, resetCodeKey, resetRequestId } from "./reset-code.ts";

const keys = makeKeys([secrets.newest], undefined);
const foreign = makeKeys([secrets.foreign], undefined);
const jobId = "6f1d2a9e-0b7c-4d3e-8a5f-9c1b2d3e4f50";
const jobs = Array.from({ length: 2000 }, (_, n) => `job ${n}`);

it("six digits and a request's id follow from the job, and from the key", () => {
  expect(resetCode(keys, jobId)).toMatch(/^[0-9]{6}$/);
  expect(resetCode(keys, jobId)).toBe(resetCode(keys, jobId));
  expect(resetRequestId(keys, jobId)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
  );
  expect(resetRequestId(keys, jobId)).toBe(resetRequestId(keys, jobId));
  expect(resetRequestId(keys, jobId)).not.toBe(jobId);
  expect(resetRequestId(foreign, jobId)).not.toBe(resetRequestId(keys, jobId));
  expect(new Set(jobs.map((job) => resetRequestId(keys, job))).size).toBe(jobs.length);
});

it("they are the same in every version, or codes in the mail are void", () => {
  const proof = { requestId: jobId, email: "ada@example.com", code: "123456" };
  expect(resetRequestId(keys, "job 1")).toBe("db2389eb-5a23-4fc3-b49f-1dbaf323f86d");
  expect(resetCode(keys, "job 1")).toBe("442570");
  expect(resetCodeDigest(keys, proof)).toBe("KkBUl1CnJ4toSLNzd9WkKHfUV-llgqoKZKYrjdrYpFU");
  expect(resetCodeKey(keys, proof.email)).toBe("gdCuvM8yW-QFvaCgwBMghbycGeHV86i2-310yxghf7o");
});

it("a code is no confirmation's, nor does its request tell it", () => {
  const same = jobs.filter((job) => resetCode(keys, job) === confirmationCode(keys, job));
  expect(same.length).toBeLessThan(3);
  const first = resetRequestId(keys, jobId).replaceAll("-", "").slice(0, 12);
  expect(resetCode(keys, jobId)).not.toBe(String(Number(`0x${first}`) % 1_000_000));
});

it("codes are spread over all six digits, leading zeros included", () => {
  const codes = jobs.map((job) => resetCode(keys, job));
  expect(new Set(codes).size).toBeGreaterThan(1980);
  const tenths = new Set(codes.map(([first]) => first));
  expect(tenths.size).toBe(10);
});

it("a digest belongs to one request, email, code, key and purpose", () => {
  const proof = { requestId: resetRequestId(keys, jobId), email: "a@example.org", code: "123456" };
  const digests = [
    resetCodeDigest(keys, proof),
    resetCodeDigest(keys, { ...proof, requestId: jobId }),
    resetCodeDigest(keys, { ...proof, email: "b@example.org" }),
    resetCodeDigest(keys, { ...proof, code: "123457" }),
    resetCodeDigest(foreign, proof),
    codeDigest(keys, proof.email, proof.code),
  ];
  expect(new Set(digests).size).toBe(digests.length);
  for (const digest of digests) expect(digest).toMatch(/^[\w-]{43}$/);
  expect(resetCodeKey(keys, proof.email)).not.toBe(emailKey(keys, proof.email));
});
