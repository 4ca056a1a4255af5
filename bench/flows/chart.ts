import type { Measured, Results } from "./measure.ts";
import type { Name } from "./contestants.ts";
import type { Flow } from "./messages.ts";
import { short, spreadOf } from "./numbers.ts";
import { isVoid } from "./ratios.ts";

const charted: readonly Flow[] = ["authenticate", "renew", "logout"];
const [width, left, bar, gap] = [760, 240, 18, 8];

/** What a request costs its server, as bars with their spread over the rounds. */
export function chartOf(results: Results): string {
  const parts: string[] = [];
  let y = 34;
  const text = (x: number, words: string, more = ""): string =>
    `<text x="${x}" y="${y}" ${more}>${words}</text>`;
  parts.push(text(16, "CPU of one request, in microseconds", 'font-weight="bold"'));
  for (const flow of charted) {
    const bars = barsOf(results.get(flow) ?? new Map());
    if (bars.length === 0) continue;
    const scale = (width - left - 90) / Math.max(...bars.map(({ most }) => most));
    y += 34;
    parts.push(text(16, flow, 'font-weight="bold"'));
    y += 10;
    for (const { name, median, least, most } of bars) {
      const [end, from, to] = [median, least, most].map((value) => left + value * scale);
      const middle = y + bar / 2;
      const fill = name.startsWith("Latchkey") ? "#2f6f4f" : "#9aa5b1";
      parts.push(
        `<rect x="${left}" y="${y}" width="${(end ?? left) - left}" height="${bar}" fill="${fill}"/>`,
        `<path d="M${from} ${middle}H${to}" stroke="#1b1f24" stroke-width="2"/>`,
      );
      y += bar - 5;
      parts.push(text(left - 8, name, 'text-anchor="end"'));
      parts.push(text((to ?? left) + 8, short(median)));
      y += 5 + gap;
    }
  }
  const height = y + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" role="img" aria-label="CPU of one request by contestant">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function barsOf(contestants: ReadonlyMap<Name, readonly Measured[]>) {
  return [...contestants]
    .filter(([, measured]) => !measured.some(isVoid))
    .map(([name, measured]) => ({
      name,
      ...spreadOf(measured.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    }))
    .toSorted((one, other) => one.median - other.median);
}
