// VitePress's own theme without its web fonts, and the diagrams.
import DefaultTheme from "vitepress/theme-without-fonts";
import type { Theme } from "vitepress";
import { MermaidDiagram } from "./mermaid-diagram.ts";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("MermaidDiagram", MermaidDiagram);
  },
} satisfies Theme;
