import { setConduct } from "../actions/conduct";
import { Checkbox } from "../kit/Checkbox";
import { Select } from "../kit/Select";
import { TextInput } from "../kit/TextInput";
import { takesCassette } from "../model/conduct";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./RunOptions.module.css";

const NEWEST = "";

/** Which cassette or mock the run is made with, and how closely it is held to it. */
export function CassetteChoice() {
  const { mode, nodes } = useGantry((state) => state.conduct);
  // A node of its own mode takes its cassette from here too.
  const asked = takesCassette(mode) ? mode : Object.values(nodes).find(takesCassette);
  switch (asked) {
    case "record":
      return <Recording />;
    case "replay":
      return <Played kind="cassette" />;
    case "mock":
      return <Played kind="mock" />;
    default:
      return null;
  }
}

function Recording() {
  const { cassette, hidesPersonal } = useGantry((state) => state.conduct);
  return (
    <>
      <TextInput
        label={t("conduct.newCassette")}
        help={t("conduct.newCassetteHelp")}
        value={cassette ?? ""}
        onChange={(name) => setConduct({ cassette: name === "" ? null : name })}
      />
      <Checkbox
        label={t("conduct.hidesPersonal")}
        about={t("conduct.hidesPersonalHelp")}
        checked={hidesPersonal}
        onChange={(hides) => setConduct({ hidesPersonal: hides })}
      />
    </>
  );
}

function Played({ kind }: { kind: "cassette" | "mock" }) {
  const all = useGantry((state) => state.cassettes);
  const { cassette, lenient } = useGantry((state) => state.conduct);
  const fitting = (all ?? []).filter((each) => each.kind === kind);
  if (all !== null && fitting.length === 0) {
    return <p className={styles.about}>{t(`conduct.no.${kind}`)}</p>;
  }
  return (
    <>
      <Select
        label={t(`conduct.${kind}`)}
        value={cassette ?? NEWEST}
        options={[
          { value: NEWEST, label: t("conduct.newest") },
          ...fitting.map(({ name, flow }) => ({
            value: name,
            label: name,
            ...(flow === "" ? {} : { about: flow }),
          })),
        ]}
        onChange={(name) => setConduct({ cassette: name === NEWEST ? null : name })}
      />
      {kind === "cassette" && (
        <Checkbox
          label={t("conduct.lenient")}
          about={t("conduct.lenientHelp")}
          checked={lenient}
          onChange={(isLenient) => setConduct({ lenient: isLenient })}
        />
      )}
    </>
  );
}
