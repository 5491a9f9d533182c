import { type ControlContext, type ControlMethod, methods } from '../control/methods.ts';
import type { RouterPort } from './ports.ts';

/** What the router would answer to a control request, for who has the store itself; visitors are not asked for. */
export function storeRouter(context: ControlContext): RouterPort {
	return {
		origin: '',
		meta: () => Promise.resolve({ deploymentId: null, seen: 'not asked' }),
		page: () => Promise.resolve(null),
		healthy: () => Promise.resolve(true),
		control(method: ControlMethod, params) {
			const { params: schema, run } = methods[method];
			const answer = run as (params: unknown, context: ControlContext) => Promise<never>;
			return answer(schema.parse(params), context);
		},
	};
}
