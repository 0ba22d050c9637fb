import { report } from "../../actions/context";
import type { Rule } from "../../bindings/Rule";
import type { SourceField } from "../../bindings/SourceField";
import { cellText } from "../../data/cells";
import { type Pick, PickList } from "../../frame/PickList";
import { scoreText } from "../../model/search";
import { t } from "../../words/t";
import { useMapping } from "../mapping";
import { pathRule } from "../model/rules";
import { sourceName } from "../model/sources";
import { reach } from "../readings";

type Props = {
  within: readonly string[];
  onChoose: (rule: Rule) => void;
  onClose: () => void;
};

const MOST = 100;

/** All source fields, to choose one by typing a part of its name. */
export function SourceList({ within, onChoose, onClose }: Props) {
  const { roots } = useMapping();
  const choose = (source: SourceField) => {
    reach(source, within).then((path) => onChoose(pathRule(path)), report);
  };
  const picksFor = (query: string): Pick[] =>
    roots
      .flatMap((root) => flat(root.fields).map((source) => ({ root, source })))
      .filter(({ source }) => scoreText(source.path, query) !== null)
      .slice(0, MOST)
      .map(({ root, source }) => ({
        id: source.path,
        group: root.title,
        label: source.path.replaceAll("`", "") || sourceName(source),
        detail: source.examples.length === 0 ? "" : cellText(source.examples[0]),
        run: () => choose(source),
      }));
  return (
    <PickList
      title={t("mapper.chooseField")}
      placeholder={t("mapper.search")}
      picksFor={picksFor}
      none={(query) => t("mapper.noSource", { query })}
      onClose={onClose}
    />
  );
}

function flat(fields: readonly SourceField[]): SourceField[] {
  return fields.flatMap((field) => [field, ...flat(field.fields)]);
}
