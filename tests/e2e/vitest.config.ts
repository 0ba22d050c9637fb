import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{browser,window}/**/*.test.ts"],
    // One browser, one window at a time: what is measured must not share the machine.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
});
