import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { check } from "./check-notes.ts";
import { manifest, repository, withFiles } from "./fixture.ts";

const core = "packages/core";
const version = (text: string): string =>
  JSON.stringify({ name: "@latchkey/core", version: text }, null, 2);
const noteOn = (name: string): string => `---\n"${name}": minor\n---\n\nSays something.\n`;

const files = {
  [`${core}/package.json`]: version("0.0.0"),
  [`${core}/src/a.ts`]: "export const a = 1;",
  "packages/store-x/package.json": manifest("@latchkey/store-x"),
  "packages/store-x/README.md": "words",
  ".changeset/first.md": noteOn("@latchkey/core"),
};

afterEach(() => void vi.unstubAllEnvs());

/** A repository with these files committed. */
function inRepository(use: (root: string, git: (...args: string[]) => void) => void): void {
  // The commit it names is not in there.
  vi.stubEnv("CHANGES_SINCE", "");
  withFiles(files, (root) => {
    const git = (...args: string[]): void => {
      const who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"];
      expect(spawnSync("git", ["-C", root, ...who, ...args]).status).toBe(0);
    };
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message", "Begin");
    use(root, git);
  });
}

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("asks before the first release for every package that has sources, and where no git is for none", () => {
  withFiles(files, (root) => expect(check(root)).toEqual([]));
  inRepository((root) => {
    expect(check(root)).toEqual([]);
    writeFileSync(`${root}/packages/store-x/README.md`, "other words");
    expect(check(root)).toEqual([]);
    rmSync(`${root}/.changeset/first.md`);
    expect(check(root)).toEqual([
      "packages/core: sources changed and no note says so: npx changeset",
    ]);
  });
});

it("asks after a release only for what has changed since, tests not counted", () => {
  inRepository((root, git) => {
    rmSync(`${root}/.changeset/first.md`);
    writeFileSync(`${root}/${core}/package.json`, version("0.1.0"));
    expect(check(root)).toEqual([]);
    git("commit", "--quiet", "--all", "--message", "Release");
    expect(check(root)).toEqual([]);
    writeFileSync(`${root}/${core}/src/a.test.ts`, "it('is', () => {});");
    expect(check(root)).toEqual([]);
    writeFileSync(`${root}/${core}/src/b.ts`, "export const b = 1;");
    expect(check(root)).toHaveLength(1);
    writeFileSync(`${root}/.changeset/b.md`, noteOn("@latchkey/core"));
    expect(check(root)).toEqual([]);
  });
});

it("asks of a pull request a note of its own, whatever others have noted", () => {
  inRepository((root, git) => {
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    git("checkout", "--quiet", "-b", "work");
    writeFileSync(`${root}/${core}/src/a.ts`, "export const a = 2;");
    git("commit", "--quiet", "--all", "--message", "Change");
    expect(check(root)).toHaveLength(1);
    writeFileSync(`${root}/.changeset/second.md`, noteOn("@latchkey/core"));
    expect(check(root)).toEqual([]);
  });
});
