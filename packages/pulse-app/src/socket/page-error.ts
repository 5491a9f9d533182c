import type { IncomingHttpHeaders } from 'node:http';
import type { Plugin } from '../plugin.ts';
import type { RenderSession } from '../render/render-session.ts';

/** Plugins hear of it once for each page, which says it with every word of its tab from then on. */
export function tellOfError(
	plugins: readonly Plugin[],
	render: Pick<RenderSession, 'hasFailed'>,
	{ headers }: { readonly headers: IncomingHttpHeaders },
): void {
	if (render.hasFailed) return;
	render.hasFailed = true;
	for (const plugin of plugins) plugin.onPageError?.(headers);
}
