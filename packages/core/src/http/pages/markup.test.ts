import { expect, it } from "vitest";
import { markup } from "./markup.ts";

it("escapes every value but markup itself, in elements and in attributes", () => {
  const hostile = `<script>alert("1")</script>&'`;
  const inner = markup`<b title="${hostile}">${hostile}</b>`;
  const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;";
  expect(inner.html).toBe(`<b title="${escaped}">${escaped}</b>`);
  expect(markup`<p>${inner}${[inner, inner]}${null}${7}</p>`.html).toBe(
    `<p>${inner.html}${inner.html}\n${inner.html}7</p>`,
  );
  expect(markup`nothing`.html).toBe("nothing");
});
