import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SigningKey } from "./secret.ts";

/** The version of everything that crosses the wire. Both sides speak the same one. */
export const protocol = "1";

/** Every answer of a server of ours names its version here. */
export const protocolHeader = "latchkey-protocol";
/** The signature of an answer. */
export const answerHeader = "latchkey-answer";

/** A request is refused when it is older or younger than this by the server's clock. */
export const windowMs = 30_000;

/** What a request's signature covers, and with it everything the server goes by. */
export interface Signed {
  /** The method's name: the path it is mounted under may be rewritten on the way. */
  readonly name: string;
  readonly sentAt: number;
  /** UUID of the call: sent again, it is the same one. */
  readonly operation: string;
  /** Of the body. */
  readonly digest: string;
}

export interface SignedRequest extends Signed {
  readonly signature: string;
}

export function digestOf(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** The `Authorization` of a request. */
export function authorization(key: SigningKey, signed: Signed): string {
  const { sentAt, operation, digest } = signed;
  return `Latchkey ${protocol} ${sentAt} ${operation} ${digest} ${signatureOf(key, signed)}`;
}

const form = /^Latchkey 1 (\d{1,15}) ([0-9a-f-]{36}) ([\w-]{43}) ([\w-]{43})$/;

/** What an `Authorization` claims; null where it is none of this protocol's. */
export function parseAuthorization(header: string | undefined, name: string): SignedRequest | null {
  const [, sentAt, operation, digest, signature] = form.exec(header ?? "") ?? [];
  if (sentAt === undefined || operation === undefined) return null;
  if (digest === undefined || signature === undefined) return null;
  return { name, sentAt: Number(sentAt), operation, digest, signature };
}

/** The key by which a request was signed; null where it is none of these. */
export function keyThatSigned(
  keys: readonly SigningKey[],
  request: SignedRequest,
): SigningKey | null {
  // Every key is tried, whichever fits.
  const fitting = keys.filter((key) => isEqual(signatureOf(key, request), request.signature));
  return fitting[0] ?? null;
}

/** The signature of the answer to one request: nobody else's answer, nor one to another, has it. */
export function answerSignature(
  key: SigningKey,
  operation: string,
  status: number,
  body: string | Buffer,
): string {
  return hmac(key, ["latchkey answer", protocol, operation, String(status), digestOf(body)]);
}

export function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function signatureOf(key: SigningKey, { name, sentAt, operation, digest }: Signed): string {
  return hmac(key, ["latchkey request", protocol, name, String(sentAt), operation, digest]);
}

// No part holds a line feed: names are paths, the rest is digits and base64url.
function hmac(key: SigningKey, parts: readonly string[]): string {
  return createHmac("sha256", key).update(parts.join("\n")).digest("base64url");
}
