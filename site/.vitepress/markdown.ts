// What the pages' Markdown means on the site, beyond what VitePress knows.
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";

type Token = ReturnType<MarkdownRenderer["parse"]>[number];
type CoreState = Parameters<Parameters<MarkdownRenderer["core"]["ruler"]["push"]>[1]>[0];

/**
 * Diagrams are drawn by the site's own script; without script their text stays readable. Links to
 * files that are no pages become the files' names: they stand in the repository, not here.
 */
export function houseMarkdown(pages: string): (renderer: MarkdownRenderer) => void {
  return (renderer) => {
    const { fence } = renderer.renderer.rules;
    renderer.renderer.rules.fence = (tokens, index, options, env, self) => {
      const token = tokens[index];
      if (token?.info.trim() === "mermaid") {
        return `<MermaidDiagram code="${encodeURIComponent(token.content)}" />\n`;
      }
      return fence?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
    };
    renderer.core.ruler.push("files-of-the-repository", (state: CoreState) => {
      const { relativePath = "" } = state.env as { relativePath?: string };
      for (const token of state.tokens) {
        if (token.children !== null) unlinkFiles(token.children, dirname(relativePath), pages);
      }
    });
  };
}

function unlinkFiles(tokens: readonly Token[], folder: string, pages: string): void {
  let isFile = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      const href = String(token.attrGet("href"));
      isFile = isFileOfRepository(href, folder, pages);
      if (isFile) {
        const path = posix.join(folder, href);
        token.attrs = [
          ["title", `${path}, in the repository`],
          ["class", "file"],
        ];
        token.tag = "span";
      }
    } else if (token.type === "link_close" && isFile) {
      token.tag = "span";
      isFile = false;
    }
  }
}

function isFileOfRepository(href: string, folder: string, pages: string): boolean {
  if (/^(?:[a-z]+:|\/|#)/i.test(href)) return false;
  const path = join(pages, folder, decodeURIComponent(href).replace(/#.*$/, ""));
  const page = path.replace(/\.html$/, ".md");
  return !/\.(?:md|html|svg|png)(?:#|$)/.test(href) || !existsSync(page);
}
