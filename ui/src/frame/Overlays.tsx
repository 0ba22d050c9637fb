import { Suspense } from "react";
import { deleteFlow } from "../actions/flows";
import { Confirm } from "../kit/Dialog";
import { store, useGantry } from "../model/store";
import { t } from "../words/t";
import { CommandPalette } from "./CommandPalette";
import { ConfirmWrites } from "./ConfirmWrites";
import { Find } from "./Find";
import { KeysSheet } from "./KeysSheet";
import { NewConnection, RetryDialog, RunWith, UnlockDialog, WritesDialog } from "./parts";

function close(): void {
  store.setState({ overlay: null });
}

/** What lies over the window: at most one. The canvas draws its own menus. */
export function Overlays() {
  const overlay = useGantry((state) => state.overlay);
  switch (overlay?.type) {
    case "commands":
      return <CommandPalette onClose={close} />;
    case "find":
      return <Find onClose={close} />;
    case "keys":
      return <KeysSheet onClose={close} />;
    case "confirm_delete":
      return (
        <Confirm
          title={t("confirm.deleteFlow", { name: overlay.name })}
          text={t("confirm.deleteFlowText")}
          confirm={t("confirm.delete")}
          cancel={t("confirm.cancel")}
          onConfirm={() => void deleteFlow(overlay.flow, overlay.name)}
          onClose={close}
        />
      );
    case "new_connection":
      return (
        <Suspense>
          <NewConnection node={overlay.node} onClose={close} />
        </Suspense>
      );
    case "unlock":
      return (
        <Suspense>
          <UnlockDialog onClose={close} />
        </Suspense>
      );
    case "confirm_writes":
      return <ConfirmWrites message={overlay.message} then={overlay.then} onClose={close} />;
    case "retry":
      return (
        <Suspense>
          <RetryDialog key={overlay.run.id} run={overlay.run} onClose={close} />
        </Suspense>
      );
    case "run_with":
      return (
        <Suspense>
          <RunWith flow={overlay.flow} fields={overlay.fields} onClose={close} />
        </Suspense>
      );
    case "writes":
      return (
        <Suspense>
          <WritesDialog run={overlay.run} flow={overlay.flow} onClose={close} />
        </Suspense>
      );
    case "menu":
    case "quick_add":
    case undefined:
      return null;
    default:
      return overlay satisfies never;
  }
}
