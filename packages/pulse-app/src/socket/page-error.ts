import type { IncomingHttpHeaders } from 'node:http';
import type { Plugin } from '../plugin.ts';
import type { RenderSession } from '../render/render-session.ts';

/**
 * Plugins hear of it once for each page, which says it with every word of its tab from then on. Rejects when one of them fails, which
 * keeps it from none of the others.
 */
export async function tellOfError(
	plugins: readonly Plugin[],
	render: Pick<RenderSession, 'hasFailed' | 'owner'>,
	{ headers }: { readonly headers: IncomingHttpHeaders },
): Promise<void> {
	if (render.hasFailed) return;
	render.hasFailed = true;
	await Promise.all(plugins.map(async (plugin) => plugin.onPageError?.(headers, render.owner)));
}
