import type { Commands } from "../bindings/Commands";

export type { Commands };

/** A command's name. */
export type CommandName = keyof Commands;
