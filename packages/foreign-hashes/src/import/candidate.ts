import { createHash } from "node:crypto";
import {
  isAuthError,
  parseImportedUser,
  type ImportedUser,
  type ImportedUserInput,
  type Locale,
} from "@latchkey/core";
import type { User } from "@latchkey/core/ports";
import { defaultHeaviest, excessOf } from "../heaviest-work.ts";
import { readHash } from "../read-hash.ts";
import { nameOfWork } from "../work.ts";
import type { FieldMap } from "./fields.ts";
import { textIn, timeIn, truthIn, Unusable } from "./values.ts";

/** What is decided once for all rows. */
export interface ImportRules {
  readonly map: FieldMap;
  /** What ids are told apart by, where two systems have the same ones. */
  readonly source: string;
  readonly locale: Locale;
  /** Whether rows that say nothing of it have a proven email. */
  readonly assumeVerified: boolean;
  /** Rows that come in without their password instead of not at all. */
  readonly withoutPassword: { readonly unverified: boolean; readonly unreadable: boolean };
  /** Whether a tag that is none, or is taken, is replaced by a made one. */
  readonly makeTags: boolean;
  readonly now: Date;
}

/** A row as it would be kept. */
export interface Candidate {
  /** The row's id in the system it comes from; its email where that has none. */
  readonly sourceId: string;
  readonly user: Omit<User, "epoch">;
  /** Whether another tag would do as well. */
  readonly tagIsMade: boolean;
  /** The kind of its hash. */
  readonly kind: string | null;
}

/** @throws Unusable with the reason for which the row is refused */
export function toCandidate(row: object, rules: ImportRules, attempt = 0): Candidate {
  const { map, now } = rules;
  const columns = row as Readonly<Record<string, unknown>>;
  const text = (field: keyof FieldMap): string | undefined => textIn(columns, map[field]);
  const email = text("email");
  const sourceId = text("id") ?? email?.toLowerCase() ?? "";
  const id = idOf(rules.source, sourceId);

  const person = {
    ...{ email, tag: text("tag"), locale: text("locale") ?? rules.locale },
    ...namesOf(text("name"), text("firstName"), text("lastName")),
  };
  // Of the id, so that an import that is started anew makes the same tags.
  const random = createHash("sha256").update(`${id} ${attempt}`).digest();
  const { tagIsMade, ...parsed } = parse(person, random, rules.makeTags, attempt > 0);
  const hash = usableHash(text("hash"), truthIn(columns, map.verified), rules);
  const createdAt = timeIn(columns, map.createdAt) ?? now;
  return {
    ...{ sourceId, tagIsMade, kind: hash?.kind ?? null },
    user: {
      ...{ id, ...parsed, passwordHash: hash?.stored ?? null, createdAt },
      disabled: truthIn(columns, map.disabled) ?? !(truthIn(columns, map.active) ?? true),
      confirmedAt: createdAt,
      lastLoginAt: timeIn(columns, map.lastLoginAt) ?? null,
    },
  };
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A UUID stays what it was; every other id gets the same one in each run (RFC 9562, version 8). */
function idOf(source: string, sourceId: string): string {
  if (uuid.test(sourceId)) return sourceId.toLowerCase();
  const bytes = createHash("sha256").update(`latchkey import\0${source}\0${sourceId}`).digest();
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x80, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
  const digits = bytes.toString("hex", 0, 16);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** One name for all of it is cut at its first space. */
function namesOf(whole: string | undefined, first: string | undefined, last: string | undefined) {
  const [head, ...rest] = (whole ?? "").trim().split(/\s+/);
  const firstName = (first?.trim() ?? head) || undefined;
  const lastName = (last?.trim() ?? rest.join(" ")) || undefined;
  return { ...(firstName && { firstName }), ...(lastName && { lastName }) };
}

function parse(
  person: { readonly tag: string | undefined },
  random: Uint8Array,
  mayMakeTag: boolean,
  isTagTaken: boolean,
): ImportedUser & { readonly tagIsMade: boolean } {
  const { tag, ...rest } = person;
  const tagIsMade = tag === undefined || isTagTaken;
  const input = { ...rest, ...(!tagIsMade && { tag }) };
  try {
    return { ...parseImportedUser(input as ImportedUserInput, random), tagIsMade };
  } catch (error) {
    if (!isAuthError(error)) throw error;
    const { fields } = error;
    if (mayMakeTag && fields.some(({ path }) => path === "tag")) {
      return parse({ ...rest, tag: undefined }, random, mayMakeTag, isTagTaken);
    }
    throw new Unusable(fields.map(({ path, rule }) => `${path}: ${rule}`).join("; "));
  }
}

/** Null where there is none, or where the rules let the row come in without it. */
function usableHash(
  stored: string | undefined,
  isVerified: boolean | undefined,
  { withoutPassword, assumeVerified }: ImportRules,
): { readonly stored: string; readonly kind: string } | null {
  if (!(isVerified ?? assumeVerified)) {
    // Whoever set this password may be another than who reads that mail.
    if (withoutPassword.unverified) return null;
    throw new Unusable("email: not verified");
  }
  // Django's mark of an account that cannot sign in by password.
  if (stored === undefined || stored.startsWith("!")) return null;
  const work = readHash(stored, { bcryptPepper: "", springPbkdf2Secret: "" })?.work;
  const excess = work === undefined ? "of no known form" : excessOf(work, defaultHeaviest);
  if (work !== undefined && excess === null) return { stored, kind: nameOfWork(work) };
  if (withoutPassword.unreadable) return null;
  throw new Unusable(`hash: ${excess}`);
}
