// Protects those who read change logs: sources of a package that have changed are named by a note
// in .changeset, since the last release and, for a pull request, since it left the main branch.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readManifest, workspaces } from "./sources.ts";

/** All packages have one version; this one says it. */
const manifest = "packages/core/package.json";
const versionLine = '^  "version":';

/** What git has before the first commit. */
const nothing = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function git(root: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", ["-C", root, ...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit that raised the version last; before the first release, nothing. */
function lastRelease(root: string): string | undefined {
  const lines = git(root, "log", "-2", "--format=%H", "-G", versionLine, "--", manifest);
  const [newest, older] = lines?.split("\n") ?? [];
  // The first of all that has a version only begins; a clone without history knows no better.
  return older === undefined ? nothing : newest;
}

/** Where a pull request left the main branch; CI says it, a checkout may know it. */
function branchPoint(root: string): string | undefined {
  const told = process.env["CHANGES_SINCE"];
  const base = told === undefined || told === "" ? "origin/main" : told;
  return git(root, "merge-base", "HEAD", base);
}

/** Files that differ from a commit, committed or not. */
function changedSince(root: string, commit: string): readonly string[] {
  const tracked = git(root, "diff", "--name-only", "--no-renames", commit) ?? "";
  const untracked = git(root, "ls-files", "--others", "--exclude-standard") ?? "";
  return `${tracked}\n${untracked}`.split("\n");
}

/** The packages a note names, in the lines between its dashes. */
function namedBy(root: string, note: string): readonly string[] {
  const [, head = ""] = readFileSync(`${root}/${note}`, "utf8").split(/^---$/m);
  return head.split("\n").flatMap((line) => /^"(.+)":/.exec(line)?.[1] ?? []);
}

/** Whether the version is another one than at a commit: a release has used the notes up. */
function releasedSince(root: string, commit: string): boolean {
  if (commit === nothing) return false;
  const changed = git(root, "diff", "--name-only", "-G", versionLine, commit, "--", manifest);
  return changed === manifest;
}

function unnoted(root: string, commit: string): readonly string[] {
  if (releasedSince(root, commit) || releasedSince(root, "HEAD")) return [];
  const changed = changedSince(root, commit);
  const notes = changed.filter((path) => /^\.changeset\/(?!README).+\.md$/.test(path));
  const present = notes.filter((path) => existsSync(`${root}/${path}`));
  const named = new Set(present.flatMap((note) => namedBy(root, note)));
  return workspaces(root, "packages")
    .filter((folder) =>
      changed.some(
        (path) =>
          /^(?:src|templates|migrations)\//.test(path.slice(folder.length + 1)) &&
          path.startsWith(`${folder}/`) &&
          !path.endsWith(".test.ts"),
      ),
    )
    .filter((folder) => !named.has(readManifest(root, folder).name));
}

export function check(root: string): readonly string[] {
  const commits = new Set([lastRelease(root), branchPoint(root)]);
  const folders = new Set(
    [...commits].flatMap((commit) => (commit === undefined ? [] : unnoted(root, commit))),
  );
  return [...folders].map(
    (folder) => `${folder}: sources changed and no note says so: npx changeset`,
  );
}
