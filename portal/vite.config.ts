import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run portal:dev` serves the sources and asks a Tributary that runs already for everything else. */
const api = process.env['TRIBUTARY_URL'] ?? 'http://127.0.0.1:8787'
const toWorker = { target: api, changeOrigin: false, ws: true }

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': toWorker, '/v1': toWorker, '/docs': toWorker, '/metrics': toWorker } },
})
