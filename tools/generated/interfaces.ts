// What the option types of the packages say of their properties.
import { parseSync } from "oxc-parser";
import { docstringBefore } from "./docstrings.ts";

export interface Property {
  readonly name: string;
  /** As it is declared, without `undefined`. */
  readonly type: string;
  readonly required: boolean;
  /** What it means, without its default. */
  readonly meaning: string;
  /** Null where the docstring names none. */
  readonly fallback: string | null;
}

/** The properties of an exported interface, in their order, those it inherits left out. */
export function propertiesOf(path: string, source: string, name: string): readonly Property[] {
  const found = parseSync(path, source).program.body.flatMap((statement) => {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
    if (declaration?.type !== "TSInterfaceDeclaration" || declaration.id.name !== name) return [];
    return [declaration];
  });
  const [declaration] = found;
  if (declaration === undefined) throw new Error(`${path} exports no interface ${name}`);
  return declaration.body.body.flatMap((member) => {
    if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") return [];
    const { start, end } = member.typeAnnotation?.typeAnnotation ?? member;
    const before = source.slice(0, member.start);
    const docstring = docstringBefore(`${before}@`, /@$/).replaceAll(/\s*\n\s*/g, " ");
    return [
      {
        name: member.key.name,
        type: source.slice(start, end).replaceAll(/\s*\|\s*undefined$|^\|\s*/g, ""),
        required: !member.optional,
        ...split(docstring),
      },
    ];
  });
}

/** A docstring without its `(default: …)`, and that. */
function split(docstring: string): { readonly meaning: string; readonly fallback: string | null } {
  const match = / ?\(defaults?: ((?:[^()]|\([^()]*\))*)\)/.exec(docstring);
  if (match === null) return { meaning: docstring, fallback: null };
  const meaning = docstring.replace(match[0], "").trim();
  return { meaning: meaning === "" ? "" : meaning, fallback: match[1] ?? null };
}
