import { toCandidate, type Candidate, type ImportRules } from "./candidate.ts";
import { Unusable } from "./values.ts";

type Outcome = "imported" | "present" | "email_taken" | "tag_taken";

/** Keeps users, or tells what would happen: one outcome each, in their order. */
export type Keep = (users: readonly Candidate["user"][]) => Promise<readonly Outcome[]>;

/** What became of one line; there is one for every line that is not blank. */
export interface LineReport {
  readonly line: number;
  readonly outcome: "imported" | "present" | "refused";
  readonly reason?: string;
  readonly id?: string;
  readonly userId?: string;
  readonly tag?: string;
  readonly password?: boolean;
}

interface Entry {
  readonly line: number;
  readonly row: object;
  candidate: Candidate;
}

const batchSize = 500;
const mostTags = 8;

/**
 * Imports rows of JSON, one a line.
 *
 * @yields what became of each line, in their order, with the kind of the hash that came in by it
 */
export async function* importLines(
  lines: AsyncIterable<string>,
  rules: ImportRules,
  keep: Keep,
): AsyncGenerator<{ readonly report: LineReport; readonly kind: string | null }, void, void> {
  const seen = new Map<string, number>();
  let entries: Entry[] = [];
  let refused: LineReport[] = [];
  const flush = async () => {
    const reports = await settle(entries, rules, keep);
    const all = [...reports, ...refused.map((report) => ({ report, kind: null }))];
    [entries, refused] = [[], []];
    return all.toSorted((one, other) => one.report.line - other.report.line);
  };

  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    try {
      const row = parseRow(text);
      const candidate = toCandidate(row, rules);
      refuseRepeated(candidate, line, seen);
      entries.push({ line, row, candidate });
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      refused.push({ line, outcome: "refused", reason: error.message });
    }
    if (entries.length + refused.length >= batchSize) yield* await flush();
  }
  yield* await flush();
}

function parseRow(text: string): object {
  let row: unknown;
  try {
    // Some tools begin a file with a mark of its byte order.
    row = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new Unusable("no JSON");
  }
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row;
  throw new Unusable("no object of columns");
}

/** Also where nothing is written, so that a dry run answers as the import will. */
function refuseRepeated({ user, tagIsMade }: Candidate, line: number, seen: Map<string, number>) {
  const names = { id: user.id, email: user.email, ...(!tagIsMade && { tag: user.tag }) };
  for (const [field, value] of Object.entries(names)) {
    const earlier = seen.get(`${field} ${value}`);
    if (earlier !== undefined) throw new Unusable(`${field}: the same as in line ${earlier}`);
  }
  for (const [field, value] of Object.entries(names)) seen.set(`${field} ${value}`, line);
}

async function settle(entries: readonly Entry[], rules: ImportRules, keep: Keep) {
  const outcomes = new Map<Entry, Outcome>();
  for (let attempt = 1, open = entries; open.length > 0; attempt += 1) {
    const answers = await keep(open.map(({ candidate }) => candidate.user));
    for (const [index, entry] of open.entries()) {
      outcomes.set(entry, answers[index] ?? "present");
    }
    open = open.filter((entry) => {
      const mayMake = entry.candidate.tagIsMade || rules.makeTags;
      return outcomes.get(entry) === "tag_taken" && mayMake && attempt < mostTags;
    });
    for (const entry of open) entry.candidate = toCandidate(entry.row, rules, attempt);
  }
  return entries.map((entry) => reportOf(entry, outcomes.get(entry)));
}

function reportOf({ line, candidate }: Entry, outcome: Outcome | undefined) {
  const { sourceId: id, user, kind } = candidate;
  if (outcome !== "imported" && outcome !== "present") {
    const reason = outcome === "email_taken" ? "email: taken" : "tag: taken";
    return { report: { line, outcome: "refused", reason, id } as const, kind: null };
  }
  const report = { line, outcome, id, userId: user.id } as const;
  if (outcome === "present") return { report, kind: null };
  return { report: { ...report, tag: user.tag, password: user.passwordHash !== null }, kind };
}
