import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

declare const process: { env: Record<string, string | undefined> };

export default defineConfig({
  // Relative, so that the same build is served by the window and by `gantry serve` under any path.
  base: "./",
  plugins: [react()],
  build: { target: "es2023", cssTarget: ["chrome123", "safari17.5"], chunkSizeWarningLimit: 1500 },
  server: {
    port: 5199,
    strictPort: true,
    proxy: {
      "/api": {
        target: process.env.GANTRY_URL ?? "http://127.0.0.1:8686",
        changeOrigin: true,
        // `gantry serve` answers its own pages only; this server stands in for them.
        configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
  },
});
