import { createElement } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { startPulse } from '../hooks.ts';
import { Page } from './page.ts';

globalThis.heard = [];
globalThis.torn = 0;
globalThis.start = startPulse;
const root = document.getElementById('root') as HTMLElement;
const page = createElement(Page, { parts: (root.dataset.parts ?? '').split(',') });
if (root.hasChildNodes()) hydrateRoot(root, page);
else createRoot(root).render(page);
