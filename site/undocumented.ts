// Protects readers of the API reference: what can be imported says what it is for.
import { type DeclarationReflection, type ProjectReflection, ReflectionKind } from "typedoc";

/** Members that a page of its own describes, or somebody else's documentation. */
const describedElsewhere: readonly (readonly [owner: RegExp, why: string])[] = [
  [/Like$/, "as much of another library's type as is used"],
  [/^(?:OutgoingMail|SubscriberOptions)$/, "what another library takes"],
];

/** Members whose names say all: what tells errors of two copies apart. */
const plain = new Set(["constructor", "name", "latchkey.AuthError"]);

/** Exports, and members of exported interfaces and classes, that have no docstring. */
export function undocumented(project: ProjectReflection): readonly string[] {
  const modules = project.getReflectionsByKind(ReflectionKind.Module) as DeclarationReflection[];
  return modules.flatMap((module) =>
    (module.children ?? []).flatMap((exported) => [
      ...(isDocumented(exported) ? [] : [`${module.name}: ${exported.name}`]),
      ...membersOf(exported)
        .filter((member) => !isDocumented(member))
        .map((member) => `${module.name}: ${exported.name}.${member.name}`),
    ]),
  );
}

function membersOf(exported: DeclarationReflection): readonly DeclarationReflection[] {
  if (!exported.kindOf([ReflectionKind.Interface, ReflectionKind.Class])) return [];
  if (describedElsewhere.some(([owner]) => owner.test(exported.name))) return [];
  const own = (exported.children ?? []).filter((member) => member.inheritedFrom === undefined);
  return own.filter((member) => !plain.has(member.name));
}

function isDocumented(reflection: DeclarationReflection): boolean {
  // A re-export is described where it comes from; functions keep their text in their signatures.
  if (reflection.kindOf(ReflectionKind.Reference)) return true;
  const { signatures = [], getSignature } = reflection;
  const texts = [reflection, ...signatures, getSignature].map((part) => part?.comment);
  return texts.some((comment) => comment !== undefined && comment.summary.length > 0);
}
