import { plans } from "./contestants.ts";
import type { Measured, Results } from "./measure.ts";
import { short, shown, spreadOf } from "./numbers.ts";
import { isVoid, type Reached } from "./ratios.ts";

const columns = [
  "",
  "requests/s",
  "p50, ms",
  "p99, ms",
  "CPU of 1,000 requests, ms",
  "RSS, MB",
  "Redis commands",
  "SQL statements",
];

/** One table a flow, as Markdown. */
export function tablesOf(results: Results): string {
  return [...results]
    .map(([flow, contestants]) => {
      const rows = plans[flow].of.flatMap((name) => {
        const measured = contestants.get(name) ?? [];
        return measured.length === 0 ? [] : [[name, ...cellsOf(measured)]];
      });
      const { connections } = plans[flow];
      const at = connections === 1 ? "one connection" : `${connections} connections`;
      return `**${flow}**, ${at}\n\n${table(columns, rows)}`;
    })
    .join("\n\n");
}

function cellsOf(measured: readonly Measured[]): readonly string[] {
  const failed = measured.find(isVoid);
  if (failed !== undefined) {
    const [[kind, count] = ["", 0]] = Object.entries(failed.failures);
    return [`void: ${count} × ${kind}`, ...columns.slice(2).map(() => "")];
  }
  const of = (key: Exclude<keyof Measured, "failures">) =>
    spreadOf(measured.map((one) => one[key]));
  return [
    shown(of("perSecond")),
    short(of("p50").median),
    short(of("p99").median),
    // Microseconds of one are milliseconds of a thousand.
    shown(of("cpuMicroseconds")),
    short(of("rssBytes").most / 2 ** 20),
    of("commands").median.toFixed(1),
    of("statements").median.toFixed(1),
  ];
}

export function reachedTable(reached: readonly Reached[]): string {
  return table(
    ["to reach", "goal", "measured", ""],
    reached.map(({ what, goal, measured, isMet }) => [
      ...[what, goal, measured],
      isMet ? "met" : "**missed**",
    ]),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
