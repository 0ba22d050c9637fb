import type { FieldKind } from "../bindings/FieldKind";
import type { KindProps } from "./kind";
import { BoolInput } from "./kinds/BoolInput";
import { ChoiceInput } from "./kinds/ChoiceInput";
import { CodeInput } from "./kinds/CodeInput";
import { FileInput } from "./kinds/FileInput";
import { GroupInput } from "./kinds/GroupInput";
import { JsonInput } from "./kinds/JsonInput";
import { ListInput } from "./kinds/ListInput";
import { NumberInput } from "./kinds/NumberInput";
import { PairsInput } from "./kinds/PairsInput";
import { RowsInput } from "./kinds/RowsInput";
import { TextKindInput } from "./kinds/TextKindInput";
import { VariantsInput } from "./kinds/VariantsInput";

/** The input for a kind of field. A new kind is a line here and a file in `kinds/`. */
export function FieldInput({ kind, ...rest }: KindProps<FieldKind>) {
  switch (kind.type) {
    case "text":
      return <TextKindInput kind={kind} {...rest} />;
    case "template":
      return <CodeInput kind={kind} {...rest} />;
    case "expression":
      return <CodeInput kind={kind} {...rest} />;
    case "number":
      return <NumberInput kind={kind} {...rest} />;
    case "bool":
      return <BoolInput kind={kind} {...rest} />;
    case "choice":
      return <ChoiceInput kind={kind} {...rest} />;
    case "variants":
      return <VariantsInput kind={kind} {...rest} />;
    case "group":
      return <GroupInput kind={kind} {...rest} />;
    case "rows":
      return <RowsInput kind={kind} {...rest} />;
    case "list":
      return <ListInput kind={kind} {...rest} />;
    case "pairs":
      return <PairsInput kind={kind} {...rest} />;
    case "json":
      return <JsonInput kind={kind} {...rest} />;
    case "file":
      return <FileInput kind={kind} {...rest} />;
    default:
      return unreachable(kind);
  }
}

function unreachable(kind: never): never {
  throw new Error(`no input for ${JSON.stringify(kind)}`);
}
