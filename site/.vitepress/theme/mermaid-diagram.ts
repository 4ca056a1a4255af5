import { useData, withBase } from "vitepress";
import { defineComponent, h, nextTick, onMounted, ref, watch } from "vue";

interface Mermaid {
  initialize(config: object): void;
  render(id: string, text: string): Promise<{ readonly svg: string }>;
}

let drawn = 0;
let awaited = 0;

/** Draws one diagram in the colours of the page; its text stands there until then. */
export const MermaidDiagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData();
    const text = decodeURIComponent(props.code);
    const svg = ref("");
    const natural = ref("0px");
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
        sequence: { mirrorActors: false, actorMargin: 24, width: 104 },
        securityLevel: "strict",
      });
      drawn += 1;
      svg.value = (await mermaid.render(`diagram-${drawn}`, text)).svg;
      natural.value = /max-width: ([\d.]+px)/.exec(svg.value)?.[1] ?? "0px";
    }
    onMounted(async () => {
      awaited += 1;
      await draw();
      awaited -= 1;
      // Drawings are taller than their texts: whoever came for a heading is taken there again.
      if (awaited === 0 && location.hash !== "") {
        await nextTick();
        document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
      }
    });
    watch(isDark, draw);
    return () =>
      svg.value === ""
        ? h("pre", { class: "diagram" }, text)
        : h("div", {
            class: "diagram",
            role: "img",
            style: { "--natural": natural.value },
            innerHTML: svg.value,
          });
  },
});
