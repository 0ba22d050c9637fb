import { importTable } from "../actions/tables";

/** Lets the user choose a file, for a new table or in place of what the open one holds. */
export function chooseTableFile(into: "new" | "open"): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".csv,.tsv,.txt,.xlsx,.json";
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) void importTable(file, into);
  };
  input.click();
}
