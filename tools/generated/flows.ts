// docs/flows.md: each flow as it was played on memory stores just now, with the steps its own
// docstring lists.
import { readFileSync } from "node:fs";
import { table } from "../../packages/core/src/http/table.ts";
import { docstringBefore, partsOf } from "./docstrings.ts";
import { countsOf, diagramOf } from "./flows/diagram.ts";
import { performed, plays, type Play, type Played } from "./flows/plays.ts";
import type { Step } from "./flows/witness.ts";
import type { Generated } from "./generated.ts";

const core = new URL("../../packages/core/src/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, core), "utf8");

/** Rows of the table that are called otherwise than their flow. */
const alsoCalled: Readonly<Record<string, readonly string[]>> = {
  renew: ["renew", "renewByQuery"],
  authenticate: ["verify"],
  resetPasswordByCode: ["resetPassword"],
};

export const flows: Generated = {
  page: "docs/flows.md",
  mark: "flows",
  async text() {
    const written: string[] = [];
    // One after another: a diagram is of one flow.
    for (const play of plays) written.push(chapter(play, await performed(play)));
    return written.join("\n\n");
  },
};

function chapter(play: Play, played: Played): string {
  const [own = "", ...shared] = play.files;
  const { opening, steps, closing } = stepsOf(own);
  const { steps: before, after } = played;
  const sum = [`**Asks for** ${countsOf(before)}`];
  if (after.some(({ port }) => port !== "outbox")) {
    sum.push(`after the answer ${countsOf(after)}`);
  }
  return [
    `## ${play.flow}`,
    doors(play),
    opening,
    `\`\`\`mermaid\n${diagramOf(play.flow, played)}\n\`\`\``,
    steps.join("\n"),
    ...shared.map((file) => {
      const part = stepsOf(file);
      return `${part.opening} (\`${nameIn(file)}\`)\n\n${part.steps.join("\n")}`;
    }),
    closing,
    `**Refuses** ${refusalsOf(play.flow)}`,
    `**Tells** ${eventsOf(before, after)}`,
    `${sum.join("; ")}.`,
  ]
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

/** Where it can be called over HTTP. */
function doors({ flow, by }: Play): string {
  const names = alsoCalled[flow] ?? [flow];
  const rows = table.filter(
    (row) =>
      names.includes(row.name) && (row.resetBy === undefined || row.resetBy === (by ?? "link")),
  );
  const said = rows.map(({ method, path, exposure }) => `\`${method} ${path}\` (${exposure})`);
  return said.length === 0 ? "By direct call, `auth." + flow + "`, alone." : `${said.join(", ")}.`;
}

function stepsOf(file: string): ReturnType<typeof partsOf> {
  return partsOf(docstringBefore(read(`flows/${file}.ts`), /^export async function/m));
}

function nameIn(file: string): string {
  return /^export async function (\w+)/m.exec(read(`flows/${file}.ts`))?.[1] ?? "";
}

/** As the docstring of the method of `Auth` says it. */
function refusalsOf(flow: string): string {
  const docstring = docstringBefore(read("auth.ts"), new RegExp(`^  readonly ${flow}:`, "m"));
  const [, refusals] = docstring.replaceAll("\n", " ").split("Throws ");
  return refusals ?? "nothing of its own.";
}

function eventsOf(before: readonly Step[], after: readonly Step[]): string {
  const names = (steps: readonly Step[]): string =>
    steps.flatMap(({ port, method }) => (port === "event" ? [`\`${method}\``] : [])).join(", ");
  const [at, later] = [names(before), names(after)];
  if (at === "" && later === "") return "nothing.";
  if (later === "") return `${at}.`;
  return at === "" ? `${later}, after the answer.` : `${at}; after the answer ${later}.`;
}
