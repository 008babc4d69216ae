import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const path = (folder: string) => new URL(folder, import.meta.url).pathname;

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      // A translation is another folder beside `en`, chosen here.
      { find: '@/texts', replacement: path('./src/texts/en') },
      { find: '@', replacement: path('./src') },
    ],
  },
  build: {
    target: ['chrome111', 'firefox115', 'safari16.4'],
    reportCompressedSize: false,
    // Compressed it is a quarter of this: measured by `make bench`.
    chunkSizeWarningLimit: 700,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // A file an icon is a request an icon, and browsers make six at a time.
        codeSplitting: { groups: [{ name: 'icons', test: /\/lucide-react\// }] },
      },
    },
  },
  server: {
    // `npm run dev` beside a running `tenure demo`. The Origin header stays the browser's: the gateway compares it with Host.
    proxy: { '/api/': { target: process.env['TENURE_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false } },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
