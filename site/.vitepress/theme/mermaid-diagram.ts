import { useData, withBase } from "vitepress";
import { defineComponent, h, onMounted, ref, watch } from "vue";

interface Mermaid {
  initialize(config: object): void;
  render(id: string, text: string): Promise<{ readonly svg: string }>;
}

let drawn = 0;

/** Draws one diagram in the colours of the page; its text stands there until then. */
export const MermaidDiagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData();
    const text = decodeURIComponent(props.code);
    const svg = ref("");
    async function draw(): Promise<void> {
      // Served as it is, out of the site's own files: nothing for the bundler to chew on.
      const address = withBase("/mermaid/mermaid.esm.min.mjs");
      const { default: mermaid } = (await import(/* @vite-ignore */ address)) as {
        default: Mermaid;
      };
      mermaid.initialize({
        startOnLoad: false,
        theme: isDark.value ? "dark" : "neutral",
        fontFamily: "inherit",
        securityLevel: "strict",
      });
      drawn += 1;
      svg.value = (await mermaid.render(`diagram-${drawn}`, text)).svg;
    }
    onMounted(draw);
    watch(isDark, draw);
    return () =>
      svg.value === ""
        ? h("pre", { class: "diagram" }, text)
        : h("div", { class: "diagram", role: "img", innerHTML: svg.value });
  },
});
