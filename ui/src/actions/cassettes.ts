/** Reads the list of cassettes. */
export async function loadCassettes(): Promise<void> {}
