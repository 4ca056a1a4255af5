import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application } from "typedoc";
import { describe, expect, it } from "vitest";
import { undocumented } from "./undocumented.ts";

const source = `/** Said. */
export interface Options {
  /** Said. */
  readonly one?: string;
  readonly two?: string;
  three(): void;
}

export function four(): void {}

/** As much of it as is used. */
export interface ClientLike {
  query(): void;
}

/** Said. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string = "";
}
`;

describe("exports without a docstring", () => {
  it("are named, with the members of interfaces and classes, but for what is described elsewhere", async () => {
    const root = mkdtempSync(join(tmpdir(), "latchkey-api-"));
    try {
      writeFileSync(join(root, "index.ts"), source);
      writeFileSync(join(root, "tsconfig.json"), '{"files": ["index.ts"]}');
      const app = await Application.bootstrap({
        name: "api",
        tsconfig: `${root}/tsconfig.json`,
        entryPoints: [`${root}/index.ts`],
        alwaysCreateEntryPointModule: true,
        skipErrorChecking: true,
      });
      const project = await app.convert();
      const found = project === undefined ? [] : undocumented(project);
      expect(found.map((name) => name.replace(/^.*: /, "")).toSorted()).toEqual([
        "Options.three",
        "Options.two",
        "Refusal.code",
        "four",
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  }, 60_000);
});
