/** The texts of the inspector, the forms, the data views and the screens. */
export const panes = {
  "inspector.empty.title": "Nothing is selected",
} as const;
