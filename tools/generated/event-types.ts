// Reads the events out of the file that declares them: names, docstrings, fields, and which are jobs.
import { readFileSync } from "node:fs";
import { parseSync, type TSType } from "oxc-parser";

const source = "packages/core/src/ports/event-sink.ts";

export interface EventField {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

export interface EventType {
  readonly name: string;
  readonly when: string;
  readonly fields: readonly EventField[];
  /** Also a job, for `handlers`. */
  readonly durable: boolean;
}

type Program = ReturnType<typeof parseSync>["program"];
type Interface = Extract<Program["body"][number], { readonly type: "TSInterfaceDeclaration" }>;
type Member = Interface["body"]["body"][number];
type Property = Extract<Member, { readonly type: "TSPropertySignature" }>;

/** Every event, in the order of its declaration. */
export function eventTypes(root: string): readonly EventType[] {
  const text = readFileSync(`${root}/${source}`, "utf8");
  const { program, comments } = parseSync(source, text);
  const statements = program.body.map((statement) =>
    statement.type === "ExportNamedDeclaration" ? (statement.declaration ?? statement) : statement,
  );

  const docOf = (node: { readonly start: number }): string => {
    const comment = comments.findLast(({ end }) => end <= node.start);
    const isItsOwn = comment !== undefined && text.slice(comment.end, node.start).trim() === "";
    if (!isItsOwn || !comment.value.startsWith("*")) return "";
    return comment.value
      .replace(/^\s*\*+ ?/gm, "")
      .replace(/\s+/g, " ")
      .trim();
  };
  const interfaceOf = (name: string): Interface => {
    const found = statements.find(
      (statement): statement is Interface =>
        statement.type === "TSInterfaceDeclaration" && statement.id.name === name,
    );
    if (found === undefined) throw new Error(`${source}: no interface ${name}`);
    return found;
  };
  const fieldsIn = (members: readonly Member[]): readonly EventField[] =>
    propertiesIn(members).map((member) => {
      const { start, end } = typeOf(member);
      return { name: keyOf(member), type: text.slice(start, end), meaning: docOf(member) };
    });
  const inherited = (name: string): readonly EventField[] => {
    const { extends: bases, body } = interfaceOf(name);
    const above = bases.flatMap(({ expression }) =>
      expression.type === "Identifier" ? inherited(expression.name) : [],
    );
    return [...above, ...fieldsIn(body.body)];
  };
  const fieldsOf = (type: TSType): readonly EventField[] => {
    if (type.type === "TSIntersectionType") return type.types.flatMap(fieldsOf);
    if (type.type === "TSTypeLiteral") return fieldsIn(type.members);
    if (type.type === "TSTypeReference" && type.typeName.type === "Identifier") {
      return inherited(type.typeName.name);
    }
    throw new Error(`${source}: an event is made of interfaces and fields, not ${type.type}`);
  };

  const durable = namesIn(text, "DurableEventName");
  return propertiesIn(interfaceOf("AuthEvents").body.body).map((member) => ({
    name: keyOf(member),
    when: docOf(member),
    fields: firstOfEach(fieldsOf(typeOf(member))),
    durable: durable.has(keyOf(member)),
  }));
}

function propertiesIn(members: readonly Member[]): readonly Property[] {
  return members.filter((member): member is Property => member.type === "TSPropertySignature");
}

function keyOf({ key }: Property): string {
  if (key.type === "Literal") return String(key.value);
  if (key.type === "Identifier") return key.name;
  throw new Error(`${source}: a name is written out, not ${key.type}`);
}

function typeOf(member: Property): TSType {
  const type = member.typeAnnotation?.typeAnnotation;
  if (type === undefined) throw new Error(`${source}: ${keyOf(member)} has no type`);
  return type;
}

/** The words of a union of literals. */
function namesIn(text: string, name: string): ReadonlySet<string> {
  const alias = new RegExp(`^export type ${name} =([^;]+);`, "m").exec(text)?.[1];
  if (alias === undefined) throw new Error(`${source}: no type ${name}`);
  return new Set([...alias.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ""));
}

/** What is inherited twice is one field. */
function firstOfEach(fields: readonly EventField[]): readonly EventField[] {
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}
