/** A table with its columns padded, as the formatter leaves it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) =>
    Math.max(3, ...escaped.map((row) => [...(row[column] ?? "")].length)),
  );
  const line = (cells: readonly string[], filler: string): string => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return cell + filler.repeat(width - [...cell].length);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const [first = [], ...others] = escaped;
  const between = line([], "-");
  return [line(first, " "), between, ...others.map((row) => line(row, " "))].join("\n");
}
