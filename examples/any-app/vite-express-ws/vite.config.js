import { defineConfig } from 'vite';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'of this machine';
export default defineConfig({ define: { __VERSION__: JSON.stringify(version) }, build: { assetsInlineLimit: 0 } });
