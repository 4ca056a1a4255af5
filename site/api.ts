// The API reference: one page for each entry of each package, out of the docstrings.
import { join, relative } from "node:path";
import { Application, Converter, type ProjectReflection } from "typedoc";
import { load as markdown } from "typedoc-plugin-markdown";
import { type Entry, entries } from "./entries.ts";
import { undocumented } from "./undocumented.ts";

/** Options of typedoc-plugin-markdown, which TypeDoc's own types do not know. */
const asMarkdown = {
  plugin: [markdown],
  outputFileStrategy: "modules",
  entryFileName: "index",
  excludeScopesInPaths: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCustomAnchors: true,
  useHTMLEncodedBrackets: true,
  sanitizeComments: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideModifiers: true },
};

/**
 * Writes the reference into a folder, emptied before.
 *
 * @throws Error naming every export without a docstring, and whatever TypeDoc warns of
 */
export async function writeApi(root: string, folder: string): Promise<void> {
  const all = entries(root);
  const app = await Application.bootstrapWithPlugins({
    ...asMarkdown,
    outputs: [{ name: "markdown", path: folder }],
    name: "API",
    readme: "none",
    tsconfig: join(root, "site/tsconfig.api.json"),
    entryPoints: all.map((entry) => entry.path),
    disableSources: true,
    excludeInternal: true,
    sort: ["kind", "alphabetical"],
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    treatWarningsAsErrors: true,
    logLevel: "Warn",
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => nameModules(project, root, all));
  const project = await app.convert();
  if (project === undefined) throw new Error("the sources do not compile for TypeDoc");
  app.validate(project);
  const missing = undocumented(project);
  if (missing.length > 0) throw new Error(`no docstring:\n${missing.join("\n")}`);
  await app.generateOutputs(project);
  if (app.logger.hasWarnings() || app.logger.hasErrors()) throw new Error("TypeDoc complains");
}

/** Calls each module as it is imported, not as its file is called. */
function nameModules(project: ProjectReflection, root: string, all: readonly Entry[]): void {
  for (const module of project.children ?? []) {
    const entry = all.find(({ path }) => moduleName(root, path) === module.name);
    if (entry === undefined) throw new Error(`whose entry is ${module.name}?`);
    module.name = entry.specifier;
  }
}

function moduleName(root: string, path: string): string {
  return relative(join(root, "packages"), path).replace(/(?:\/index)?\.ts$/, "");
}
