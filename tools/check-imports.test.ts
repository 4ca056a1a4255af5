import { describe, expect, it } from "vitest";
import { check } from "./check-imports.ts";
import { manifest, repository, withFiles } from "./fixture.ts";

const core = "packages/core/src";
const coreManifest = manifest("@latchkey/core", {
  dependencies: { jose: "*", zod: "*", "@node-rs/argon2": "*" },
});

/** The violations of a core that holds just this file. */
function inCore(path: string, text: string): readonly string[] {
  const files = { "packages/core/package.json": coreManifest, [`${core}/${path}`]: text };
  return withFiles(files, check);
}

/** The violations of a package beside core that holds just this entry. */
function inPackage(folder: string, text: string, parts: object = {}): readonly string[] {
  const dependencies = { "@latchkey/core": "*" };
  const files = {
    [`packages/${folder}/package.json`]: manifest(`@latchkey/${folder}`, {
      dependencies,
      ...parts,
    }),
    [`packages/${folder}/src/index.ts`]: text,
  };
  return withFiles(files, check);
}

describe("check-imports", () => {
  it("passes on this repository", () => {
    expect(check(repository)).toEqual([]);
  });

  it.each([
    ["domain/user.ts", 'import type { Clock } from "../ports/clock.ts";'],
    ["ports/user-store.ts", 'import { parse } from "../domain/user.ts";'],
    ["tokens/keys.ts", 'import { x } from "../passwords/hasher.ts";'],
    ["flows/session/login.ts", 'import { register } from "../registration/register.ts";'],
    ["flows/session/login.ts", 'import type { Endpoint } from "../../http/endpoint.ts";'],
    ["flows/session/login.ts", 'import type { Auth } from "../../auth.ts";'],
    ["jobs/worker.ts", 'import { login } from "../flows/session/login.ts";'],
    ["http/table.ts", 'import { login } from "../flows/session/login.ts";'],
    ["http/table.ts", 'import { createAuth } from "../create-auth.ts";'],
    ["create-auth.ts", 'import { isAuthError } from "./index.ts";'],
    ["memory.ts", 'export { createAuth } from "./index.ts";'],
    ["attic/box.ts", 'import { x } from "../domain/user.ts";'],
    ["domain/user.ts", 'import { x } from "../../../adapter-fastify/src/session.ts";'],
  ])("refuses in core/%s: %s", (path, text) => {
    expect(inCore(path, text)).toHaveLength(1);
  });

  it.each([
    ["ports/user-store.ts", 'import type { User } from "../domain/user.ts";'],
    ["flows/session/login.ts", 'import { hide } from "./shared-answer.ts";'],
    ["flows/session/login.ts", 'import { AuthError } from "../../errors.ts";'],
    ["flows/session/login.test.ts", 'import { createAuth } from "../../create-auth.ts";'],
    ["http/table.ts", 'import { loginInput } from "../flows/session/login.ts";'],
    ["http/table.ts", 'import type { Auth } from "../auth.ts";'],
    ["create-auth.ts", 'import { endpoints } from "./http/table.ts";'],
    ["tokens/keys.ts", 'import { SignJWT } from "jose"; import { hash } from "node:crypto";'],
  ])("allows in core/%s: %s", (path, text) => {
    expect(inCore(path, text)).toEqual([]);
  });

  it("keeps each library in its room, and out of core what core does not depend on", () => {
    expect(inCore("flows/session/login.ts", 'import { SignJWT } from "jose";')).toHaveLength(1);
    expect(inCore("memory/users.ts", 'import { hash } from "@node-rs/argon2";')).toHaveLength(1);
    expect(inCore("ports/clock.ts", 'import * as z from "zod/mini";')).toHaveLength(1);
    expect(inCore("domain/user.ts", 'import pg from "pg";')).toHaveLength(1);
    expect(inCore("domain/user.ts", 'type P = import("pg").Pool;')).toHaveLength(1);
  });

  it("lets packages meet only where the table says", () => {
    const memory = 'import { memoryStores } from "@latchkey/core/memory";';
    expect(inPackage("adapter-x", memory)).toHaveLength(1);
    expect(inPackage("conformance", memory)).toEqual([]);
    expect(inPackage("store-x", 'import { A } from "@latchkey/core/ports";')).toHaveLength(1);
    expect(inPackage("store-x", 'import type { A } from "@latchkey/core/ports";')).toEqual([]);
    expect(inPackage("store-x", 'import { Redis } from "ioredis";')).toHaveLength(1);
    const peers = { peerDependencies: { ioredis: "*" } };
    expect(inPackage("store-x", 'import { Redis } from "ioredis";', peers)).toEqual([]);
  });

  it("refuses export *, stray index files and names that say nothing", () => {
    expect(inCore("domain/user.ts", 'export * from "./tag.ts";')).toHaveLength(1);
    expect(inCore("domain/index.ts", "export const a = 1;")).toHaveLength(1);
    expect(inCore("domain/utils.ts", "export const a = 1;")).toHaveLength(1);
    expect(inCore("domain/helpers/a.ts", "export const a = 1;")).toHaveLength(1);
  });

  it("refuses a circle of files, of types too, and a circle of packages", () => {
    const files = {
      "packages/core/package.json": coreManifest,
      [`${core}/domain/a.ts`]: 'import type { B } from "./b.ts";',
      [`${core}/domain/b.ts`]: 'import type { A } from "./a.ts";',
      [`${core}/domain/a.test.ts`]: 'import { suite } from "@latchkey/conformance";',
      "packages/conformance/package.json": manifest("@latchkey/conformance", {
        dependencies: { "@latchkey/core": "*" },
      }),
      "packages/conformance/src/index.ts": 'import { createAuth } from "@latchkey/core";',
    };
    expect(withFiles(files, check)).toEqual([
      `a circle: ${core}/domain/a.ts -> ${core}/domain/b.ts -> ${core}/domain/a.ts`,
      "a circle: @latchkey/conformance -> @latchkey/core -> @latchkey/conformance",
    ]);
  });
});
