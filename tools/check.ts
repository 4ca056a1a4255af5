// Runs every tools/check-*.ts on the repository, or the ones named: `node tools/check.ts sizes`.
import { readdirSync } from "node:fs";

interface Check {
  readonly check: (root: string) => readonly string[] | Promise<readonly string[]>;
  readonly notes?: (root: string) => readonly string[];
}

const tools = import.meta.dirname;
const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const wanted = process.argv.slice(2);
const files = readdirSync(tools)
  .filter((file) => /^check-[^.]+\.ts$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file === `check-${name}.ts`));
if (files.length === 0) throw new TypeError(`no such check: ${wanted.join(", ")}`);

for (const file of files) {
  const { check, notes } = (await import(`./${file}`)) as Check;
  const violations = await check(root);
  for (const note of notes?.(root) ?? []) console.log(`note  ${note}`);
  for (const violation of violations) console.log(`FAIL  ${violation}`);
  console.log(`${violations.length === 0 ? "ok   " : "FAIL "} ${file} (${violations.length})`);
  if (violations.length > 0) process.exitCode = 1;
}
