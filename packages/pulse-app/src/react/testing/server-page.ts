import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { Page } from './page.ts';

/** What a server makes of the page. */
export const html = (parts: readonly string[]): string => renderToString(createElement(Page, { parts }));
