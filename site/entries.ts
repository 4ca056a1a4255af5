// What can be imported of the packages: the public side that the API reference describes.
import { join } from "node:path";
import { readManifest, workspaces } from "../tools/sources.ts";

export interface Entry {
  /** As it is imported: `@latchkey/core/http`. */
  readonly specifier: string;
  /** Its source file. */
  readonly path: string;
}

/** Every entry of every published package, packages in the order of their names. */
export function entries(root: string): readonly Entry[] {
  return workspaces(root, "packages").flatMap((folder) => {
    const { name, exports = {} } = readManifest(root, folder);
    return Object.entries(exports).flatMap(([subpath, target]) => {
      const source: unknown = Reflect.get(Object(target), "@latchkey/source");
      if (typeof source !== "string") return [];
      return [{ specifier: `${name}${subpath.slice(1)}`, path: join(root, folder, source) }];
    });
  });
}
