import DOMPurify from "dompurify";
import { marked } from "marked";
import { useMemo } from "react";
import { edit } from "../actions/editing";
import type { Example } from "../bindings/Example";
import { JsonLines } from "../data/JsonLines";
import { Button } from "../kit/Button";
import { t } from "../words/t";
import styles from "./Docs.module.css";
import inspector from "./Inspector.module.css";
import type { NodeInView } from "./useNode";

/** The help of the node's type, and examples that can be taken over. */
export function DocsTab({ view }: { view: NodeInView }) {
  const { info, node } = view;
  const html = useMemo(() => (info === undefined ? "" : htmlOf(info.docs || info.about)), [info]);
  if (info === undefined) {
    return <p className={inspector.quiet}>{t("docs.unknown", { type: node.type })}</p>;
  }
  return (
    <div className={inspector.scroll}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the docs come with the program, and DOMPurify takes out what could run. */}
      <div className={styles.docs} dangerouslySetInnerHTML={{ __html: html }} />
      {info.examples.length > 0 && <h3 className={styles.title}>{t("docs.examples")}</h3>}
      {info.examples.map((example) => (
        <ExampleCard key={example.title} example={example} node={node.id} />
      ))}
      <p className={inspector.quiet}>{t("docs.type", { type: info.type })}</p>
    </div>
  );
}

function ExampleCard({ example, node }: { example: Example; node: string }) {
  return (
    <section className={styles.example} aria-label={example.title}>
      <header className={styles.head}>
        <span className={styles.name}>{example.title}</span>
        <Button
          size="small"
          onPress={() =>
            edit(t("docs.useLabel", { title: example.title }), {
              type: "set_node",
              node,
              key: "/params",
              value: example.params,
            })
          }
        >
          {t("docs.use")}
        </Button>
      </header>
      <Json label={t("docs.params")} value={example.params} />
      {example.input.length > 0 && <Json label={t("docs.input")} value={example.input} />}
      {example.output !== undefined && <Json label={t("docs.output")} value={example.output} />}
    </section>
  );
}

const LINE = 19;
const TALLEST = 9;

function Json({ label, value }: { label: string; value: unknown }) {
  const roots = useMemo(() => (Array.isArray(value) ? value : [value]), [value]);
  const lines = JSON.stringify(roots, null, 1).split("\n").length - 2;
  return (
    <div className={styles.json}>
      <span className={styles.label}>{label}</span>
      <div className={styles.box} style={{ height: Math.min(TALLEST, lines) * LINE + 10 }}>
        <JsonLines roots={roots} foldFrom={4} />
      </div>
    </div>
  );
}

function htmlOf(markdown: string): string {
  return DOMPurify.sanitize(marked.parse(markdown, { async: false }), {
    FORBID_TAGS: ["style", "img", "form"],
  });
}
