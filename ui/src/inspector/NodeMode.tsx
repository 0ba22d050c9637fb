import { setConduct } from "../actions/conduct";
import { Select } from "../kit/Select";
import { MODES, withNodeMode } from "../model/conduct";
import { useGantry } from "../model/store";
import { t } from "../words/t";

const AS_RUN = "as_run";

/** How the calls of this node are met in the next run, where that is not as in the rest of it. */
export function NodeMode({ node }: { node: string }) {
  const mode = useGantry((state) => state.conduct.nodes[node] ?? AS_RUN);
  const isPast = useGantry((state) => state.past);
  const isRecording = useGantry((state) => state.conduct.mode === "record");
  return (
    <Select
      label={t("nodeMode.label")}
      help={t("nodeMode.help")}
      value={mode}
      disabled={isPast}
      options={[
        { value: AS_RUN, label: t("nodeMode.asRun") },
        // Recording is of the whole run.
        ...MODES.filter((each) => each !== "record" || isRecording).map((each) => ({
          value: each,
          label: t(`mode.${each}`),
          about: t(`mode.about.${each}`),
        })),
      ]}
      onChange={(chosen) => {
        const found = MODES.find((each) => each === chosen) ?? null;
        setConduct((conduct) => withNodeMode(conduct, node, found));
      }}
    />
  );
}
